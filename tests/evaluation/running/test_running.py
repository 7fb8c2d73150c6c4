"""An experiment runs, stops, goes on, and says what went wrong; what was done is never lost."""

import json
import pickle
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from faulty import Faulty, Handler, fine, serving
from patience import PATIENCE

from playground import setups
from playground.backends.base import Capabilities, Request
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.endpoints import connection
from playground.backends.endpoints.endpoint import parse_endpoint
from playground.backends.scripted import ScriptedBackend
from playground.errors import GenerationFailed, InvalidSetup, ModelInUse, ModelUnavailable, UnknownModel
from playground.evaluation import experiments, running
from playground.evaluation.plan import Experiment
from playground.evaluation.results import Table
from playground.evaluation.running import cells
from playground.evaluation.store import Store, records
from playground.settings import Settings
from playground.types import Progress

VOTE = {"strategy": "self_consistency", "options": {"form": "few_shot", "paths": 3}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def plan(size: int = 6, **parts: Any) -> Experiment:
    return experiments.parse({"techniques": [{}, VOTE], "data": {"size": size}, **parts})


def last(tables: Iterator[Table]) -> Table:
    *_, table = tables
    return table


class Asked:
    """A model that counts what it is asked, and can be made to wait, to fail or to break."""

    def __init__(self, parallel: int = 4) -> None:
        self.prompts: Counter[str] = Counter()
        self.going = threading.Event()
        self.going.set()
        self.fails: Callable[[str], Exception | None] = lambda _: None
        self.now = self.most = 0
        self._lock = threading.Lock()
        backend = ScriptedBackend(reply=self._reply)
        self.catalog = Catalog([self.entry("default", backend)])

    def entry(self, name: str, backend: ScriptedBackend) -> ModelEntry:
        return ModelEntry(
            name=name, title=name, kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
        )  # fmt: skip

    def _reply(self, request: Request, rng: random.Random) -> str:
        asked = request.messages[-1].content
        with self._lock:
            self.prompts[asked] += 1
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            assert self.going.wait(PATIENCE)
            if error := self.fails(asked):
                raise error
            return f"The answer is {rng.randint(1, 9)}."
        finally:
            with self._lock:
                self.now -= 1

    @property
    def calls(self) -> int:
        return self.prompts.total()


def test_every_cell_is_asked_scored_and_told(store: Store) -> None:
    model = Asked()
    tables = list(running.run(plan(), model.catalog, store))
    assert (tables[0].total, tables[0].results, tables[0].status) == (12, (), "running")
    table = tables[-1]
    assert (table.status, table.stored_count, table.message) == ("done", 0, "")
    assert table.columns == ("Zero-shot", "Self-consistency")
    assert {(r.column, r.item) for r in table.results} == {(c, i.id) for c in table.columns for i in table.items}
    assert model.calls == 6 + 18
    one = next(r for r in table.results if r.column == "Zero-shot")
    right = next(item for item in table.items if item.id == one.item).references
    assert (one.right, one.score) == (one.predicted in right, float(one.predicted in right))
    assert (one.calls, one.paths, one.extracted) == (1, (), True)
    assert one.prompt_tokens > 0 < one.completion_tokens
    assert 0 < (one.confidence or 0) < 1
    vote = next(r for r in table.results if r.column == "Self-consistency")
    assert (vote.calls, len(vote.paths)) == (3, 3)
    assert [path.answer for path in vote.paths].count(vote.answer) / 3 == vote.confidence


def test_what_is_known_is_not_asked_again_and_opens_as_it_was(store: Store) -> None:
    model = Asked()
    first = last(running.run(plan(), model.catalog, store))
    calls = model.calls
    again = last(running.run(plan(), Asked().catalog, store))
    assert (model.calls, again.stored_count, again.status) == (calls, 12, "done")
    assert sorted(again.results, key=lambda r: r.key) == sorted(first.results, key=lambda r: r.key)
    kept = records.load_record(store.get(first.results[0].key) or b"")
    assert kept
    assert (kept.run.status, kept.run.answer) == ("done", first.results[0].answer)
    assert kept.run.steps[0].messages


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({"size": 8}, 4),
        ({"techniques": [{}, VOTE, {"strategy": "chain_of_thought"}]}, 6),
        ({"techniques": [VOTE, {"name": "Renamed"}]}, 0),
        ({"repetitions": 2}, 12),
        ({"variants": [{}, {"name": "cold", "sampling": {"temperature": 0}}]}, 12),
        ({"sampling": {"max_tokens": 99}}, 12),
        ({"techniques": [{}, {**VOTE, "options": {"form": "few_shot", "paths": 4}}]}, 6),
        ({"scorer": {"name": "contains"}}, 0),
        ({"seed": 1}, 12),
    ],
)
def test_only_new_cells_run_when_one_thing_changes(store: Store, change: dict[str, Any], new: int) -> None:
    last(running.run(plan(), Asked().catalog, store))
    table = last(running.run(plan(**change), Asked().catalog, store))
    assert (table.status, table.total - table.stored_count) == ("done", new)


