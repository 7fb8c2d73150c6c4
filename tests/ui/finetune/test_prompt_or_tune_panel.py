"""Prompt or tune? on the page: what is shown of it while it grows, at other prices, stopped, and when it fails."""

from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from dataclasses import replace
from threading import Lock
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.catalog import Catalog, ModelEntry, ModelInfo
from playground.backends.scripted import ScriptedBackend
from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, LimitReached, NotSupported, TrainingFailed
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.ways import Preparation, Way
from playground.finetuning.recipe import Recipe
from playground.settings import Settings
from playground.ui.finetune.prompt_or_tune import panel as panel_module
from playground.ui.finetune.prompt_or_tune import running
from playground.ui.finetune.prompt_or_tune.prompt_or_tune_values import letter_of, table_value
from playground.ui.finetune.prompt_or_tune.running import PromptOrTuneHandlers, read_task
from playground.ui.finetune.prompt_or_tune.ways_figure import figures
from playground.ui.handlers.one_at_a_time import Stoppable

WAY = Way(
    name="Few-shot", preparation=Preparation(kind="prompted", examples=6), items=10, failed=0, mean=0.5, low=0.2,
    high=0.8, right=5, prompt_tokens=290, answer_tokens=10, seconds=0.3,
)  # fmt: skip
TUNED = replace(
    WAY, name="LoRA on 50", preparation=Preparation(kind="tuned", examples=50, training_seconds=60.0), mean=0.8,
    right=8, prompt_tokens=40,
)  # fmt: skip
KNOWN = Compared(task="Sentiment", ways=(WAY, TUNED), stage="LoRA on 200: step 3 of 48", done=4, stages=10, seconds=95)


def local_catalog() -> Catalog:
    backend = ScriptedBackend()
    entry = ModelEntry(
        name="default",
        title="Tiny",
        kind="local",
        load=lambda _: backend,
        capabilities=backend.capabilities,
        source=ModelSource(kind="folder", place="/somewhere"),
    )
    return Catalog([entry])


@pytest.fixture
def handlers() -> PromptOrTuneHandlers:
    catalog = local_catalog()
    sessions = SimpleNamespace(visitor=lambda request: "", of=lambda request: catalog, address=lambda request: "")
    with gr.Blocks() as page:
        page.waits_for = Mock()  # type: ignore[attr-defined]
        panel = panel_module.build(catalog, page)
        changes, model_changes = gr.State(0), gr.State(0)
    places = SimpleNamespace(hold=lambda visitor: nullcontext())
    shared = Mock(sessions=sessions, settings=Settings(), places=places, model_changes=model_changes)
    return PromptOrTuneHandlers(panel=panel, jobs=Mock(), shared=shared, changes=changes, turns=Lock())


def values(made: PromptOrTuneHandlers, **given: Any) -> dict[Any, Any]:
    panel = made.panel
    filled = {
        panel.task: "sentiment", panel.model: "default", panel.line.turn: Stoppable(),
        **{field.widget: None for field in panel.prices},
        made.changes: 3, made.shared.model_changes: 7,
        **{field.widget: field.widget.value for field in panel.plan},
    }  # fmt: skip
    return {**filled, **{getattr(panel, name): value for name, value in given.items()}}


def going(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Generator[Compared, None, None]]) -> None:
    def comparing() -> Generator[Compared, None, Compared]:
        last = KNOWN
        with closing(work()) as news:
            for last in news:
                yield last
        return last

    monkeypatch.setattr(running, "compare_prompting_and_tuning", lambda task, plan, place: comparing())
    monkeypatch.setattr(running, "visitor_of", lambda request: None)


def test_the_table_names_each_way_by_the_letter_of_its_point() -> None:
    (table,) = table_value(KNOWN)
    assert [row["head"] for row in table["rows"]] == ["A  Few-shot", "B  LoRA on 50"]
    assert table["rows"][1]["cells"] == ["80 % (8 of 10)", "20 % to 80 %", "50", "50", "60 s"]
    assert table_value(None) == table_value(replace(KNOWN, ways=())) == []
    assert letter_of(27) == "B"
    tokens, training, examples = figures(KNOWN)
    assert tokens is not None
    assert training is not None
    assert examples is not None
    assert [(trace.name, list(trace.x), list(trace.text)) for trace in tokens.data] == [
        ("Prompted", [300], ["A"]), ("Tuned", [50], ["B"]),
    ]  # fmt: skip
    assert [list(trace.x) for trace in training.data] == [[0], [60]]
    assert [list(trace.x) for trace in examples.data] == [[6], [50]]
    assert figures(None) == [None, None, None]


