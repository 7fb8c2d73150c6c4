"""Each setting has its effect wherever the README says: one tight server, and every way round that there is."""

import ast
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from clients import http_client
from patience import PATIENCE, until
from posting import Visitor

import app as starting
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.offered_entries import offered_entries
from playground.backends.scripted import ScriptedBackend
from playground.errors import TrainingFailed
from playground.evaluation.store import Store
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.parameters import parameters
from playground.sampling import Sampling
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

ROOT = Path(__file__).parent.parent
LONG = {"task": {"input": "Hi"}, "sampling": {"max_tokens": 4000}}
PLAN = {"data": {"size": 1}, "techniques": [{}], "sampling": {"max_tokens": 4000}}
PROMPTS = "one\ntwo\nthree\nfour"
PANE = {"model": "default"}
ENGINE = "test_engine_settings.py"
SESSIONS = "test_sessions.py"
VISITORS = "test_visitors.py"
PROGRAMS = "test_openai_client.py"
TRAININGS = "test_training_limits.py"
# The setting -> the test that exceeds it. A new field has a line here.
ENFORCED = {
    "host": "test_the_server_listens_where_it_is_told",
    "port": "test_the_server_listens_where_it_is_told",
    "public": "test_strangers_load_and_connect_nothing_that_is_typed",
    "classroom": "test_class_over_http.py::test_a_class_goes_on_after_the_server_was_started_anew",
    "share": "test_a_link_is_for_strangers",
    "cache": "test_the_cache_holds_what_is_kept",
    "model": f"{ENGINE}::test_the_default_model_is_the_folder_that_was_named",
    "models": "test_what_the_operator_listed_is_offered",
    "vectors": "test_encoders.py::test_vectors_go_where_the_operator_says",
    "vectors_key": "test_qdrant_over_http.py::test_a_key_that_is_wrong_or_not_given_is_named",
    "precision": f"{ENGINE}::test_weights_are_stored_as_told",
    "memory_megabytes": f"{ENGINE}::test_a_model_beyond_the_memory_for_all_is_refused",
    "proxies": f"{VISITORS}::test_forwarded_addresses_are_believed_of_named_proxies_only",
    "hosts": "test_a_private_page_is_reached_under_its_names_and_framed_by_listed_sites_only",
    "framed_by": "test_a_private_page_is_reached_under_its_names_and_framed_by_listed_sites_only",
    "upload_megabytes": "test_uploads_and_reports_have_so_much_room_in_all",
    "max_rows": f"{ENGINE}::test_no_more_samples_are_decoded_at_once",
    "max_queue": "test_no_more_runs_wait",
    "max_seconds": "test_whatever_runs_is_ended",
    "max_users": "test_no_more_runs_wait",
    "visitor_runs": "test_no_more_runs_wait",
    "visitor_queue": "test_no_more_runs_wait",
    "visitor_experiments": "test_no_more_experiments_begin",
    "address_runs": "test_no_more_runs_wait",
    "address_queue": "test_no_more_runs_wait",
    "address_experiments": "test_no_more_experiments_begin",
    "max_panes": "test_no_more_panes_are_compared",
    "kv_megabytes": f"{ENGINE}::test_a_request_beyond_the_attention_memory_is_refused",
    "endpoints": "test_strangers_load_and_connect_nothing_that_is_typed",
    "store": "test_the_cache_holds_what_is_kept",
    "store_megabytes": "test_the_store_keeps_so_much_for_so_long",
    "store_days": "test_the_store_keeps_so_much_for_so_long",
    "max_experiment_seconds": "test_an_experiment_is_ended",
    "max_cells": "test_no_more_cells_are_asked",
    "lessons": "test_lesson_files.py::test_lessons_of_ones_own_follow_and_a_broken_one_leaves_the_others",
    "training_minutes": f"{TRAININGS}::test_a_visitor_trains_so_long_a_day",
    "address_training_minutes": f"{TRAININGS}::test_all_visitors_of_an_address_share_a_day",
    "training_megabytes": "test_training_jobs.py::test_strangers_trainings_have_so_much_room_on_the_disk",
    "training_weights": f"{TRAININGS}::test_a_strangers_recipe_has_a_most_size",
    "training_memory_megabytes": f"{TRAININGS}::test_a_strangers_recipe_has_a_most_size",
    "watches": "test_watch_on_the_page.py::test_a_shared_server_looks_by_itself_only_where_it_is_allowed",
    "serve": f"{PROGRAMS}::test_nobody_is_answered_where_it_is_off",
    "serve_key": f"{PROGRAMS}::test_a_key_is_needed_where_there_is_one",
    "openai_key": f"{SESSIONS}::test_the_operators_key_is_for_openai_alone",
}


