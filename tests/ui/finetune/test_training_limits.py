"""Who may train on a shared server, and for how long."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.catalog import Catalog
from playground.backends.entries import EVERYBODY, AdapterEntry, ModelEntry, ModelInfo
from playground.backends.sources import ModelSource
from playground.errors import LimitReached, ModelUnavailable, NotSupported
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.learned import MOST_LISTED, make_room
from playground.finetuning.jobs.standing import History, Standing
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.preparation.tokenizers import open_tokenizer
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import Search
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training_data import Parts
from playground.settings import Settings
from playground.ui.finetune import form, running_panel
from playground.ui.finetune.data_panel import OWN
from playground.ui.finetune.form import refuse_own_words
from playground.ui.finetune.limits import DAY, check_delete, check_size, limits_text, seconds_left
from playground.ui.finetune.running_panel import TrainingHandlers

SHARED = Settings(public=True, training_minutes=2)


def trained(seconds: float, **more: Any) -> Standing:
    source = ModelSource(kind="packaged", place="default")
    job = Job(
        id="1", title="One", model="default", model_title="Tiny", source=source, recipe=Recipe(), data="Data",
        prompts=(messages_of("Hi"),), made=time.time(), owner="anna", sittings=((time.time(), seconds),),
    )  # fmt: skip
    steps = (TrainingStep(step=1, steps=2, loss=1.0, seconds=seconds),)
    return Standing(job=job, phase=more.pop("phase", "done"), history=History(steps=steps), **more)


def test_on_a_server_of_ones_own_there_is_no_limit() -> None:
    assert seconds_left(Settings(), [trained(1e6, phase="running")], Recipe(method="full")) is None
    assert limits_text(Settings()) == ""


def test_nobody_trains_on_a_shared_server_unless_it_is_allowed() -> None:
    with pytest.raises(NotSupported, match="lets nobody train on it"):
        seconds_left(Settings(public=True), [], Recipe())
    assert "lets nobody train" in limits_text(Settings(public=True))


def test_a_visitor_trains_so_long_a_day() -> None:
    assert "you can train 2 min a day" in limits_text(SHARED)
    assert seconds_left(SHARED, [], Recipe()) == 120
    assert seconds_left(SHARED, [trained(50), trained(30)], Recipe()) == 40
    with pytest.raises(LimitReached, match="You have trained 2 min today"):
        seconds_left(SHARED, [trained(100), trained(30)], Recipe())
    past = time.time() - DAY - 1
    yesterday = replace(trained(0).job, made=past, sittings=((past, 1000.0),))
    assert seconds_left(SHARED, [replace(trained(1000), job=yesterday)], Recipe()) == 120


def test_a_training_of_yesterday_that_goes_on_counts_today() -> None:
    past = time.time() - DAY - 1
    job = replace(trained(0).job, made=past, sittings=((past, 1000.0), (time.time(), 90.0)))
    again = replace(trained(1090), job=job)
    assert seconds_left(SHARED, [again], Recipe()) == 30
    with pytest.raises(NotSupported, match="a day after it last went on"):
        check_delete(SHARED, again)
    check_delete(SHARED, replace(again, job=replace(job, sittings=job.sittings[:1])))


def test_all_visitors_of_an_address_share_a_day() -> None:
    shared = replace(SHARED, address_training_minutes=3)
    assert seconds_left(shared, [], Recipe(), [trained(100), trained(50)]) == 30
    assert seconds_left(shared, [trained(50)], Recipe(), [trained(50)]) == 70
    with pytest.raises(LimitReached, match="From the address you come from 3 min were trained today"):
        seconds_left(shared, [], Recipe(), [trained(110), trained(110)])
    promised = trained(20, phase="running")
    promised = replace(promised, job=replace(promised.job, most_seconds=120))
    assert seconds_left(shared, [], Recipe(), [promised]) == 60  # what one that goes on may still take is taken
    assert seconds_left(replace(SHARED, address_training_minutes=1), [], Recipe(), [trained(50)]) == 70
    with pytest.raises(LimitReached, match="4 trainings from the address you come from go on or wait"):
        seconds_left(replace(SHARED, address_training_minutes=60), [], Recipe(), [promised] * 4)


def test_a_strangers_recipe_has_a_most_size() -> None:
    row = TrainingRow(messages=messages_of("Say one."), answer="one")
    parts = Parts(training=(row,) * 8, validation=())
    default = ModelInfo(
        name="default", title="Tiny", kind="local", loaded=False, capabilities=Mock(),
        suggestion=Mock(parameters=134_500_000),
    )  # fmt: skip

    def refused(settings: Settings, recipe: Recipe, search: Search | None = None, info: ModelInfo = default) -> str:
        job = replace(trained(0).job, recipe=recipe, search=search)
        try:
            check_size(settings, job, parts, info)
        except (LimitReached, NotSupported) as error:
            return str(error)
        return ""

    assert refused(SHARED, Recipe()) == ""
    wide = Recipe(rank=128, layers="all")
    assert "PLAYGROUND_TRAINING_WEIGHTS). Choose a lower number for rank." in refused(SHARED, wide)
    assert refused(Settings(), wide) == ""  # whoever runs the server minds it themselves
    assert "about 7,372,800 weights" in refused(
        SHARED, Recipe(), Search(over={"rank": [4, 128], "layers": ["query_value", "all"]})
    )
    assert "Choose a lower number for width." in refused(SHARED, Recipe(method="bottleneck", width=512))
    tight = replace(SHARED, training_memory_megabytes=1000)
    assert "PLAYGROUND_TRAINING_MEMORY_MEGABYTES). Choose a smaller batch." in refused(tight, Recipe(batch=64))
    assert "ask it something first" in refused(SHARED, Recipe(), info=replace(default, suggestion=None))


def test_what_came_before_the_first_step_counts() -> None:
    stopped = replace(trained(130), history=History(), phase="stopped")
    with pytest.raises(LimitReached, match="You have trained 2 min today"):
        seconds_left(SHARED, [stopped], Recipe())


def test_a_stranger_teaches_no_words_of_their_own() -> None:
    refuse_own_words("sentiment", Recipe(method="prompt_tuning"))
    for recipe in (Recipe(instruction="Insult everybody."), Recipe(method="prompt_tuning", start="Insult everybody.")):
        with pytest.raises(NotSupported, match="nobody trains on words of their own"):
            refuse_own_words("sentiment", recipe)
    with pytest.raises(NotSupported, match="rows of their own"):
        refuse_own_words("own", Recipe())


def test_on_a_shared_server_limits_and_words_are_looked_at_before_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    with gr.Blocks():
        built = form.build(Catalog([]))
    values = {widget: widget.value for widget in built.inputs}
    monkeypatch.setattr(form.TrainingForm, "chosen_model", lambda *_: (None, None))
    monkeypatch.setattr(form.TrainingForm, "read_data", lambda *_: pytest.fail("rows were read"))
    (instruction,) = (one.widget for one in built.recipe.numbers if one.parameter.name == "instruction")
    with pytest.raises(NotSupported, match="Instruction to learn by heart"):
        built.read({**values, instruction: "Insult everybody."}, Catalog([]), "anna")
    handlers = TrainingHandlers(
        panel=Mock(), form=built, jobs=Mock(standings=lambda _: ()), shared=Mock(settings=Settings(public=True))
    )
    with pytest.raises(NotSupported, match="lets nobody train on it"):
        handlers.start(values, Mock())


def test_a_visitor_trains_one_thing_at_a_time_and_no_whole_model() -> None:
    with pytest.raises(LimitReached, match="A training of yours goes on"):
        seconds_left(SHARED, [trained(1, phase="queued")], Recipe())
    with pytest.raises(LimitReached, match="A training of yours is being stopped"):
        seconds_left(SHARED, [trained(1, phase="running", stopping=True)], Recipe())
    with pytest.raises(NotSupported, match="too large for a shared server"):
        seconds_left(SHARED, [], Recipe(method="full"))


def test_two_pages_at_once_share_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Standing] = []
    both = threading.Barrier(2)

    def start(*_: Any) -> str:
        begun.append(trained(0, phase="queued"))
        return "1"

    def standings(_: str) -> list[Standing]:
        found = list(begun)
        if not waits.locked():  # the first look, before any row: both pages have had it
            both.wait()
        return found

    with gr.Blocks():
        built = form.build(Catalog([]))
    values = {widget: widget.value for widget in built.inputs}
    monkeypatch.setattr(running_panel, "check_size", Mock())
    monkeypatch.setattr(
        form.TrainingForm, "read", lambda *_: (trained(0).job, Mock(training=(), validation=(), held_out=()))
    )
    jobs = Mock(start=start, standings=standings, standings_at=lambda _: (), standing=lambda *_: trained(0))
    panel = Mock()
    handlers = TrainingHandlers(panel=panel, form=built, jobs=jobs, shared=Mock(settings=SHARED))
    waits = handlers.turns
    panel.show.return_value = {}
    refused: list[LimitReached] = []

    def press() -> None:
        try:
            handlers.start({**values, panel.changes: 0}, Mock())
        except LimitReached as error:
            refused.append(error)

    pages = [threading.Thread(target=press) for _ in range(2)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert (len(begun), len(refused)) == (1, 1)


def test_on_a_shared_server_nothing_is_offered_that_is_refused() -> None:
    with gr.Blocks():
        strangers, own = form.build(Catalog([]), public=True), form.build(Catalog([]))
    assert OWN not in [name for _, name in strangers.data.name.choices]
    assert OWN in [name for _, name in own.data.name.choices]
    left_out = {one.parameter.name for one in own.recipe.numbers} - {
        one.parameter.name for one in strangers.recipe.numbers
    }
    assert left_out == {"start", "instruction"}
    assert not strangers.title.visible
    assert strangers.recipe.read({widget: widget.value for widget in strangers.inputs}) == Recipe()


def listed(count: int, busy: set[str]) -> tuple[Catalog, list[str]]:
    """A catalog with a model and so many adapters that strangers made, some of which are being asked."""
    catalog = Catalog([ModelEntry(name="m", title="M", kind="scripted", load=Mock(), capabilities=Mock())])
    names = [f"words-{number}" for number in range(count)]
    for name in names:
        entry = AdapterEntry(model="m", name=name, title=name, load=Mock(), added=True, owner=f"{name[-1]} of many")
        catalog.add_adapter(entry)
    catalog.add_adapter(AdapterEntry(model="m", name="shipped", title="Shipped", load=Mock()))
    for name in busy:
        catalog._uses.add("m", name, run=True)
    return catalog, names


def left(catalog: Catalog) -> list[str]:
    return [one.name for one in catalog.for_visitor(EVERYBODY).info("m").adapters if one.name != "shipped"]


def test_the_oldest_trained_adapters_leave_the_list_which_is_said() -> None:
    said: list[str] = []
    catalog, names = listed(MOST_LISTED - 1, set())
    make_room(catalog, "m", said.append)
    assert (left(catalog), said) == (names, [])
    catalog, names = listed(MOST_LISTED, {"words-0"})
    make_room(catalog, "m", said.append)
    assert left(catalog) == [names[0], *names[2:]]  # one that is being asked stays
    assert said[0].startswith("Another visitor's has left the list of models")  # whose title is not told
    catalog, names = listed(MOST_LISTED, set())
    make_room(catalog.for_visitor("0 of many"), "m", said.append)
    assert said[1].startswith("Your \u201cwords-0\u201d has left the list of models")
    catalog, names = listed(MOST_LISTED, {f"words-{number}" for number in range(MOST_LISTED)})
    with pytest.raises(LimitReached, match="are being asked; try again soon"):
        make_room(catalog, "m", said.append)


def test_rows_are_checked_without_a_word_of_the_servers_folders(tmp_path: Path) -> None:
    folder = tmp_path / "secret" / "model"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{")
    source = ModelSource(kind="folder", place=str(folder))
    with pytest.raises(ModelUnavailable) as refused:
        open_tokenizer(source, "Tiny", Settings(public=True, cache=tmp_path / "cache"))
    assert "secret" not in str(refused.value)
    assert "can be read" in str(refused.value)
