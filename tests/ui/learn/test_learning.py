"""The handlers of the Learn tab: nothing before the prediction, the first one counts, a browser may send anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest
from made_lesson import GERMAN, HEAD, OF_EXPERIMENT, written

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.store import Store
from playground.lessons.outcome import Outcome
from playground.lessons.shelf import read_folder
from playground.settings import Settings
from playground.ui.handlers.fair_shares import Places, Share
from playground.ui.handlers.one_at_a_time import Stoppable
from playground.ui.handlers.visitors import NOBODY
from playground.ui.learn import lesson_panel, turning
from playground.ui.learn import trying as trying_module
from playground.ui.learn.lesson_values import comparison_of, lesson_choices, whole_trial
from playground.ui.learn.progress_values import MOST_KEPT, Progress, read_progress, standing_text, to_kept
from playground.ui.learn.trying import TryingHandlers
from playground.ui.learn.turning import TurningHandlers

DONE = {"one": {"choice": 1, "amount": 4, "points": 0.5, "most": 2, "answered": False}}

OTHER = {"gone": {"choice": 2, "amount": None, "points": 1.0, "most": 1, "answered": True}}  # of no lesson there is


def all_of(updates: Iterator[Any]) -> dict[Any, Any]:
    """All that a handler changes, the last of each."""
    found: dict[Any, Any] = {}
    for one in updates:
        found |= one
    return found


@pytest.fixture
def trying(
    tmp_path: Path, catalog_of: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TryingHandlers]:
    written(tmp_path)
    written(tmp_path, name="two")
    written(tmp_path / "de", head=GERMAN)
    monkeypatch.setattr(
        turning, "open_shelf", lambda language, folder: read_folder(folder, folder / "de" if language == "de" else None)
    )
    catalog = catalog_of(lambda *_: "yes")
    with gr.Blocks() as page:
        page.waits_for = Mock()  # type: ignore[attr-defined]
        panel = lesson_panel.build(read_folder(tmp_path), ("en", "de"), gr.State(None), page, in_class=True)
    store = Store(tmp_path / "store.sqlite")
    shared = Mock(sessions=SimpleNamespace(of=lambda request: catalog), settings=Settings(), store=store)
    handlers = TurningHandlers(panel=panel, shared=shared, folder=tmp_path, offered=("en", "de"))
    yield TryingHandlers(panel=panel, turning=handlers, shared=shared)
    store.close()


def values(trying: TryingHandlers, **given: Any) -> dict[Any, Any]:
    """What the page sends, with nothing chosen but the first lesson."""
    sent = {"lesson": "one", "language": "en", "progress": None, "choice": None, "amount": None, "run": None, **given}
    return {getattr(trying.panel, name): value for name, value in sent.items()}


@pytest.mark.parametrize(
    ("choice", "amount", "message"),
    [
        (None, 3, "Predict first: choose what"),
        ("0", 3, "Predict first: choose what"),
        (7, 3, "Predict first: choose what"),
        (True, 3, "Predict first: choose what"),
        (0, None, "type your number, from 0 to 20"),
        (0, 21, "type your number, from 0 to 20"),
        (0, float("nan"), "type your number, from 0 to 20"),
        (0, "3", "type your number, from 0 to 20"),
    ],
)
def test_nothing_is_tried_without_a_prediction(trying: TryingHandlers, choice: Any, amount: Any, message: str) -> None:
    with pytest.raises(InvalidSetup) as told:
        next(trying.try_it(values(trying, choice=choice, amount=amount), Mock()))
    assert message in str(told.value)


def test_what_was_predicted_is_scored_by_what_happened(trying: TryingHandlers) -> None:
    last = all_of(trying.try_it(values(trying, choice=0, amount=1, progress=OTHER), Mock()))
    panel = trying.panel
    assert "that is what happened" in last[panel.verdict]["text"]
    assert last[panel.verdict]["text"].endswith("2 of 2 points.")
    done = {"choice": 0, "amount": 1.0, "points": 2.0, "most": 2, "answered": False}
    assert last[panel.progress] == {**OTHER, "one": done}
    assert last[panel.standing]["text"].startswith("1 of 2 lessons tried")
    assert last[panel.after]["visible"]
    assert [last[one]["interactive"] for one in panel.turns] == [True] * 4


def test_a_second_trial_counts_the_first_prediction(trying: TryingHandlers) -> None:
    last = all_of(trying.try_it(values(trying, progress=DONE, choice=0, amount=1), Mock()))
    assert "Only the polite one" in last[trying.panel.verdict]["text"]
    assert not {trying.panel.progress, trying.panel.standing} & set(last)  # which an answer may have changed meanwhile


def test_an_experiment_has_a_place_of_the_experiments_and_their_time(
    trying: TryingHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, head=OF_EXPERIMENT)
    run = Mock(return_value=iter([Outcome(ways=(), message="It is over.")]))
    monkeypatch.setattr(trying_module, "run_trial", run)
    trying.shared.places = Places(Share(1, 1, 1), "experiments")  # type: ignore[misc]
    with trying.shared.places.hold(NOBODY):
        refused = all_of(trying.try_it(values(trying, choice=0, amount=1), Mock(request=None)))
    assert refused[trying.panel.state]["text"].startswith("No more experiments can begin now")
    assert [refused[one]["interactive"] for one in trying.panel.turns] == [True] * 4
    assert not run.called
    ended = all_of(trying.try_it(values(trying, choice=0, amount=1), Mock(request=None)))
    assert ended[trying.panel.state]["text"] == "It is over."
    given, settings = run.call_args.kwargs, trying.shared.settings
    assert given["max_seconds"] == settings.max_seconds
    assert given["max_total_seconds"] == settings.max_experiment_seconds


def test_one_that_is_stopped_scores_nothing(trying: TryingHandlers) -> None:
    work = trying.try_it(values(trying, choice=0, amount=1), Mock())
    first = next(work)
    assert [first[one]["interactive"] for one in trying.panel.turns] == [False] * 4
    first[trying.panel.run].halt.set()
    *_, last = work
    assert [last[one]["interactive"] for one in trying.panel.turns] == [True] * 4
    assert last[trying.panel.state]["text"].startswith("Stopped.")
    assert trying.panel.progress not in last


def test_a_second_trial_while_one_goes_on_is_refused(trying: TryingHandlers) -> None:
    with pytest.raises(LimitReached):
        next(trying.try_it(values(trying, choice=0, amount=1, run=Stoppable()), Mock()))


@pytest.mark.parametrize(
    "kept",
    [
        None, 5, [], {"one": 5}, {"one": {"choice": 9}}, {"one": {"points": 99}}, {"gone": {"choice": 0}},
        {"one": {"choice": 0, "more": 1}}, {"x" * 301: {"choice": 0}},
        {"gone": {"choice": "0"}}, {"one": {"choice": 0, "amount": float("nan")}},
    ],
)  # fmt: skip
def test_a_browser_may_keep_anything(trying: TryingHandlers, kept: Any) -> None:
    opened = trying.turning.open(values(trying, progress=kept, lesson=kept, language=kept))
    assert opened.lesson.key == "one"
    assert opened.progress == {}
    assert set(opened.others) <= {"gone"}


def test_of_lessons_that_are_not_there_so_much_is_kept(trying: TryingHandlers) -> None:
    many = {f"gone {number}": OTHER["gone"] for number in range(MOST_KEPT + 9)}
    others = trying.turning.open(values(trying, progress={**many, "x" * 301: OTHER["gone"]})).others
    assert len(others) == MOST_KEPT
    assert to_kept(others)["gone 0"] == OTHER["gone"]


def test_nothing_is_opened_or_asked_at_the_end_before_the_trial(trying: TryingHandlers) -> None:
    with pytest.raises(gr.Error, match="Predict first"):
        next(trying.open_trial(values(trying)))
    with pytest.raises(gr.Error, match="Try it first"):
        trying.turning.check_answer({**values(trying), trying.panel.answer: 1})


@pytest.mark.parametrize(("answer", "said", "kept"), [(0, "That is not it.", False), (1, "Right. Both", True)])
def test_an_answer_is_checked_and_kept_when_it_is_right(
    trying: TryingHandlers, answer: int, said: str, kept: bool
) -> None:
    updates = trying.turning.check_answer({**values(trying, progress={**DONE, **OTHER}), trying.panel.answer: answer})
    assert updates[trying.panel.checked]["text"].startswith(said)
    assert (trying.panel.progress in updates) == kept
    if kept:
        assert updates[trying.panel.progress] == {**OTHER, "one": {**DONE["one"], "answered": True}}


def test_lessons_turn_one_by_one_in_the_language_that_was_chosen(trying: TryingHandlers) -> None:
    panel = trying.panel
    shown = trying.turning.turn_forward(values(trying, language="de"), Mock())
    assert shown[panel.lesson]["value"] == "two"
    assert "it is shown in English" in shown[panel.about]
    shown = trying.turning.turn_back(values(trying, language="de"), Mock())
    assert shown[panel.about].startswith("## Zwei Bitten")
    assert "found on other weights" in shown[panel.about]
    assert not shown[panel.after]["visible"]


def test_the_tab_stands_as_it_was_left_when_it_comes_in_sight_again(trying: TryingHandlers) -> None:
    opened = trying.panel.opened
    first = trying.turning.come_in_sight({**values(trying), opened: False}, Mock())
    assert (first[opened], first[trying.panel.lesson]["value"]) == (True, "one")
    assert list(trying.turning.come_in_sight({**values(trying), opened: True}, Mock())) == [opened]


def test_setups_that_ask_the_same_open_in_compare_and_others_one_by_one(trying: TryingHandlers, tmp_path: Path) -> None:
    lesson = trying.turning.open(values(trying)).lesson
    assert whole_trial(lesson) == ""
    with pytest.raises(gr.Error, match="open each in the Playground"):
        next(trying.open_trial(values(trying, progress=DONE)))
    alike = HEAD.replace('"Please say yes."', '"Say yes."').replace(
        "{temperature: 0}}\n    B", "{temperature: 1}}\n    B"
    )
    lesson = read_folder(written(tmp_path / "alike", head=alike).parent).lessons["one"]
    assert whole_trial(lesson) == "compare"
    rows = comparison_of(lesson)["rows"]["panes"]
    assert [row["taken"]["sampling"] for row in rows] == [{"temperature": 1}, {"temperature": 0}]


def test_where_one_stands_is_said_in_a_sentence(trying: TryingHandlers) -> None:
    lessons = trying.turning.open(values(trying)).shelf.lessons
    progress = read_progress(DONE, lessons)
    assert progress == {"one": Progress(choice=1, amount=4, points=0.5, most=2)}
    assert standing_text(progress, 2) == "1 of 2 lessons tried: 0.5 of 2 points for predictions, 0 questions answered."
    assert next(title for title, _ in lesson_choices(lessons, progress)).endswith("(5 min) \u2713")
