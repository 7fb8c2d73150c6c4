"""The leaderboard of a class, from what its members did."""

from collections import Counter
from collections.abc import Iterable, Sequence

from playground.classroom.leaderboard import Entry, Standing, standings
from playground.classroom.records import Classroom, Look, Submission
from playground.classroom.running import last_submissions
from playground.classroom.store import ClassStore


def board(store: ClassStore, classroom: Classroom, *, sealed: bool) -> list[Standing]:
    """Places of all whose counting submission has a score: on the sealed items, or the best on the seen ones.

    A score on seen items is the best of so many looks, and is charged for them. Sealed items are looked at once, by
    the last submission alone, so that nothing is picked by luck.
    """
    members = store.members.nicknames(classroom.id)
    submissions = store.work.submissions_of(classroom.id)
    looks = count_looks(store.work.looks_of(classroom.id))
    counting = last_submissions(submissions) if sealed else _best_seen(submissions)
    entries = []
    for member_id, submission in counting.items():
        score = submission.sealed if sealed else submission.seen
        if score and score.n and member_id in members:
            tried = 1 if sealed else looks[member_id]
            entries.append(Entry(nickname=members[member_id], mean=score.mean, n=score.n, looks=tried))
    return standings(entries)


def count_looks(looks: Iterable[Look]) -> Counter[int]:
    """How many scores each member has seen: one of each technique."""
    return Counter(look.member_id for look in looks)


def _best_seen(submissions: Sequence[Submission]) -> dict[int, Submission]:
    best: dict[int, Submission] = {}
    for submission in submissions:
        known = best.get(submission.member_id)
        if submission.seen and (known is None or known.seen is None or submission.seen.mean >= known.seen.mean):
            best[submission.member_id] = submission
    return best
