"""What the pages of a class show, as plain values, and what its figures draw."""

import csv
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from playground.backends.catalog import Catalog
from playground.classroom import assignment as assignments
from playground.classroom import items, running
from playground.classroom.board import board
from playground.classroom.export import scores_csv
from playground.classroom.records import Score
from playground.classroom.store import ClassStore
from playground.evaluation.plan import Technique
from playground.ui.classroom import class_figure, playground_values, results_values, student_values, teacher_values
from playground.ui.classroom.student_handlers import StudentHandlers
from playground.ui.handlers.tab import BEHIND
from playground.ui.language.translating import speaking
from playground.ui.widgets.status import sentence

TWO = [{"name": "Plain"}, {"name": "Kind", "task": {"role": "You are kind."}}]


def begin(folder: Path, **changes: Any) -> ClassStore:
    store = ClassStore(folder / "classes.sqlite")
    room, _ = store.classes.begin("7b")
    given = {"experiment": {"data": {"name": "sentiment"}, "techniques": TWO}, "seen": 6, "sealed": 2, **changes}
    store.classes.give(room.id, items.written_out(assignments.parse(given)))
    return store


def test_laboratories_have_items_of_their_own_and_are_drawn_together(
    tmp_path: Path, catalog_of: Callable[..., Catalog]
) -> None:
    store = begin(tmp_path, laboratory=True)
    catalog = catalog_of(lambda request, rng: rng.choice(["positive", "negative"]))
    for name in ("Ada", "Bo", "Cy"):
        member, _ = store.members.join(1, name)
        assignment = store.classes.of(1).state.assignment
        assert assignment
        *_, table = running.run_seen(store, member, assignment.technique, catalog, threading.Event())
        assert (len(table.items), table.columns) == (6, ("Plain", "Kind"))
        done = results_values.done_words(store, member)
        assert "Kind is" in done
        assert "better than Plain" in done
        (shown,) = results_values.results_value(table)
        assert shown["columns"] == ["Plain", "Score", "Kind", "Score"]
        assert {len(row["cells"]) for row in shown["rows"]} == {4}
    rows = [*csv.DictReader(scores_csv(store, store.classes.of(1)).splitlines())]
    assert [float(row["difference_low"]) <= float(row["difference"]) for row in rows] == 3 * [True]
    (facts,) = student_values.facts(store, store.classes.of(1), member)
    heads = {row["head"]: row["cells"] for row in facts["rows"]}
    assert heads["Techniques compared"] == ["Plain \u00b7 Kind"]
    assert not {"Submissions left", "Examples shown"} & heads.keys()  # of what is not done there
    found, pooled = teacher_values.laboratories(store, store.classes.of(1))
    assert [one.nickname for one in found] == ["Ada", "Bo", "Cy"]
    assert pooled.estimate
    assert 6 < pooled.estimate.n <= 18
    said = teacher_values.laboratory_words(found, pooled)
    assert "Of 3 students" in said
    assert "0.2 would by luck" in said
    figure = class_figure.estimates(found, pooled)
    assert figure
    assert sum(len(trace.x) for trace in figure.data) == 4
    assert all(trace.error_x.array is not None for trace in figure.data)


def test_prompts_stand_side_by_side_with_what_was_changed(tmp_path: Path) -> None:
    store = begin(tmp_path)
    (room,) = store.classes.all()
    member, _ = store.members.join(1, "Ada")
    begun = room.state.assignment
    assert begun
    changed = Technique(name="Plain", template=f"<i>Well</i>, {begun.technique.template}")
    running.submit(store, member, changed)
    (shown,) = teacher_values.prompts(store, room)
    added = [one["text"] for one in shown["segments"] if one["change"] == "added"]
    assert "".join(added).strip() == "<i>Well</i>,"
    assert shown["facts"] == "number 1, not run yet"
    assert class_figure.distribution(teacher_values.scores(store, room)) is None
    store.work.add_look(member.id, changed, Score(by_item={"1": 1.0, "2": 0.0}))
    figure = class_figure.distribution(teacher_values.scores(store, room))
    assert figure
    assert [*figure.data[0].x] == [0.5]
    store.work.add_look(member.id, changed, Score(by_item={"1": 1.0, "2": 0.0}))
    assert "after 1 look." in results_values.done_words(store, member)
    assert [one.entry.looks for one in board(store, room, sealed=False)] == [1]