def test_two_runs_share_what_they_find(tmp_path: Path) -> None:
    model, path = Asked(), tmp_path / "store.sqlite"
    ahead, behind = Store(path), Store(path)
    model.going.clear()
    mine = running.run(plan(40), model.catalog, behind)
    while not model.calls:
        next(mine)
    last(running.run(plan(40), Asked().catalog, ahead))
    model.going.set()
    table = last(mine)
    assert (len(table.results), table.status) == (80, "done")
    assert table.stored_count >= 76
    assert model.calls <= 12  # what was on its way
    ahead.close()
    behind.close()


@pytest.mark.parametrize("how", ["halt", "close"])
def test_stopping_keeps_what_is_done_and_ends_what_is_on_its_way(store: Store, how: str) -> None:
    model, halt = Asked(), threading.Event()
    model.fails = lambda _: model.going.clear() if model.calls == 30 else None  # type: ignore[func-returns-value]
    tables = running.run(plan(200), model.catalog, store, halt=halt)
    for table in tables:
        if table.results and not model.going.is_set():
            break
    if how == "halt":
        halt.set()
        end = last(tables)
        assert (end.status, len(end.results) >= len(table.results)) == ("stopped", True)
    tables.close()
    model.going.set()
    deadline = time.monotonic() + PATIENCE
    while model.now and time.monotonic() < deadline:
        time.sleep(0.01)
    calls = model.calls
    assert calls < 100
    assert store.count() >= len(table.results)
    model.fails = lambda _: None
    kept = store.count()
    rest = last(running.run(plan(200), model.catalog, store))
    assert (rest.status, rest.stored_count, len(rest.results)) == ("done", kept, 400)


def test_what_ended_while_nobody_looked_is_kept_by_closing(store: Store) -> None:
    model, sent = Asked(), list[Future[Any]]()
    model.going.clear()

    class Watched(ThreadPoolExecutor):
        def submit(self, *given: Any, **named: Any) -> "Future[Any]":
            sent.append(super().submit(*given, **named))
            return sent[-1]

    with Watched(8) as executor:
        tables = running.run(plan(techniques=[{}]), model.catalog, store, executor=executor)
        while model.now < 4:
            next(tables)
        model.going.set()
        for future in sent:
            assert future.result(PATIENCE).record
        tables.close()
    assert store.count() == len(sent) >= 4


def test_a_stop_is_noticed_while_a_model_is_loaded_again(store: Store) -> None:
    loading, halt = threading.Event(), threading.Event()

    def load(report: Any) -> Any:
        loading.set()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            report(Progress(what="Reading"))
            time.sleep(0.01)

    entry = ModelEntry(
        name="default", title="D", kind="local", load=load, capabilities=Capabilities(sampling=frozenset())
    )
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(cells.ask_cell, setups.parse({}), Catalog([entry]), halt, 600.0)
        assert loading.wait(PATIENCE)
        halt.set()
        assert asked.result(PATIENCE / 2) == cells.AskResult()


