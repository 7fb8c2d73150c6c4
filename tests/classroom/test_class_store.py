"""Classes in their file: who gets in, what is kept over a restart, and what is taken when."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.classroom import assignment as assignments
from playground.classroom import clock, codes, items, running, work
from playground.classroom.assignment import Assignment, Limits
from playground.classroom.board import board
from playground.classroom.budget import Budget
from playground.classroom.export import everything_json, scores_csv
from playground.classroom.records import Classroom, Member, Score
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup, LimitReached, ModelUnavailable, PlaygroundError, StoreFailed
from playground.evaluation import datasets
from playground.evaluation.plan import Technique
from playground.running import runner

CatalogOf = Callable[..., Catalog]
EXPERIMENT = {"title": "Reviews", "data": {"name": "sentiment"}, "techniques": [{"name": "Plain"}]}
AGENTS = [{"name": "A", "system": "Ask."}, {"name": "B", "system": "Answer.", "model": "dearest"}]
LIMITS = {"attempts": 2, "tokens": 100_000, "minutes": 10}


def given(**changes: Any) -> Assignment:
    return assignments.parse({"experiment": EXPERIMENT, "seen": 4, "sealed": 3, "limits": LIMITS, **changes})


@pytest.fixture
def store(tmp_path: Path) -> ClassStore:
    return ClassStore(tmp_path / "classes.sqlite")


@pytest.fixture
def room(store: ClassStore) -> Classroom:
    classroom, _ = store.classes.begin("7b")
    return store.classes.give(classroom.id, given())


def run(store: ClassStore, nickname: str, catalog: Catalog, technique: Technique | None = None) -> Any:
    (member,) = [m for m in store.members.of_class(1) if m.nickname == nickname]
    assignment = store.classes.of(1).state.assignment
    assert assignment
    *_, last = running.run_seen(store, member, technique or assignment.technique, catalog, threading.Event())
    return last


def test_looking_makes_no_file(store: ClassStore) -> None:
    assert store.classes.all() == []
    assert store.members.by_seat("x") is None
    assert store.classes.by_teacher("x") is None
    assert not store._file.path.exists()


def test_a_class_and_what_was_handed_in_survive_a_restart(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    member, seat = store.members.join(room.id, "Ada")
    mine = Technique(name="Plain", template="Say {input}")
    submission = running.submit(store, member, mine)
    assert submission.seen is None
    secret = store.classes.renew_teacher(room.id)
    store.close()
    again = ClassStore(store._file.path)
    assert again.classes.by_teacher(secret) == room == again.classes.by_code(codes.shown_code(room.code).lower())
    assert again.members.by_seat(seat) == member
    assert again.work.submissions_of(room.id) == [submission]
    run(again, "Ada", catalog_of(), mine)
    (kept,) = again.work.submissions_of(room.id)
    assert kept.seen
    assert kept.seen.n == 4


def test_no_secret_is_in_the_file_and_nobody_else_reads_it(store: ClassStore, room: Classroom) -> None:
    secret = store.classes.renew_teacher(room.id)
    _, seat = store.members.join(room.id, "Ada")
    store.close()
    written = b"".join(path.read_bytes() for path in store._file.path.parent.iterdir())
    assert secret.encode() not in written
    assert seat.encode() not in written
    assert os.stat(store._file.path).st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name",
    ["", " ", "<b>Ada</b>", "A" * 25, "A" * 10_000, "a\u202eb", "=1+1", "Ada\nEve", "x\x00y", "&amp;", "[x](y)", "."],
)
def test_odd_nicknames_are_refused_in_words(store: ClassStore, room: Classroom, name: str) -> None:
    with pytest.raises(InvalidSetup, match="nickname has 1 to 24"):
        store.members.join(room.id, name if name != "Ada\nEve" else "Ada;Eve")


@pytest.mark.parametrize("name", ["Zo\u00eb", "Jean-Luc", "O'Neill", "\u6771\u4eac 7", "Ada L."])
def test_names_of_all_languages_are_taken(store: ClassStore, room: Classroom, name: str) -> None:
    assert store.members.join(room.id, name)[0].nickname == name


def test_one_name_is_one_person_until_the_teacher_frees_it(store: ClassStore, room: Classroom) -> None:
    member, seat = store.members.join(room.id, "Ada")
    with pytest.raises(InvalidSetup, match="choose another"):
        store.members.join(room.id, " aDA ")
    store.members.free(member.id)
    assert store.members.by_seat(seat) is None
    assert store.members.by_seat("") is None
    again, fresh = store.members.join(room.id, "Ada")
    assert again == member
    assert fresh != seat


def test_a_closed_door_lets_in_only_whose_name_was_freed(store: ClassStore, room: Classroom) -> None:
    member, _ = store.members.join(room.id, "Ada")
    with pytest.raises(LimitReached, match="lets nobody else join"):
        store.members.join(room.id, "Eve", closed=True)
    store.members.free(member.id)
    assert store.members.join(room.id, "Ada", closed=True)[0] == member


def test_who_is_removed_is_gone_with_all_that_was_handed_in(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    (member, seat), (other, _) = (store.members.join(room.id, name) for name in ("Ada", "Eve"))
    for one in (member, other):
        assert running.is_complete(run(store, one.nickname, catalog_of()))
        running.submit(store, one, given().technique)
    running.submit(store, member, Technique(name="Plain", template="MARKED-PROMPT {input}"))
    with store.one_run(room.id, member.id), pytest.raises(LimitReached, match="run of Ada is still going on"):
        store.remove(member)
    store.remove(member)
    assert store.members.by_seat(seat) is None
    for kept in (store.work.looks_of(room.id), store.work.submissions_of(room.id)):
        assert {one.member_id for one in kept} == {other.id}
    assert not any(b"MARKED-PROMPT" in path.read_bytes() for path in store._file.path.parent.iterdir())
    with pytest.raises(InvalidSetup, match="not known here any more"):  # a run that was asked for before that
        next(running.run_seen(store, member, given().technique, catalog_of(), threading.Event()))


def test_a_submission_that_would_take_more_than_a_student_has_is_not_scored_to_its_end(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.evaluation.running.table_builder.INTERVAL", 0.0)  # each answer is news by itself
    room = store.classes.give(room.id, given(may_change="everything"))
    dear = Technique(strategy="self_consistency", options={"paths": 40})
    for name, technique in (("Ada", dear), ("Eve", Technique())):
        member, _ = store.members.join(room.id, name)
        running.submit(store, member, technique)
    store.classes.change(room.id, limits=Limits(attempts=2, tokens=1500, minutes=10))
    asked: list[Any] = []
    catalog = catalog_of(lambda request, _: asked.append(request) or "word " * 40)

    def unscored() -> list[int]:
        [*running.run_sealed(store, room.id, catalog, threading.Event())]
        assert store.classes.of(room.id).state.sealed_open  # it holds up nobody
        return [one.member_id for one in running.without_score(store, store.classes.of(room.id))]

    assert unscored() == [1]
    assert [one.entry.nickname for one in board(store, store.classes.of(room.id), sealed=True)] == ["Eve"]
    begun = len(asked)
    assert unscored() == [1]  # another click is no new budget
    assert len(asked) == begun
    store.classes.change(room.id, limits=Limits(attempts=2, tokens=100_000, minutes=10))
    assert unscored() == []


def test_nothing_is_kept_of_a_student_who_is_removed_in_the_instant_of_a_submission(
    store: ClassStore, room: Classroom
) -> None:
    member, _ = store.members.join(room.id, "Ada")
    technique = given().technique
    submit = store.work.submit

    def removed_first(*args: Any) -> Any:
        store.remove(member)
        return submit(*args)

    store.work.submit = removed_first  # type: ignore[method-assign]
    with pytest.raises(InvalidSetup, match="not known here any more"):
        running.submit(store, member, technique)
    with pytest.raises(InvalidSetup, match="not known here any more"):
        store.work.add_look(member.id, technique, Score(by_item={"1": 1.0}))
    assert store._file.read("SELECT id FROM submissions UNION SELECT id FROM looks") == []


def test_who_is_removed_or_joins_while_the_sealed_items_are_asked_hinders_nobody(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    ada, eve = (store.members.join(room.id, name)[0] for name in ("Ada", "Eve"))
    for member in (ada, eve):
        running.submit(store, member, given().technique)
    scoring = running.run_sealed(store, room.id, catalog_of(), threading.Event())
    next(scoring)
    store.remove(eve)
    late, _ = store.members.join(room.id, "Late")
    running.submit(store, late, given().technique)
    with pytest.raises(LimitReached, match="Late: submitted while others were scored"):
        list(scoring)
    [*running.run_sealed(store, room.id, catalog_of(), threading.Event())]
    assert store.classes.of(room.id).state.sealed_open


def test_an_export_holds_no_work_of_who_is_removed_while_it_is_made(store: ClassStore, room: Classroom) -> None:
    ada, eve = (store.members.join(room.id, name)[0] for name in ("Ada", "Eve"))
    for member in (ada, eve):
        running.submit(store, member, given().technique)
        store.work.add_look(member.id, given().technique, Score(by_item={"1": 1.0}))
    of_class = store.members.of_class
    store.members.of_class = lambda id: [store.remove(eve), *of_class(id)][1:]  # type: ignore[method-assign,misc]
    whole = json.loads(everything_json(store, room))
    for kind in ("members", "looks", "submissions"):
        assert [one["nickname"] for one in whole[kind]] == ["Ada"]


def test_what_is_asked_in_other_tabs_is_charged_and_refused_when_the_tokens_are_used_up(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    member, _ = store.members.join(room.id, "Ada")
    budget = Budget(store=store, member=member, seed=room.state.seed)
    catalog = catalog_of(lambda *_: "one two").for_visitor("me", budget)
    setup = setups.parse({"task": {"input": "Hello"}})
    *_, run = runner.run(setup, catalog)
    used = store.members.of(member.id)
    assert used
    assert used.tokens == run.prompt_tokens + run.completion_tokens > 0
    [*runner.run(setup, catalog, earlier_steps=run.steps)]  # nothing is asked anew
    assert store.members.of(member.id) == used
    (step,) = run.steps  # what is gone on from may be a file of the student's own, with counts as they please
    forged = replace(step.completions[0], finish_reason=None, tokens=(), completion_tokens=10, prompt_tokens=-9_999)
    [*runner.run(setup, catalog, earlier_steps=(replace(step, completions=(forged,)),))]
    more = store.members.of(member.id)
    assert more
    assert more.tokens > used.tokens
    other = catalog.for_visitor("me", replace(budget, seed=budget.seed + 1))  # it began under another assignment
    [*runner.run(setup, other)]
    assert store.members.of(member.id) == more
    store.members.use_tokens(member.id, 100_000)
    with pytest.raises(LimitReached, match="100,000 tokens are used up"):
        [*runner.run(setup, catalog)]
    store.classes.change(room.id, ended=True)
    [*runner.run(setup, catalog)]
    store.remove(member)
    [*runner.run(setup, catalog)]


def test_a_prompt_from_the_playground_is_a_template_where_it_says_where_the_item_goes() -> None:
    setup = setups.parse({"task": {"input": "Is it kind? {{item}}"}, "sampling": {"seed": 3, "top_logprobs": 2}})
    made = assignments.from_setup(setup, "sentiment").technique
    assert (made.template, made.sampling) == ("Is it kind? {input}", {})
    begun = replace(made, template="Look: {input}")
    assert assignments.technique_of_setup(given(), setup, begun).template == "Is it kind? {input}"
    without, about_sampling = setups.parse({"task": {"input": "x"}}), given(may_change="sampling")
    assert assignments.technique_of_setup(about_sampling, without, begun).template == "Look: {input}"
    with pytest.raises(InvalidSetup, match=r"has no \{\{item"):
        assignments.technique_of_setup(given(), without, begun)


@pytest.mark.parametrize("code", ["", "ABCD", "ABCD-EFG1", "a" * 10_000, "ABCD-EFGH"])
def test_a_wrong_code_is_one_message(store: ClassStore, room: Classroom, code: str) -> None:
    with pytest.raises(InvalidSetup, match="no class with this code"):
        store.classes.by_code(code)


def test_guessing_is_limited_by_visitor_by_address_and_over_all() -> None:
    now = [0.0]
    guesses = codes.LastMinute((2, 5, 9), codes.TOO_MANY_WRONG, lambda: now[0])
    for _ in range(2):
        guesses.check("me", "here")
        guesses.note("me", "here")
    with pytest.raises(LimitReached, match="from you"):
        guesses.check("me", "elsewhere")
    guesses.check("another", "here")
    for n in range(3):
        guesses.note(f"visitor {n}", "here")
    with pytest.raises(LimitReached, match="address"):
        guesses.check("a third", "here")
    for n in range(4):
        guesses.note(f"visitor {n}", f"address {n}")
    with pytest.raises(LimitReached, match="on this server"):
        guesses.check("new", "new")
    now[0] = codes.MINUTE + 1
    guesses.check("me", "here")


def test_a_teachers_secret_is_for_one_class_and_a_new_one_ends_the_old(store: ClassStore, room: Classroom) -> None:
    other, secret = store.classes.begin("8a")
    assert store.classes.by_teacher(secret) == other != room
    fresh = store.classes.renew_teacher(other.id)
    assert store.classes.by_teacher(secret) is None
    assert store.classes.by_teacher(fresh) == other


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"assignment": None}, "no assignment yet"),
        ({"paused": True}, "paused"),
        ({"ended": True}, "has ended"),
        ({"begun": clock.now() - 601}, "time of this assignment is over"),
    ],
)
def test_nothing_is_run_or_taken_when_the_class_is_not_open(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf, changes: dict[str, Any], said: str
) -> None:
    member, _ = store.members.join(room.id, "Ada")
    store.classes.change(room.id, **changes)
    technique = given().technique
    with pytest.raises(LimitReached, match=said):
        running.submit(store, member, technique)
    with pytest.raises(LimitReached, match=said):
        next(iter(running.run_seen(store, member, technique, catalog_of(), threading.Event())))
    assert store.work.submissions_of(room.id) == []


def test_the_clock_does_not_follow_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    before = clock.now()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= clock.now() - before < 60


@pytest.mark.parametrize(
    ("may_change", "changed", "said"),
    [
        ("prompt", {"template": "Is it good? {input}"}, ""),
        ("prompt", {"task": {"role": "You are kind."}}, ""),
        ("prompt", {"sampling": {"temperature": 1.0}}, "sampling settings"),
        ("prompt", {"strategy": "rereading"}, "technique"),
        ("sampling", {"sampling": {"temperature": 1.0}}, ""),
        ("sampling", {"template": "Is it good? {input}"}, "prompt template"),
        ("everything", {"strategy": "rereading", "template": "Look: {input}", "sampling": {"top_p": 0.5}}, ""),
        ("prompt", {"template": "no place for it"}, "input"),
        ("sampling", {"sampling": {"temperature": 99}}, "temperature"),
        ("sampling", {"sampling": {"seed": 3}}, "seed"),
        ("prompt", {"task": {"collection": "own"}}, "no documents of your own"),
        ("everything", {"strategy": "panel", "task": {"agents": AGENTS}}, "no model or adapter of its own"),
        ("prompt", {"template": "x" * 50_000 + "{input}"}, "is the most here"),
    ],
)
def test_what_is_fixed_stays_fixed_on_the_server(may_change: str, changed: dict[str, Any], said: str) -> None:
    technique = assignments.parse_technique({"name": "Plain", **changed})
    if not said:
        assignments.check_technique(given(may_change=may_change), technique)
        return
    with pytest.raises(InvalidSetup, match=said):
        assignments.check_technique(given(may_change=may_change), technique)


def test_seen_and_sealed_items_never_meet_and_follow_from_the_classes_seed() -> None:
    assignment = given(seen=10, sealed=10)
    technique = assignment.technique
    seen = items.seen_experiment(assignment, 5, technique).data.items
    sealed = items.sealed_experiment(assignment, 5, technique).data.items
    assert len(seen) == len(sealed) == 10
    assert not {i.input for i in seen} & {i.input for i in sealed}
    assert items.seen_experiment(assignment, 6, technique).data.items != seen
    with pytest.raises(InvalidSetup, match="take fewer"):
        items.written_out(given(seen=500, sealed=500))


def test_items_that_may_count_stand_in_no_prompt_and_refusing_them_does_not_tell_which_count(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    member, _ = store.members.join(room.id, "Ada")
    classroom = store.classes.of(room.id)
    assignment, seed = classroom.state.assignment, classroom.state.seed
    assert assignment
    everything = datasets.load(replace(assignment.experiment.data, size=1_000, seed=seed)).items
    asked = {
        item.input
        for asks in (items.seen_experiment, items.sealed_experiment)
        for item in asks(assignment, seed, assignment.technique).data.items
    }
    left_out = next(item.input for item in everything if item.input not in asked)
    assert len(asked) == assignment.seen + assignment.sealed
    for text in (*asked, left_out):
        example = {"input": text.upper(), "output": "positive"}
        for task in ({"examples": [example]}, {"role": f"Of  {text}\n say: positive."}):
            technique = replace(assignment.technique, task=task)
            with pytest.raises(InvalidSetup, match="holds an item of this data set"):
                running.submit(store, member, technique)
            with pytest.raises(InvalidSetup, match="holds an item of this data set"):
                next(running.run_seen(store, member, technique, catalog_of(), threading.Event()))
    own = replace(assignment.technique, task={"examples": [{"input": "A film of my own.", "output": "positive"}]})
    assert running.submit(store, member, own).number == 1


def test_the_budget_is_kept_on_the_server_and_what_is_known_costs_nothing(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    store.members.join(room.id, "Ada")
    catalog = catalog_of()
    assert run(store, "Ada", catalog).status == "done"
    used = store.members.of_class(room.id)[0].tokens
    assert used > 0
    run(store, "Ada", catalog)
    assert store.members.of_class(room.id)[0].tokens == used
    assert len(store.work.looks_of(room.id)) == 1  # the same prompt again is no further look
    store.classes.change(room.id, limits=assignments.Limits(tokens=1000))
    store.members.use_tokens(1, 1000)
    with pytest.raises(LimitReached, match="1,000 tokens are used up"):
        run(store, "Ada", catalog)


def test_attempts_are_counted(store: ClassStore, room: Classroom) -> None:
    member, _ = store.members.join(room.id, "Ada")
    first, second, third = (replace(given().technique, template=f"{n} {{input}}") for n in range(3))
    running.submit(store, member, first)
    made = running.submit(store, member, second)
    with pytest.raises(LimitReached, match="submitted 2 times"):
        running.submit(store, member, third)
    assert running.submit(store, member, second) == made  # pressed twice it is one, also when there is none left
    assert store.work.submissions_by(member.id) == 2


def test_an_empty_prompt_is_not_taken_for_the_one_of_the_data(store: ClassStore, room: Classroom) -> None:
    store.classes.give(room.id, items.written_out(given()))
    member, _ = store.members.join(room.id, "Ada")
    with pytest.raises(InvalidSetup, match="template is empty"):
        running.submit(store, member, Technique(name="Plain", template=" \n"))


def test_of_a_class_that_has_ended_nothing_is_given_away(store: ClassStore, room: Classroom) -> None:
    member, _ = store.members.join(room.id, "Ada")
    kept = running.submit(store, member, given().technique)
    store.classes.change(room.id, ended=True)
    with pytest.raises(LimitReached, match="has ended"):
        store.classes.give(room.id, given())
    assert store.work.submissions_of(room.id) == [kept]


def test_sealed_scores_go_on_after_a_stop_and_open_at_the_end(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf
) -> None:
    catalog = catalog_of()
    for name in ("Ada", "Bo"):
        member, _ = store.members.join(room.id, name)
        running.submit(store, member, given().technique)
    halt = threading.Event()
    for done, _, _ in running.run_sealed(store, room.id, catalog, halt):
        if done == 1:
            halt.set()
    assert not store.classes.of(room.id).state.sealed_open
    *_, last = running.run_sealed(store, room.id, catalog, threading.Event())
    assert last == (2, 2, None)
    assert store.classes.of(room.id).state.sealed_open
    assert [one.entry.n for one in board(store, store.classes.of(room.id), sealed=True)] == [3, 3]
    assert "Ada" in scores_csv(store, room)
    assert '"sealed"' in everything_json(store, room)
    with pytest.raises(LimitReached, match="scores are open"):
        running.submit(store, store.members.of_class(room.id)[0], given().technique)


def gone(_: Any) -> Any:
    raise ModelUnavailable("Its server is away.")


@pytest.mark.parametrize(
    ("technique", "is_gone", "allowance", "said"),
    [
        (Technique(name="Plain"), False, running.Allowance(run=0), "Ada, Bo: It has taken 0 seconds"),
        (Technique(name="Plain"), True, running.Allowance(), "Ada, Bo: .*Its server is away"),
        (Technique(name="Plain", task={"collection": "own"}), False, running.Allowance(), "some have none. Ada: "),
    ],
)
def test_sealed_scores_stay_closed_until_all_have_one(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf, technique: Technique, is_gone: bool,
    allowance: running.Allowance, said: str,
) -> None:  # fmt: skip
    for name, handed_in in (("Ada", technique), ("Bo", given().technique)):
        store.work.submit(store.members.join(room.id, name)[0].id, handed_in, 9)
    can = ScriptedBackend().capabilities
    away = ModelEntry(name="default", title="Away", kind="scripted", load=gone, capabilities=can)
    catalog = Catalog([away]) if is_gone else catalog_of()
    with pytest.raises(LimitReached, match=said):
        [*running.run_sealed(store, room.id, catalog, threading.Event(), allowance)]
    assert not store.classes.of(room.id).state.sealed_open
    store.work.submit(1, given().technique, 9)
    [*running.run_sealed(store, room.id, catalog_of(), threading.Event())]
    assert store.classes.of(room.id).state.sealed_open


@pytest.mark.parametrize("change", ["give", "end"])
def test_what_runs_is_not_written_onto_the_next_assignment(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf, change: str
) -> None:
    member, _ = store.members.join(room.id, "Ada")
    running.submit(store, member, given().technique)

    def meanwhile(*_: Any) -> str:
        if change == "give":
            store.classes.give(room.id, given())  # the same: what was seen of it before counts no more
        else:
            store.classes.change(room.id, ended=True)
        return "positive"

    with pytest.raises(LimitReached, match="another assignment" if change == "give" else "has ended"):
        [*running.run_sealed(store, room.id, catalog_of(meanwhile), threading.Event())]
    assert not store.classes.of(room.id).state.sealed_open
    store.classes.change(room.id, ended=False)
    store.classes.give(room.id, given())
    if change == "give":
        assert run(store, "Ada", catalog_of(meanwhile)).message == running.ANOTHER_GIVEN
        assert store.work.looks_of(room.id) == []
        assert store.members.of_class(room.id)[0].tokens == 0


def test_of_two_changes_at_once_neither_is_lost(store: ClassStore, room: Classroom) -> None:
    other = ClassStore(store._file.path)
    assert other.classes.of(room.id) == room
    store.classes.change(room.id, message="Begin")
    changed = other.classes.change(room.id, paused=True)
    assert (changed.state.message, changed.state.paused) == ("Begin", True)


def test_looks_are_counted_by_prompt_and_have_an_end(
    store: ClassStore, room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "MOST_LOOKS", 2)
    member, _ = store.members.join(room.id, "Ada")
    first, second, third = (Technique(name="Plain", template=f"{n} {{input}}") for n in range(3))
    for technique, score in ((first, 0.0), (second, 1.0), (first, 1.0)):
        store.work.add_look(member.id, technique, Score(by_item={"1": score}))
    assert [(one.technique, one.score.mean) for one in store.work.looks_of(room.id)] == [(second, 1.0), (first, 1.0)]
    assert scores_csv(store, room).splitlines()[1].startswith("Ada,0,2,0,")
    with pytest.raises(LimitReached, match="scores of 2 prompts"):
        store.work.add_look(member.id, third, Score(by_item={"1": 1.0}))
    assert len(store.work.looks_of(room.id)) == 2


def test_a_class_is_not_deleted_while_something_runs_nor_by_half(
    store: ClassStore, room: Classroom, catalog_of: CatalogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, _ = store.members.join(room.id, "Ada")
    running.submit(store, member, given().technique)
    runs: list[Any] = [
        running.run_seen(store, member, given().technique, catalog_of(), threading.Event()),
        running.run_sealed(store, room.id, catalog_of(), threading.Event()),
    ]
    for tables in runs:
        next(tables)
        with pytest.raises(LimitReached, match="is still going on"):
            store.delete(room.id)
        tables.close()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", Mock(side_effect=OSError("in use")))
        with pytest.raises(OSError, match="in use"):
            store.delete(room.id)
    assert store.classes.of(room.id) == room  # and the teacher can try again
    store.delete(room.id)
    assert [path.name for path in store._file.path.parent.iterdir() if "answers" in path.name] == []
    assert store.work._known == {}


def test_nothing_of_a_deleted_class_stays(store: ClassStore, room: Classroom, catalog_of: CatalogOf) -> None:
    member, _ = store.members.join(room.id, "Ada")
    marked = Technique(name="Plain", template="MARKED-PROMPT {input}")
    running.submit(store, member, marked)
    run(store, "Ada", catalog_of(), marked)
    store.answers(room.id).flush()
    folder = store._file.path.parent
    assert any(b"MARKED-PROMPT" in path.read_bytes() for path in folder.iterdir())
    store.delete(room.id)
    assert not any(b"MARKED-PROMPT" in path.read_bytes() for path in folder.iterdir())
    assert [path.name for path in folder.iterdir() if "answers" in path.name] == []
    with pytest.raises(InvalidSetup, match="is over"):
        store.classes.of(room.id)


def test_a_file_that_cannot_be_written_says_so_and_loses_nothing(store: ClassStore, room: Classroom) -> None:
    member, _ = store.members.join(room.id, "Ada")
    kept = running.submit(store, member, given().technique)
    (pages,) = store._file._db.execute("PRAGMA page_count").fetchone()
    store._file._db.execute(f"PRAGMA max_page_count = {pages}")  # the disk is full
    with pytest.raises(StoreFailed, match="disk is full"):
        running.submit(store, member, Technique(name="Plain", template="x" * 40_000 + "{input}"))
    assert store.work.submissions_of(room.id) == [kept]


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "classes.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    with pytest.raises(StoreFailed, match="something else"):
        ClassStore(path).classes.begin("7b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("experiment: {techniques: [{}]}\nbudget: 3", "line 2.*`budget` is not known"),
        ("experiment: {techniques: [{}], nonsense: 1}", "nonsense"),
        ("seen: 3", "`experiment` is missing"),
        ("experiment: {techniques: [{}]}\nseen: 0", "line 2.*seen"),
        ("experiment: {techniques: [{}]}\nlimits: {tokens: many}", "tokens"),
        ("experiment: {techniques: [{}]}\nlaboratory: true", "compares the first two"),
        ("[1, 2", "not readable as YAML"),
        ("x" * 10_000_000, "larger than 1024 KB"),
    ],
)
def test_assignment_files_that_are_none_are_one_message(text: str, said: str) -> None:
    with pytest.raises(PlaygroundError, match=said):
        assignments.read_yaml(text)


def test_an_assignment_goes_through_its_file_unchanged() -> None:
    assignment = given(may_change="sampling", laboratory=False)
    assert assignments.read_yaml(assignments.write_yaml(assignment)) == assignment


def test_examples_of_a_setup_go_with_the_assignment_and_survive_a_restart(store: ClassStore, room: Classroom) -> None:
    examples = [{"input": "Lovely.", "output": "positive"}]
    setup = setups.parse({"strategy": "few_shot", "task": {"input": "Hi", "role": "Kind.", "examples": examples}})
    assignment = items.written_out(assignments.from_setup(setup, "sentiment"))
    assert assignment.technique.task == {"role": "Kind.", "examples": examples}
    assert assignments.read_yaml(assignments.write_yaml(assignment)) == assignment
    store.classes.give(room.id, assignment)
    assert ClassStore(store._file.path).classes.of(room.id).state.assignment == assignment


def test_one_run_a_member(store: ClassStore) -> None:
    with store.one_run(1, 2), pytest.raises(LimitReached, match="still going on"), store.one_run(1, 2):
        pass
    member = Member(id=2, class_id=1, nickname="Ada", seed=0)
    with store.one_run(1, 2), store.one_run(1), store.one_run(1, 3):
        assert store.progress(member)
    assert Score(by_item={}).mean == 0
    assert not store.progress(member)
