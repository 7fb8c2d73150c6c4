"""Runs of a member within the budget, and the sealed items for the teacher.

Rules, which the page says too: answers that are known already cost nothing. When the budget is used up, what is on its
way is ended, and what was done is kept. A pause, the end of the time and the end of the class do the same; so does
another assignment, which knows nothing of a run for the one before.
"""

import math
import threading
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from playground.backends.account import Account, why_refused
from playground.backends.catalog import Catalog
from playground.classroom import assignment as assignments
from playground.classroom import clock, items, laboratory
from playground.classroom.assignment import Assignment
from playground.classroom.budget import Budget
from playground.classroom.members import NOT_MEMBER
from playground.classroom.records import ENDED, Classroom, ClassState, Member, Score, Submission
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.evaluation import running
from playground.evaluation.plan import Experiment, Technique
from playground.evaluation.results import Result, Table

NOTHING_GIVEN = "The class has no assignment yet; the teacher gives one."
PAUSED = "The teacher has paused the class. What you wrote and submitted is kept."
TOO_LATE = "The time of this assignment is over; what you submitted before counts."
ANOTHER_GIVEN = "There is another assignment now; look at it first."
SEALED_OPEN = "The sealed scores are open, and nothing more is taken: what you submitted last counts."
UNSCORED = "The sealed scores stay closed: some have none. {said} Try again, or let them submit another prompt."
MEANWHILE = "submitted while others were scored."


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How long a cell and a whole run may take, in seconds."""

    cell: float = math.inf
    run: float = math.inf


def require_open(classroom: Classroom) -> Assignment:
    """What the class works on. Raises LimitReached when nothing is taken now."""
    state = classroom.state
    if state.ended:
        raise LimitReached(ENDED)
    if state.assignment is None:
        raise LimitReached(NOTHING_GIVEN)
    if state.paused:
        raise LimitReached(PAUSED)
    if state.end is not None and clock.now() > state.end:
        raise LimitReached(TOO_LATE)
    return state.assignment


def submit(store: ClassStore, member: Member, technique: Technique) -> Submission:
    """Keep what a member hands in. Raises PlaygroundError for what is not taken."""
    classroom = store.classes.of(member.class_id)
    assignment = require_open(classroom)
    if assignment.laboratory:
        raise InvalidSetup("There is nothing to submit in a laboratory: run it, and its estimate is kept.")
    if classroom.state.sealed_open:
        raise LimitReached(SEALED_OPEN)
    _check_own(classroom, assignment, technique)
    return store.work.submit(member.id, technique, classroom.state.limits.attempts)


def _check_own(classroom: Classroom, assignment: Assignment, technique: Technique) -> None:
    assignments.check_technique(assignment, technique)
    if not assignment.laboratory:
        items.check_own_words(assignment, classroom.state.seed, technique)


def run_seen(
    store: ClassStore, member: Member, technique: Technique, catalog: Catalog, halt: threading.Event,
    allowance: Allowance = Allowance(),
) -> Iterator[Table]:  # fmt: skip
    """The technique on the seen items, or the member's laboratory; its tokens are charged as they are used.

    The last table says why it ended early, if it did. Raises PlaygroundError when it may not begin.
    """
    with store.one_run(member.class_id, member.id):
        classroom = store.classes.of(member.class_id)
        if store.members.of(member.id) is None:  # of whom nobody would count the tokens
            raise InvalidSetup(NOT_MEMBER)
        assignment, seed = require_open(classroom), classroom.state.seed
        _check_own(classroom, assignment, technique)
        store.members.keep_draft(member.id, technique)
        if assignment.laboratory:
            experiment = items.laboratory_experiment(assignment, member.seed)
        else:
            experiment = items.seen_experiment(assignment, seed, technique)
        budget, why = Budget(store=store, member=member, seed=seed), ""
        budget.check()
        for table in _run(store, member, experiment, catalog, halt, allowance, budget):
            now = store.classes.of(member.class_id)
            is_same = now.state.seed == seed
            store.note_progress(member, f"{len(table.results):,} of {table.total:,} answers")
            why = why or (_why_to_end(now, budget) if is_same else ANOTHER_GIVEN)
            if why and table.status == "running":
                halt.set()
            counts = is_complete(table) and is_same
            if counts:
                store.work.add_look(member.id, technique, _score(table), laboratory.estimate(table, assignment))
            yield table if counts or not why else replace(table, message=why)


def run_sealed(
    store: ClassStore, class_id: int, catalog: Catalog, halt: threading.Event, allowance: Allowance = Allowance()
) -> Iterator[tuple[int, int, Table | None]]:
    """Score the last submission of every member on the sealed items: how many of how many are done, and the table.

    It is charged to whoever opens them: to nobody, unless a student opens those of a class of their own.
    What is scored already is not asked again. One that takes more tokens than a student has for everything is not
    scored to its end, however often it is begun, unless that limit is raised; it holds up nobody. At the end the sealed
    scores are open; LimitReached says why they are not, whose are missing, and what to do.
    """
    with store.one_run(class_id):
        state = store.classes.of(class_id).state
        assignment = state.assignment
        if assignment is None or not assignment.sealed or assignment.laboratory:
            raise InvalidSetup("This assignment has no sealed items.")
        last = store.work.last_submissions(class_id)
        members = {member.id: member for member in store.members.of_class(class_id)}
        lost: dict[int, str] = {}
        too_dear: set[int] = set()
        for done, submission in enumerate(last.values()):
            member = members.get(submission.member_id)
            if submission.sealed is None and member:  # and was not removed meanwhile
                experiment = items.sealed_experiment(assignment, state.seed, submission.technique)
                tables = _run(store, member, experiment, catalog, halt, allowance, catalog.account)
                with closing(_note_failure(tables, submission.member_id, lost)) as noted:
                    for table in noted:
                        _require_unchanged(store, class_id, state)
                        yield done, len(last), table
                        if is_complete(table):
                            store.work.seal(submission.id, _score(table))
                        elif table.status == "running" and _cost(table.results) > state.limits.tokens:
                            too_dear.add(submission.id)
                            break
                if halt.is_set():
                    return
            yield done + 1, len(last), None
        _require_unchanged(store, class_id, state)
        _require_all_sealed(store, class_id, lost, too_dear)
        store.classes.change(class_id, sealed_open=True)


def is_complete(table: Table) -> bool:
    """Whether every item has been asked."""
    return table.status == "done" and len(table.results) == table.total


def without_score(store: ClassStore, classroom: Classroom) -> list[Submission]:
    """Those that count and stand without a score though the sealed ones are open: to score them takes too much."""
    if not classroom.state.sealed_open:
        return []
    last = store.work.last_submissions(classroom.id)
    return [submission for submission in last.values() if submission.sealed is None]


def _run(
    store: ClassStore, member: Member, experiment: Experiment, catalog: Catalog, halt: threading.Event,
    allowance: Allowance, account: Account | None,
) -> Generator[Table, None, None]:  # fmt: skip
    """Members take turns in the engine like visitors, and know none of each other's answers."""
    name = f"class {member.class_id} member {member.id}"
    tables = running.run(
        experiment, catalog.for_visitor(name, account), store.answers(member.class_id), halt=halt, visitor=name,
        max_seconds=allowance.cell, max_total_seconds=allowance.run,
    )  # fmt: skip
    with closing(tables):
        yield from tables


