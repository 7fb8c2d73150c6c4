"""The leaderboard of a class, from what its members did."""

from playground.classroom.leaderboard import Entry, Standing, standings
from playground.classroom.records import Classroom
from playground.classroom.store import ClassStore


def board(store: ClassStore, classroom: Classroom, *, sealed: bool) -> list[Standing]:
    """Places of all whose counting submission has a score: on the sealed items, or the best on the seen ones.

    A score on seen items is the best of so many looks, and is charged for them. Sealed items are looked at once, by
    the last submission alone, so that nothing is picked by luck.
    """
    members = store.members.nicknames(classroom.id)
    looks = store.work.count_looks(classroom.id)
    counting = store.work.last_submissions(classroom.id) if sealed else store.work.best_submissions(classroom.id)
    entries = []
    for member_id, submission in counting.items():
        score = submission.sealed if sealed else submission.seen
        if score and score.n and member_id in members:
            tried = 1 if sealed else looks.get(member_id, 0)
            entries.append(Entry(nickname=members[member_id], mean=score.mean, n=score.n, looks=tried))
    return standings(entries)