def test_a_submission_that_is_too_dear_to_score_is_said_to_be_on_both_pages(tmp_path: Path) -> None:
    store = begin(tmp_path)
    ada, bo = (store.members.join(1, name)[0] for name in ("Ada", "Bo"))
    for member in (ada, bo):
        running.submit(store, member, Technique(name="Plain", template="Say {input}"))
    store.work.seal(store.work.submissions_of(1)[1].id, Score(by_item={"1": 1.0}))

    def said() -> tuple[str, str, str]:
        room = store.classes.of(1)
        own = [student_values.own_sealed(store, room, member) for member in (ada, bo)]
        return teacher_values.left_out(store, room), own[0], own[1]

    assert said() == ("", "", "")
    store.classes.change(1, sealed_open=True)
    teacher, dear, scored = said()
    assert teacher.startswith("Not scored: Ada. To score these prompts takes more than the 200,000 tokens")
    assert "to score it takes more than the 200,000 tokens" in dear
    assert scored == "Your score on 1 sealed items: 100 %."
    with speaking("de"):
        assert sentence(teacher)["text"].startswith("Nicht bewertet: Ada. ")
        assert sentence(dear)["text"].startswith("Die letzte Abgabe hat kein Ergebnis")


def test_what_is_fixed_in_the_playground_follows_the_class(tmp_path: Path) -> None:
    store = begin(tmp_path)
    member, _ = store.members.join(1, "Ada")
    shared: Any = SimpleNamespace(setup_to_open="open", fixed="fixed")
    students = StudentHandlers(panel=None, parts=None, store=store, shared=shared)  # type: ignore[arg-type]
    room = store.classes.of(1)
    assert room.state.assignment
    technique = Technique(name="Plain", template="Kind? {input}")
    setup, fixed = playground_values.opened(room.state, room.state.assignment, technique)
    assert setup["task"]["input"] == "Kind? {{item}}"
    assert students.fix_anew(member, None) == students.fix_anew(member, fixed) == {}
    another = store.classes.give(1, replace(room.state.assignment, may_change="sampling"))
    now = students.fix_anew(member, fixed)
    assert {*fixed["parts"]} != {*now["fixed"]["parts"]}
    assert now["fixed"]["since"] == another.state.begun
    assert now["open"][BEHIND] is True
    assert students.fix_anew(member, now["fixed"]) == {}
    store.classes.change(1, ended=True)
    assert students.fix_anew(member, now["fixed"]) == {"fixed": None}


def test_a_run_that_was_stopped_shows_no_scores(catalog_of: Callable[..., Catalog], tmp_path: Path) -> None:
    store = begin(tmp_path)
    member, _ = store.members.join(1, "Ada")
    plain, halt = Technique(name="Plain", template="Good? {input}"), threading.Event()
    *_, table = running.run_seen(store, member, plain, catalog_of(lambda *_: "positive"), halt)
    (whole,) = results_values.results_value(table)
    (stopped,) = results_values.results_value(replace(table, status="stopped", results=table.results[:5]))
    assert [row["cells"][1] for row in whole["rows"]] == ["right" if one.score else "wrong" for one in table.results]
    assert [row["cells"] for row in stopped["rows"]] == [["Positive", ""]] * 5
    assert "when all items" in stopped["note"]


