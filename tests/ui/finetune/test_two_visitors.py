"""Two browsers at the Fine-tune tab of a shared server: neither sees, opens or ends what the other trains."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients import http_client
from posting import Visitor

from playground.backends.catalog import AdapterEntry, Catalog
from playground.backends.details import AdapterDetails
from playground.backends.sources import ModelSource
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

ROWS = [TrainingRow(messages=messages_of("Say one."), answer="one")]
ADAS = "20260102-030405-abcdef"
TITLE, ADAPTER = "Adas sonnets", "adas-sonnets-abcdef"


@pytest.fixture(scope="module")
def visit(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Visitor]]:
    folder: Path = tmp_path_factory.mktemp("trainings")
    catalog = catalog_of(lambda request, _: "Heard.")
    settings = Settings(port=0, public=True, cache=folder, store=str(folder / "store"), training_minutes=5)
    app = build_app(settings, catalog)
    options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
    url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1")
    visitors: dict[str, Visitor] = {}

    def visitor(name: str) -> Visitor:
        if name not in visitors:
            client = http_client(url)
            client.get("/")
            if name == "ada":
                keep(settings, catalog, client)
            visitors[name] = Visitor(app, client, name)
        return visitors[name]

    yield visitor
    for one in visitors.values():
        one.client.close()
    app.close()


def keep(settings: Settings, catalog: Catalog, client: httpx.Client) -> None:
    """A training of whoever has this cookie, which was stopped, and an adapter that an earlier one made."""
    (cookie,) = (value for name, value in client.cookies.items() if name.startswith("playground_visitor"))
    job = Job(
        id=ADAS, title=TITLE, model="default", model_title="Tiny", recipe=Recipe(), data="Words", prompts=(),
        source=ModelSource(kind="packaged", place="default"), made=0.0, owner=cookie.partition(".")[0],
    )  # fmt: skip
    details = AdapterDetails(name=ADAPTER, title=ADAPTER)
    entry = AdapterEntry(
        model="default", name=ADAPTER, title=ADAPTER, load=lambda *_: details, added=True, owner=job.owner
    )
    catalog.add_adapter(entry)
    folder = JobFolder(settings.trainings_folder / ADAS)
    folder.create(job, ROWS, [])
    folder.write_end(End(ending="stopped", words="Stopped."))


def act(visitor: Visitor, event: str, **reported: Any) -> str:
    """What is answered to this event of the tab."""
    of_tab = {key: fn for key, fn in visitor.app.fns.items() if fn.fn and "ui.finetune" in fn.fn.__module__}
    found = [key for key, fn in of_tab.items() if any(name == event for _, name in fn.targets) or fn.name == event]
    return visitor.ask(found[0], event=reported)


def test_neither_sees_what_the_other_trains(visit: Callable[[str], Visitor]) -> None:
    ada, bob = visit("ada"), visit("bob")
    for opened in ("list", "open_tab"):
        assert TITLE in act(ada, opened)
        assert TITLE not in act(bob, opened)
    for event, reported in (
        ("choose_training", {"key": ADAS}),
        ("delete_training", {"key": ADAS}),
        ("set_side_by_side", {"keys": [ADAS]}),
    ):
        said = act(bob, event, **reported)
        assert "is not there any more" in said
        assert TITLE not in said
    assert TITLE in act(ada, "choose_training", key=ADAS)
    for pressed in ("resume", "stop", "compare", "probe"):  # with nothing of their own that is looked at
        said = act(bob, pressed)
        assert "is not there any more" in said
        assert TITLE not in said
    assert TITLE in act(ada, "list")


def test_neither_sees_or_asks_what_the_other_made(visit: Callable[[str], Visitor]) -> None:
    ada, bob = visit("ada"), visit("bob")
    asked = {"task": {"input": "Hello"}, "adapter": ADAPTER}
    assert ADAPTER in ada.ask("/models", [])
    assert "Heard." in ada.ask("/run", [asked])
    assert ADAPTER not in bob.ask("/models", [])
    refused = bob.ask("/run", [asked])
    assert "has no adapter named" in refused
    assert "Heard." not in refused
