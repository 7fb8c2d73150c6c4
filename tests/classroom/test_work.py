"""What each member has done is found as if all looks and submissions were gone through."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.classroom.records import Score
from playground.classroom.store import ClassStore
from playground.evaluation.plan import Technique

ACTS = st.tuples(st.sampled_from(["look", "submit", "remove"]), st.integers(0, 2), st.integers(0, 2), st.integers(0, 4))


def act(store: ClassStore, members: list[int], done: tuple[str, int, int, int]) -> None:
    what, who, which, right = done
    technique = Technique(name="Plain", template=f"{which} {{input}}")
    if store.members.of(members[who]) is None:
        return
    if what == "look":
        score = Score(by_item={str(item): float(item < right) for item in range(4)})
        store.work.add_look(members[who], technique, score, {"difference": right} if which else None)
    elif what == "submit":
        store.work.submit(members[who], technique, 100)
    elif which + right == 0:
        store.members.remove(members[who])


def everything(store: ClassStore, room: int) -> Any:
    return store.work.looks_of(room), store.work.submissions_of(room)


def found(store: ClassStore, room: int) -> list[Any]:
    work, best = store.work, store.work.best_submissions(room)
    return [
        work.count_looks(room),
        work.count_submissions(room),
        work.last_submissions(room),
        {of: one.seen.mean for of, one in best.items() if one.seen},
        work.last_estimates(room),
    ]


def found_by_going_through_all(store: ClassStore, room: int) -> list[Any]:
    looks, submissions = everything(store, room)
    best: dict[int, float] = {}
    for one in submissions:
        if one.seen:
            best[one.member_id] = max(best.get(one.member_id, 0.0), one.seen.mean)
    return [
        Counter(one.member_id for one in looks),
        Counter(one.member_id for one in submissions),
        {one.member_id: one for one in submissions},
        best,
        {one.member_id: one.estimate for one in looks if one.estimate},
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_what_is_asked_of_a_class_is_what_its_members_did(done: list[tuple[str, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ClassStore(Path(folder) / "classes.sqlite")
        rooms = [store.classes.begin(name)[0].id for name in "ab"]
        members = [store.members.join(rooms[n // 2], f"Student {n}")[0].id for n in range(3)]  # two of a, one of b
        for one in done:
            before = store.work.newest(rooms[0]), everything(store, rooms[0])
            act(store, members, one)
            if one[0] != "remove":
                after = store.work.newest(rooms[0]), everything(store, rooms[0])
                assert (before[0] == after[0]) == (before[1] == after[1])
            for room in rooms:
                assert found(store, room) == found_by_going_through_all(store, room)
            last = {**store.work.last_submissions(rooms[0]), **store.work.last_submissions(rooms[1])}
            assert store.work.last_submission_by(members[one[1]]) == last.get(members[one[1]])
        store.close()