def test_it_is_shown_as_it_grows_and_ends(handlers: PromptOrTuneHandlers, monkeypatch: pytest.MonkeyPatch) -> None:
    end = replace(KNOWN, stage="", done=10, seconds=300)
    going(monkeypatch, lambda: (one for one in [replace(KNOWN, ways=(), stage="Loading"), KNOWN, end]))
    panel = handlers.panel
    news = list(handlers.compare(values(handlers), Mock()))
    states = [one[panel.state]["text"] for one in news if panel.state in one]
    assert states[1].endswith("5 of 10, after 2 min: Loading")
    assert "5 of 10, after 2 min: LoRA on 200: step 3 of 48" in states
    assert states[-1] == "Done in 5 min."
    assert news[-1][handlers.shared.model_changes] == 8
    shown = [one for one in news if panel.said in one][-1]
    assert "is cheaper than" in shown[panel.said]["text"]
    assert shown[panel.table][0]["rows"]


def test_a_failure_stands_where_the_result_would(
    handlers: PromptOrTuneHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Generator[Compared, None, None]:
        yield KNOWN
        raise TrainingFailed("The disk is full.")

    going(monkeypatch, fail)
    *_, last, ended = handlers.compare(values(handlers), Mock())
    assert ended[handlers.changes] != 3  # what was trained before it is listed
    assert last[handlers.panel.state] == {"text": "The disk is full.", "wrong": True}
    assert handlers.panel.table not in last  # what is done stays


def test_a_stop_closes_the_work_and_says_what_is_kept(
    handlers: PromptOrTuneHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []

    def endless() -> Generator[Compared, None, None]:
        try:
            while True:
                yield KNOWN
        finally:
            closed.append(True)

    going(monkeypatch, endless)
    given = values(handlers)
    work = handlers.compare(given, Mock())
    next(work)
    next(work)
    given[handlers.panel.line.turn].halt.set()
    *_, last, _ = work
    assert closed == [True]
    assert "goes on from there" in last[handlers.panel.state]["text"]


def test_other_prices_are_said_at_once_and_one_alone_is_refused(handlers: PromptOrTuneHandlers) -> None:
    panel = handlers.panel
    million, hour = (field.widget for field in panel.prices)

    def said(known: Compared | None, *prices: Any) -> dict[str, Any]:
        updates = handlers.change_prices({panel.known: known, million: prices[0], hour: prices[1]})
        value: dict[str, Any] = updates[panel.said]
        return value

    assert "2 for a million tokens and 36 for an hour of training, in your money" in said(KNOWN, "2", "36")["text"]
    assert "time on this machine" in said(KNOWN, "", None)["text"]
    assert said(KNOWN, "2", "") == {"text": said(KNOWN, "2", "")["text"], "wrong": True}
    assert said(None, "", "")["text"] == ""
    for bad in ("much", "-1", True, [1]):
        assert said(KNOWN, bad, "1")["wrong"]


@pytest.mark.parametrize("name", [None, ["sentiment"], "nothing"])
def test_a_task_that_is_not_on_offer_is_refused(name: object) -> None:
    with pytest.raises(InvalidSetup, match="must be one of"):
        read_task(name)


def test_a_model_that_cannot_learn_is_refused_before_anything_begins(handlers: PromptOrTuneHandlers) -> None:
    backend = ScriptedBackend()
    entry = ModelEntry(
        name="far", title="Far", kind="endpoint", load=lambda _: backend, capabilities=backend.capabilities
    )
    handlers.shared.sessions.of = lambda request: Catalog([entry])
    with pytest.raises(NotSupported, match="cannot be trained here"):
        next(handlers.compare(values(handlers, model="far"), Mock()))


def test_what_a_shared_server_does_not_train_is_refused_for_each_training(handlers: PromptOrTuneHandlers) -> None:
    """By its size, not only by its time."""
    handlers.shared.settings = Settings(public=True, training_minutes=2, training_weights=1000)
    large = ModelInfo(
        name="default", title="Tiny", kind="local", loaded=True, capabilities=Mock(task=""),
        suggestion=Mock(parameters=134_500_000), details=None,
    )  # fmt: skip
    entry = local_catalog().entry("default")
    handlers.shared.sessions.of = lambda request: Mock(info=lambda name: large, entry=lambda name: entry)
    place = handlers._place(values(handlers), Mock())
    row = TrainingRow(messages=messages_of("Say one."), answer="one")
    with pytest.raises(LimitReached, match="PLAYGROUND_TRAINING_WEIGHTS"):
        place.allow(Mock(recipe=Recipe(), search=None, prompts=(), model="default"), [row])
