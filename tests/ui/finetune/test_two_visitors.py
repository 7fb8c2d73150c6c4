"""Two browsers at the Fine-tune tab of a shared server: neither sees, opens or ends what the other trains."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients import http_client
from posting import Visitor

from playground.backends.sources import ModelSource
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

ROWS = [TrainingRow(messages=messages_of("Say one."), answer="one")]
ADAS = "20260102-030405-abcdef"
TITLE = "Adas sonnets"


@pytest.fixture(scope="module")
def visit(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Visitor]]:
    folder: Path = tmp_path_factory.mktemp("trainings")
    settings = Settings(port=0, public=True, cache=folder, store=str(folder / "store"), training_minutes=5)
    app = build_app(settings, catalog_of(lambda request, _: "Heard."))
    options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
    url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1")
    clients: list[httpx.Client] = []

    def visitor(name: str) -> Visitor:
        clients.append(http_client(url))
        clients[-1].get("/")
        if name == "ada":
            keep(settings, clients[-1])
        return Visitor(app, clients[-1], name)

    yield visitor
    for client in clients:
        client.close()
    app.close()


def keep(settings: Settings, client: httpx.Client) -> None:
    """A training of whoever has this cookie, which was stopped."""
    (cookie,) = (value for name, value in client.cookies.items() if name.startswith("playground_visitor"))
    job = Job(
        id=ADAS, title=TITLE, model="default", model_title="Tiny", recipe=Recipe(), data="Words", prompts=(),
        source=ModelSource(kind="packaged", place="default"), made=0.0, owner=cookie.partition(".")[0],
    )  # fmt: skip
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
    for opened in ("list", "open_page"):
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