def test_a_stop_is_noticed_in_the_middle_of_an_answer(store: Store, catalog_of: Any) -> None:
    catalog, halt = catalog_of(lambda *_: "so and " * 1000, delay=0.05), threading.Event()
    tables = running.run(plan(sampling={"max_tokens": 2000}), catalog, store, halt=halt)
    for _ in range(3):
        next(tables)
    halt.set()
    table = last(tables)
    assert (table.status, table.results) == ("stopped", ())
    deadline = time.monotonic() + PATIENCE
    while any(thread.name.startswith("cell") for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert time.monotonic() < deadline  # of the 100 seconds that an answer takes


def test_no_more_is_on_its_way_than_the_model_has_room_for(store: Store) -> None:
    model = Asked()
    model.going.clear()
    for i, _ in enumerate(running.run(plan(20), model.catalog, store)):
        if i == 3:
            model.going.set()
    assert model.most == 2  # cells: the vote draws three samples at once, and there is room for four


def test_a_cell_that_fails_is_a_result_and_is_asked_again(store: Store) -> None:
    model = Asked()
    bad = last(running.run(plan(), Asked().catalog, Store(store.path.with_name("x")))).items[2].input
    model.fails = lambda asked: GenerationFailed("It broke.") if asked == bad else None
    table = last(running.run(plan(), model.catalog, store))
    failed = [r for r in table.results if r.outcome == "failed"]
    assert table.status == "done"
    assert {(r.item, r.note, r.score) for r in failed} == {(table.items[2].id, "It broke.", None)}
    assert store.count() == 12 - len(failed)
    model.fails = lambda _: None
    again = last(running.run(plan(), model.catalog, store))
    assert (again.stored_count, len(again.results)) == (12 - len(failed), 12)


def test_a_model_that_fails_again_and_again_is_given_up(store: Store) -> None:
    model = Asked()
    model.fails = lambda _: GenerationFailed("It is gone.") if model.calls > 40 else None
    table = last(running.run(plan(500, techniques=[{}]), model.catalog, store))
    assert table.status == "failed"
    assert "The model 'default' was given up. It is gone. What was done is kept" in table.message
    assert store.count() == len([r for r in table.results if r.outcome == "done"]) >= 36
    assert model.calls < 80
    model.fails = lambda _: None
    assert last(running.run(plan(500, techniques=[{}]), model.catalog, store)).status == "done"


def test_the_others_go_on_when_one_model_cannot_be_loaded(store: Store) -> None:
    model = Asked()

    def broken(_: Any) -> Any:
        raise ModelUnavailable("The weights are gone.")

    model.catalog.add(
        ModelEntry(name="gone", title="Gone", kind="local", load=broken, capabilities=ScriptedBackend().capabilities)
    )
    table = last(running.run(plan(techniques=[{}], models=[{}, {"model": "gone"}]), model.catalog, store))
    assert (table.status, len(table.results)) == ("failed", 6)
    assert "The model 'gone' was given up. The weights are gone." in table.message


def test_a_model_goes_on_without_the_adapter_that_cannot_be_attached(store: Store) -> None:
    model = Asked()

    def broken(*_: Any) -> Any:
        raise ModelUnavailable("It fits another model.")

    model.catalog.add_adapter(AdapterEntry(model="default", name="odd", title="Odd", load=broken))
    table = last(running.run(plan(techniques=[{}], models=[{}, {"adapter": "odd"}]), model.catalog, store))
    assert (table.status, {r.column for r in table.results}) == ("failed", {"Zero-shot \u00b7 default"})
    assert (len(table.results), model.calls) == (6, 6)
    assert "The model 'default' with the adapter 'odd' was given up. It fits another model." in table.message


def test_a_model_cannot_be_unloaded_under_an_experiment_but_may_end(store: Store) -> None:
    model = Asked()
    with closing(running.run(plan(400), model.catalog, store)) as tables:
        for table in tables:
            if table.results:
                break
        with pytest.raises(ModelInUse, match="in use"):
            model.catalog.unload("default")
        model.fails = lambda _: GenerationFailed("The model was unloaded.")
        table = last(tables)
    assert (table.status, "The model was unloaded." in table.message) == ("failed", True)
    assert store.count() == len([r for r in table.results if r.outcome == "done"])
    model.catalog.unload("default")


def test_a_bug_is_no_result(store: Store) -> None:
    model = Asked()
    model.fails = lambda _: ZeroDivisionError("a bug") if model.calls > 3 else None
    with pytest.raises(ZeroDivisionError, match="a bug"):
        last(running.run(plan(50), model.catalog, store))
    assert model.calls < 50


def test_what_cannot_begin_is_said_before_anything_is_asked(store: Store) -> None:
    model = Asked()
    for parts, error in (
        ({"models": [{"model": "gone"}]}, UnknownModel),
        ({"scorer": {"name": "magic"}}, InvalidSetup),
        ({"scorer": {"name": "judge", "options": {"mode": "pairwise", "against": "Nobody"}}}, InvalidSetup),
    ):
        with pytest.raises(error):
            next(running.run(plan(**parts), model.catalog, store))
    assert not model.calls


def test_a_full_disk_ends_it_and_what_is_on_the_page_stays(store: Store) -> None:
    store.count()
    store._db.execute("PRAGMA max_page_count = 12")
    table = last(running.run(plan(500), Asked().catalog, store))
    assert table.status == "failed"
    assert "the disk is full" in table.message
    assert table.results


def test_a_store_that_cannot_be_read_is_said(store: Store) -> None:
    store.path.write_bytes(b"no store" * 1000)
    table = last(running.run(plan(), Asked().catalog, store))
    assert (table.status, table.results) == ("failed", ())
    assert "is not a store of this playground" in table.message


def test_it_tells_how_far_it_is_a_few_times_a_second(store: Store) -> None:
    model = Asked()
    began = time.monotonic()
    tables = list(running.run(plan(300), model.catalog, store))
    assert len(tables) <= 5 * (time.monotonic() - began) + 3
    counts = [len(table.results) for table in tables]
    assert counts == sorted(counts)
    assert all(table.rate > 0 for table in tables[2:-1])


def test_a_model_without_seeds_and_one_made_for_a_task_get_what_they_honour(store: Store) -> None:
    seen: list[Request] = []

    def reply(request: Request, rng: random.Random) -> str:
        seen.append(request)
        return "positive"

    for task, sampling in (("", frozenset({"temperature"})), ("classification", frozenset())):
        capabilities = Capabilities(sampling=sampling, task=task)
        backend = ScriptedBackend(reply=reply, capabilities=replace(capabilities, context_length=999))
        model = ModelEntry(
            name="default", title=task, kind="local", load=lambda _, b=backend: b, capabilities=capabilities
        )
        techniques = [{"strategy": "few_shot", "sampling": {"temperature": 0.2}}]
        table = last(running.run(plan(2, techniques=techniques, repetitions=2), Catalog([model]), store))
        assert (table.status, [r.outcome for r in table.results]) == ("done", ["done"] * 4)
        assert len({r.key for r in table.results}) == 4
        assert {request.sampling.seed for request in seen} == {None}
        assert {len(request.messages) for request in seen} == ({1} if task else {9})
        seen.clear()


class Inline(Executor):
    """An executor that is no thread pool, as one of processes is none."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        self.sent.append(pickle.loads(pickle.dumps((fn, args))))
        future: Future[Any] = Future()
        future.set_result(pickle.loads(pickle.dumps(fn(*args))))
        return future


def test_any_executor_will_do(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Asked()
    monkeypatch.setattr(cells, "_catalog", lambda: model.catalog)
    elsewhere = Inline()
    with ThreadPoolExecutor(2) as threads:
        for executor in (elsewhere, threads):
            table = last(running.run(plan(seed=len(elsewhere.sent)), model.catalog, store, executor=executor))
            assert (table.status, len(table.results)) == ("done", 12)
    assert {fn for fn, _ in elsewhere.sent} == {cells.ask_in_process}


@pytest.fixture
def server() -> Iterator[Faulty]:
    with serving() as server:
        yield server


def connected(server: Faulty) -> Catalog:
    where = parse_endpoint("mine", server.url, "", Settings(), parallel=4)
    connecting = connection.connect(where)
    try:
        while True:
            next(connecting)
    except StopIteration as end:
        return Catalog(connection.endpoint_entries(end.value))


def test_an_endpoint_that_dies_in_the_middle_loses_nothing(server: Faulty, store: Store) -> None:
    catalog = connected(server)
    answered = threading.Semaphore(10)

    def dying(handler: Handler) -> None:
        if answered.acquire(blocking=False):
            fine(handler)
        else:
            handler.error(401, "The key was revoked.")

    server.fault = dying
    experiment = plan(100, techniques=[{}], models=[{"model": "mine/tiny"}])
    table = last(running.run(experiment, catalog, store))
    done = [r for r in table.results if r.outcome == "done"]
    assert (table.status, len(done), store.count()) == ("failed", 10, 10)
    assert "The model 'mine/tiny' was given up" in table.message
    assert "revoked" in table.message
    server.fault = fine
    again = last(running.run(experiment, catalog, store))
    assert (again.status, again.stored_count, len(again.results)) == ("done", 10, 100)
    assert last(running.run(experiment, catalog, store, visitor="another")).stored_count == 0


@pytest.mark.parametrize(("reason", "words"), [("content_filter", "withheld"), ("error", "broke off its answer")])
def test_what_a_server_withheld_or_broke_off_is_not_scored(
    server: Faulty, store: Store, reason: str, words: str
) -> None:
    catalog = connected(server)

    def partly(handler: Handler) -> None:
        handler.begin()
        handler.say("I think 7")
        handler.end(reason="stop" if len(server.seen) % 2 == 0 else reason)

    server.fault = partly
    experiment = plan(60, techniques=[{}], models=[{"model": "mine/tiny"}])
    table = last(running.run(experiment, catalog, store, parallel=1))
    failed = [r for r in table.results if r.outcome == "failed"]
    assert (table.status, len(table.results)) == ("done", 60)
    assert store.count() == 60 - len(failed) > 0
    assert failed
    assert all(words in r.note and (r.score, r.right, r.predicted) == (None, None, "") for r in failed)


FILTERED = json.dumps({"error": {"code": "content_filter", "message": "The prompt was filtered."}})


@pytest.mark.parametrize(
    "withhold",
    [
        lambda handler: (handler.begin(), handler.end(reason="content_filter")),
        lambda handler: (handler.begin(), handler.send(f"data: {FILTERED}\n\n")),
        lambda handler: handler.reply(400, FILTERED),
    ],
)
def test_a_model_is_not_given_up_because_every_answer_is_withheld(
    server: Faulty, store: Store, withhold: Callable[[Handler], None]
) -> None:
    catalog = connected(server)
    server.fault = withhold
    table = last(running.run(plan(60, techniques=[{}], models=[{"model": "mine/tiny"}]), catalog, store))
    assert (table.status, len(table.results), store.count()) == ("done", 60, 0)


def test_an_experiment_has_a_longest_time_and_goes_on_where_it_ended(store: Store, catalog_of: Any) -> None:
    slow = catalog_of(delay=0.02)
    ended = last(running.run(plan(size=20), slow, store, parallel=1, max_total_seconds=1.0))
    assert ended.status == "stopped"
    assert ended.message.startswith("It has taken 1 seconds, the most for one experiment here.")
    assert 0 < len(ended.results) < ended.total
    rest = last(running.run(plan(size=20), catalog_of(), store))
    assert (rest.status, rest.message) == ("done", "")
    assert rest.stored_count >= len(ended.results)