def _why_to_end(classroom: Classroom, account: Account) -> str:
    try:
        require_open(classroom)
    except LimitReached as error:
        return str(error)
    return why_refused(account)


def _require_unchanged(store: ClassStore, class_id: int, state: ClassState) -> None:
    """Raises LimitReached when the class has ended since, or has another assignment."""
    now = store.classes.of(class_id).state
    if now.ended and not state.ended:
        raise LimitReached(ENDED)
    if now.seed != state.seed:
        raise LimitReached(ANOTHER_GIVEN)


def _note_failure(
    tables: Generator[Table, None, None], member_id: int, lost: dict[int, str]
) -> Generator[Table, None, None]:
    """The same tables; why they ended early is noted, so that the next submission can be scored."""
    try:
        with closing(tables):
            for table in tables:
                yield table
                if table.status != "running" and not is_complete(table):
                    lost[member_id] = table.message
    except PlaygroundError as error:
        lost[member_id] = str(error)


def _cost(results: Sequence[Result]) -> int:
    return sum(r.prompt_tokens + r.completion_tokens for r in results)


def _require_all_sealed(store: ClassStore, class_id: int, lost: Mapping[int, str], too_dear: Collection[int]) -> None:
    """Raises LimitReached naming whose submissions have no score on the sealed items, and why; of those that are too
    dear, none can have one."""
    submissions = store.work.last_submissions(class_id).values()
    names = store.members.nicknames(class_id)  # after them: of whoever has joined meanwhile too
    by_reason: dict[str, list[str]] = {}
    for one in submissions:
        if one.sealed is None and one.id not in too_dear and one.member_id in names:
            by_reason.setdefault(lost.get(one.member_id, MEANWHILE), []).append(names[one.member_id])
    if by_reason:
        said = " ".join(f"{', '.join(who)}: {why}" for why, who in by_reason.items())
        raise LimitReached(UNSCORED.format(said=said))


def _score(table: Table) -> Score:
    """The first column's scores; an item without one, because it failed, counts 0."""
    first = table.columns[0]
    return Score(by_item={r.item: r.score or 0.0 for r in table.results if r.column == first})