def test_every_setting_has_a_test_that_exceeds_it() -> None:
    table = re.findall(r"^\| `PLAYGROUND_(\w+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert list(ENFORCED) == [f.name for f in fields(Settings)]
    assert sorted(ENFORCED) == sorted(name.lower() for name in table)
    for test in ENFORCED.values():
        *file, name = test.split("::")
        (path,) = (ROOT / "tests").rglob(file[0]) if file else [Path(__file__)]
        tree = ast.parse(path.read_text("utf-8"))
        assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)], test


# -------------------------------------------------------------------------------------------- a tight server
@dataclass
class Server:
    """The app over one slow model, and where it is served."""

    app: Any
    url: str
    catalog: Catalog
    settings: Settings
    clients: list[httpx.Client] = field(default_factory=list)

    def visitor(self, address: str = "192.0.2.1") -> Visitor:
        """Somebody new, from this address."""
        client = http_client(self.url, headers={"X-Forwarded-For": address})
        self.clients.append(client)
        client.get("/").raise_for_status()
        return Visitor(self.app, client, f"session{len(self.clients)}")

    @property
    def running(self) -> int:
        return self.catalog.info("default").users

    def is_quiet(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return not self.running and not self.app._queue.event_ids_to_events


GOING_ON = threading.Event()  # while it is not set, no answer begins
GOING_ON.set()


def endless(*_: Any) -> str:
    GOING_ON.wait(PATIENCE)
    return "word " * 5000


def slow_catalog(delay: float = 0.05) -> Catalog:
    """Each answer takes minutes, if nothing ends it; one at a time."""
    backend = ScriptedBackend(reply=endless, delay=delay)
    everything = frozenset(parameter.name for parameter in parameters(Sampling))
    capabilities = replace(backend.capabilities, parallel=1, sampling=everything)
    backend = replace(backend, capabilities=capabilities)
    return Catalog(
        [ModelEntry(name="default", title="Slow", kind="scripted", load=lambda _: backend, capabilities=capabilities)]
    )


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def serve(catalog: Catalog | None = None, **chosen: Any) -> Server:
        catalog, folder = catalog or slow_catalog(), tmp_path_factory.mktemp("cache")
        settings = replace(Settings(port=0, cache=folder, store=str(folder / "store")), **chosen)
        app = build_app(settings, catalog)
        options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
        url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1")
        servers.append(Server(app, url.rstrip("/"), catalog, settings))
        return servers[-1]

    yield serve
    for server in servers:
        for client in server.clients:
            client.close()
        server.app.close()


@pytest.fixture(scope="module")
def tight(start: Callable[..., Server]) -> Server:
    """A shared server that allows little of anything."""
    return start(
        public=True, proxies=("127.0.0.1",), endpoints=("school=http://127.0.0.1:9/v1",),
        max_users=3, visitor_runs=1, address_runs=2, max_queue=5, visitor_queue=2, address_queue=3,
        visitor_experiments=1, address_experiments=2, max_seconds=1, max_experiment_seconds=3,
        max_cells=6, max_panes=2, upload_megabytes=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def private(start: Callable[..., Server]) -> Server:
    """A server of one's own, which keeps its store in the cache."""
    names = {"hosts": ("pod.example",), "framed_by": ("https://example.org",)}
    return start(store="", max_seconds=1, max_experiment_seconds=2, **names)


# ------------------------------------------------------------------------------------------------- time
PAGE_RUNS = ("run-button", "compare-button", "sweep-button")
EXPERIMENTS = {"/experiment", "experiment-button", "list-button"}


@pytest.mark.parametrize(
    ("place", "given", "values"),
    [
        ("/run", [LONG], {}),
        ("/compare", [LONG, [PANE, PANE]], {}),
        ("/experiment", [PLAN], {}),
        *((place, None, {"Max tokens": 200}) for place in PAGE_RUNS),
        ("chat-send", None, {"Your message": "Tell me all.", "Max tokens": 200}),
        ("list-button", None, {"Prompts": "one"}),
    ],
)
def test_whatever_runs_is_ended(tight: Server, place: str, given: Any, values: dict[str, Any]) -> None:
    assert "ended after 1 seconds, the most this server allows" in tight.visitor().ask(place, given, **values)
    until(lambda: not tight.running)


@pytest.mark.parametrize(
    ("place", "given", "values"),
    [
        ("/experiment", [{**PLAN, "data": {"size": 4}}], {}),
        ("experiment-button", None, {"Items": 1}),
    ],
)
def test_an_experiment_is_ended(tight: Server, place: str, given: Any, values: dict[str, Any]) -> None:
    _takes_three_seconds(tight, place, given, values)


def test_a_list_is_ended(start: Callable[..., Server]) -> None:
    alone = start(max_seconds=1, max_experiment_seconds=3, max_cells=6, max_panes=1)
    _takes_three_seconds(alone, "list-button", None, {"Prompts": PROMPTS})


def _takes_three_seconds(server: Server, place: str, given: Any, values: dict[str, Any]) -> None:
    began = time.monotonic()
    assert "It has taken 3 seconds, the most" in server.visitor().ask(place, given, **values)
    assert 3 <= time.monotonic() - began < PATIENCE
    until(lambda: not server.running)


def test_the_limits_are_said_before_anything_runs(tight: Server, private: Server) -> None:
    config, api = (tight.visitor().client.get(path).text for path in ("/config", "/gradio_api/info"))
    experiment = (
        "An experiment has at most 6 answers and is ended after 3 s; what is done is kept, and running it again"
    )
    shares = "Of experiments and lists together, 1 of yours can run at once."
    assert f"{experiment} asks the rest. {shares}" in config
    assert (
        f"At most 200 prompts and 6 answers. A list is ended after 3 s; the rows that are done are kept. {shares}"
        in config
    )
    assert experiment in api
    client = private.visitor()
    client.ask("/experiment", [{**PLAN, "sampling": {"max_tokens": 3}}])  # known from now on: how long one takes
    said = client.ask("/experiment_estimate", [{**PLAN, "data": {"size": 60}, "sampling": {"max_tokens": 3}}])
    assert "An experiment is ended after 2 s here; run it again to ask the rest." in said


# ------------------------------------------------------------------------------------------------ counts
@pytest.mark.parametrize(
    ("place", "given", "values"),
    [
        ("/experiment", [{**PLAN, "data": {"size": 7}}], {}),
        ("/experiment_estimate", [{**PLAN, "data": {"size": 7}}], {}),
        ("experiment-button", None, {}),
        ("follow_plan", None, {}),
        ("list-button", None, {"Prompts": PROMPTS}),
    ],
)
def test_no_more_cells_are_asked(tight: Server, place: str, given: Any, values: dict[str, Any]) -> None:
    assert "6 is the most (PLAYGROUND_MAX_CELLS)" in tight.visitor().ask(place, given, **values)
    assert not tight.running


def test_no_more_panes_are_compared(tight: Server) -> None:
    """By a program; the page adds rows up to so many, and what it sends is read by the same rule."""
    assert "2 is the most (PLAYGROUND_MAX_PANES)" in tight.visitor().ask("/compare", [LONG, [PANE] * 3])
    (rows,) = [block for block in tight.app.blocks.values() if "pane_rows" in str(getattr(block, "html_template", ""))]
    assert '"most": 2' in rows.js_on_load


@pytest.mark.parametrize(
    ("who", "running", "words"),
    [
        ("a visitor", 1, "you have 2, the most for one visitor"),
        ("an address", 2, "the address you come from has 3, the most for one address"),
        ("everybody", 3, "all visitors together have 5, the most this server takes"),
    ],
)
def test_no_more_runs_wait(tight: Server, who: str, running: int, words: str) -> None:
    """Nor run, whichever of the ways to run something is taken."""
    until(tight.is_quiet)
    visitor, most = tight.visitor(), 0
    GOING_ON.clear()
    try:
        for number in range(12):
            if who != "a visitor":
                visitor = tight.visitor("192.0.2.9" if who == "an address" else f"198.51.100.{number}")
            place = ("/run", "run-button", "sweep-button")[number % 3]
            posted = replace(visitor, session=f"{visitor.session}x{number}").join(
                place, [LONG] if place == "/run" else None
            )
            most = max(most, tight.running)
            if posted.status_code != 200:
                break
        assert words in posted.text
        until(lambda: tight.running == running)
        assert most <= running
    finally:
        GOING_ON.set()
    until(tight.is_quiet)


@pytest.mark.parametrize(
    ("holding", "words"),
    [(1, "you have 1, the most for one visitor"), (2, "the address you come from has 2, the most for one address")],
)
def test_no_more_experiments_begin(tight: Server, holding: int, words: str) -> None:
    """A list of prompts is one of them."""
    plan, mine = [{**PLAN, "data": {"size": 6}}], tight.visitor("192.0.2.7")
    holders = [mine, *(tight.visitor("192.0.2.7") for _ in range(holding - 1))]
    asks = mine if holding == 1 else tight.visitor("192.0.2.7")
    refused: set[str] = set()
    for number in range(4):  # they hold their places for three seconds, which may be over soon on a busy machine
        until(tight.is_quiet)
        for holder in holders:
            assert replace(holder, session=f"{holder.session}x{number}").join("/experiment", plan).status_code == 200
        until(lambda: tight.running >= holding)
        for place in EXPERIMENTS - refused:
            said = asks.ask(place, [PLAN] if place == "/experiment" else None, Prompts="one", Items=1)
            if f"No more experiments can begin now: {words}" in said:
                refused.add(place)
        if refused == EXPERIMENTS:
            break
    assert refused == EXPERIMENTS
    until(tight.is_quiet)


# ------------------------------------------------------------------------------------------ what is kept
def test_uploads_and_reports_have_so_much_room_in_all(tight: Server) -> None:
    visitor = tight.visitor()
    assert visitor.client.post("/gradio_api/upload", files={"files": ("a.txt", b"x" * 2000)}).status_code == 200
    assert visitor.client.post("/gradio_api/upload", files={"files": ("a.txt", b"x" * 2**21)}).status_code != 200
    while tight.app.temporary.take(2**10):  # what others have there
        pass
    said = visitor.ask("/experiment", [PLAN])
    assert "There is no report: the server's folder for uploads and reports is full." in said
    assert '"path": null' in said


def test_the_store_keeps_so_much_for_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.from_settings(Settings(public=True, store=str(tmp_path / "store"), store_megabytes=1, store_days=2))
    for number in range(4000):
        store.put(str(number), b"x" * 1000)
    store.flush()
    assert (store.get("0"), store.get("3999")) == (None, b"x" * 1000)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3 * 86_400)
    assert store.get("3999") is None
    store.close()


def test_the_cache_holds_what_is_kept(private: Server, tmp_path: Path) -> None:
    settings = private.settings
    assert private.app.temporary.path.is_relative_to(settings.cache)
    assert '"path": {"path"' in private.visitor().ask("/experiment", [PLAN])
    assert (settings.cache / "experiments.sqlite").is_file()
    assert list(private.app.temporary.path.rglob("report.zip"))
    assert Store.from_settings(replace(settings, store=str(tmp_path / "mine"))).path == tmp_path / "mine"


# ------------------------------------------------------------------------------------ who, and from where
@pytest.mark.parametrize(
    ("place", "given", "values"),
    [
        ("/load_model", ["/nowhere", ""], {}),
        ("/load_adapter", ["default", "/nowhere", ""], {}),
        ("/unload", ["default"], {}),
        ("/connect", ["mine", "http://127.0.0.1:10/v1", "", "", 4, 0], {}),
        ("Load the model", None, {"Model source": "/nowhere"}),
        ("Load the adapter", None, {"Adapter source": "/nowhere", "For the model": "default"}),
        ("unload", None, {"event": {"key": "default"}}),
        ("Connect", None, {"Base URL": "http://127.0.0.1:10/v1", "Name": "mine"}),
    ],
)
def test_strangers_load_and_connect_nothing_that_is_typed(
    tight: Server, place: str, given: Any, values: dict[str, Any]
) -> None:
    said = tight.visitor().ask(place, given, **values)
    assert re.search("shared server|server is shared|operator", said), said[:500]


def test_a_link_is_for_strangers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: list[Settings] = []
    monkeypatch.setattr(starting, "serve", lambda page, settings, *_: served.append(settings))
    monkeypatch.setattr(starting, "build_app", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["app.py"])
    for name, value in (("SHARE", "1"), ("CACHE", str(tmp_path)), ("PORT", "0")):
        monkeypatch.setenv(f"PLAYGROUND_{name}", value)
    starting.main()
    (settings,) = served
    assert (settings.share, settings.public, launch_options(settings)["share"]) == (True, True, True)


def test_the_server_listens_where_it_is_told() -> None:
    options = launch_options(Settings(host="127.0.0.9", port=8123))
    assert (options["server_name"], options["server_port"], options["share"]) == ("127.0.0.9", 8123, False)


def test_a_private_page_is_reached_under_its_names_and_framed_by_listed_sites_only(
    tight: Server, private: Server
) -> None:
    names = ("pod.example", "other.example")
    answers = [private.visitor().client.get("/", headers={"host": name}) for name in names]
    assert [answer.status_code for answer in answers] == [200, 421]
    assert "frame-ancestors 'self' https://example.org" in answers[0].headers["content-security-policy"]
    assert "x-frame-options" not in answers[0].headers
    alone = tight.visitor().client.get("/").headers
    assert alone["content-security-policy"].endswith("frame-ancestors 'self'")
    assert alone["x-frame-options"] == "SAMEORIGIN"


def test_what_the_operator_listed_is_offered(tmp_path: Path) -> None:
    listed = (f"mine={tmp_path}", f"tuned=mine+{tmp_path}")
    names = [one.name for one in offered_entries(Settings(public=True, models=listed))]
    assert names[-2:] == ["mine", "tuned"]
    assert len(names) == len(offered_entries(Settings(public=True))) + 2


# --------------------------------------------------------------------------------------- no way round them
def test_whatever_asks_the_model_is_counted_as_a_run_or_an_experiment(
    start: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each handler there is, with what the page holds: none asks the model outside of all limits."""
    monkeypatch.setattr(TrainingJobs, "start", Mock(side_effect=TrainingFailed("Nothing is trained here.")))
    asked: list[str] = []
    quick = ScriptedBackend(reply=lambda request, _: asked.append(request.messages[-1].content) or "The answer is 7.")
    entry = ModelEntry(
        name="default", title="Q", kind="scripted", load=lambda _: quick, capabilities=quick.capabilities
    )
    server = start(Catalog([entry]))
    asking, someone = set(), server.visitor()
    for number, fn in server.app.fns.items():
        if fn.fn is None or fn.name in ("model", "adapter", "connect"):
            continue
        visitor, before = replace(someone, session=f"page{number}"), len(asked)
        names = {"Input": "Hi", "Prompts": "one", "Items": 1}
        given = {"/run": [LONG], "/compare": [LONG, [PANE]], "/experiment": [PLAN]}.get(f"/{fn.api_name}")
        visitor.ask(number, given, **names)
        if len(asked) > before:
            asking.add(fn.name)
            assert fn.concurrency_id in ("run", "experiment"), fn
    assert {"run", "compare", "experiment"} <= asking