def test_a_teachers_message_and_a_title_stand_in_any_language_as_they_were_written(tmp_path: Path) -> None:
    store = begin(tmp_path)
    member, _ = store.members.join(1, "Ada")
    room = store.classes.change(1, title="Open", message="Stop. Submit.", paused=True)
    with speaking("de"):
        said = sentence(student_values.say_state(store, room, member))["text"]
        head = sentence(teacher_values.head(room))["text"]
    assert said.startswith("Die Lehrkraft hat die Klasse angehalten.")
    assert said.endswith("bleibt. · Stop. Submit.")
    assert head.startswith("Open · angehalten · ")


def test_no_row_of_a_student_is_read_for_what_nobody_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = begin(tmp_path)
    member, _ = store.members.join(1, "Ada")
    submission = running.submit(store, member, Technique(name="Plain", template="Good? {input}"))
    store.members.consent(member.id, True)
    monkeypatch.setattr(store.members, "of_class", None)
    assert student_values.projected(store, store.classes.of(1)) == []
    (shown,) = student_values.projected(store, store.classes.change(1, projected=submission.id))
    assert shown["rows"][0]["cells"] == ["Good? {input}"]
    store.members.consent(member.id, False)
    assert student_values.projected(store, store.classes.of(1)) == []


@pytest.mark.parametrize(
    ("may_change", "free"),
    [
        ("prompt", {"template", "role"}),
        ("sampling", {"temperature", "top_p", "max_tokens"}),
        ("everything", {"template", "role", "temperature", "top_p", "max_tokens"}),
    ],
)
def test_what_is_fixed_is_shown_as_fixed(tmp_path: Path, may_change: str, free: set[str]) -> None:
    store = begin(tmp_path, may_change=may_change)
    (room,) = store.classes.all()
    fields = student_values.field_values(Technique())
    assert {name for name in fields if student_values.is_free(room, name)} == free
    member, _ = store.members.join(1, "Ada")
    rows = {row["head"]: row["cells"][0] for row in student_values.facts(store, room, member)[0]["rows"]}
    assert rows["Model (fixed)"] == "default"
    assert rows["Tokens left"] == "200,000 of 200,000"
    assert rows["Time left"] == "60 min"


def test_fields_are_read_over_what_the_student_took(tmp_path: Path) -> None:
    base = Technique(task={"role": "Old", "examples": [{"input": "a", "output": "b"}]}, sampling={"min_p": 0.1})
    fields = {"template": "T {input}", "role": "", "temperature": 0.5, "top_p": None, "max_tokens": None}
    cold = student_values.read_fields(Technique(sampling={"temperature": 0.0}), {**fields, "temperature": 0})
    assert repr(cold.sampling) == "{'temperature': 0.0}"
    read = student_values.read_fields(base, fields)
    assert (read.template, read.task, read.sampling) == (
        "T {input}", {"examples": base.task["examples"]}, {"min_p": 0.1, "temperature": 0.5},
    )  # fmt: skip


def test_sealed_scores_and_the_board_show_when_the_teacher_says_so(tmp_path: Path) -> None:
    store = begin(tmp_path)
    member, _ = store.members.join(1, "Ada")
    submission = running.submit(store, member, Technique(name="Plain", template="Good? {input}"))
    store.work.add_look(member.id, submission.technique, Score(by_item={"1": 1.0}))
    store.work.seal(submission.id, Score(by_item={"2": 0.0}))
    room = store.classes.of(1)
    assert student_values.own_sealed(store, room, member) == ""
    assert student_values.students_board(store, room) == []
    room = store.classes.change(1, board_shown=True)
    (board,) = student_values.students_board(store, room)
    assert board["rows"][0]["cells"][:2] == ["1", "100 %"]
    room = store.classes.change(1, sealed_open=True)
    (board,) = student_values.students_board(store, room)
    assert board["rows"][0]["cells"][:2] == ["1", "0 %"]
    assert "0 %" in student_values.own_sealed(store, room, member)
