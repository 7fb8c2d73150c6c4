"""What is kept of a class: itself, its members, their looks at scores and what they submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.classroom.assignment import Assignment, Limits
from playground.evaluation.plan import Technique

ENDED = "The class has ended; the teacher has what was submitted."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassState:
    """What the teacher sets. `seed` says which items are sealed, and never leaves the server."""

    title: str = "Class"
    seed: int = 0
    assignment: Assignment | None = None
    begun: float = 0.0  # when the assignment was given, seconds since 1970
    limits: Limits = Limits()
    paused: bool = False
    closed: bool = False  # nobody else can join
    message: str = ""
    board_shown: bool = False  # students see the leaderboard
    sealed_open: bool = False  # and the sealed scores
    projected: int = 0  # the submission that all see; 0 is none
    ended: bool = False

    @property
    def end(self) -> float | None:
        """When nothing more is taken, seconds since 1970; None without an end."""
        return self.begun + 60 * self.limits.minutes if self.assignment and self.limits.minutes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    """One class. `id` is its number in the store, and `code` what students type."""

    id: int
    code: str
    state: ClassState


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One student. `seed` draws the items of a laboratory of their own; `consents`: the prompt may be shown."""

    id: int
    class_id: int
    nickname: str
    seed: int
    tokens: int = 0  # used so far
    consents: bool = False
    draft: Technique | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The scores by item of one technique, 0 to 1; an item that failed counts 0."""

    by_item: Mapping[str, float]

    @property
    def n(self) -> int:
        return len(self.by_item)

    @property
    def mean(self) -> float:
        return sum(self.by_item.values()) / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One whole run on the seen items, or of a laboratory, that showed its member a score."""

    id: int
    member_id: int
    made: float
    technique: Technique
    score: Score
    estimate: Mapping[str, Any] | None = None  # of a laboratory


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a student handed in. It is kept at once; `seen` and `sealed` are there when it has been scored."""

    id: int
    member_id: int
    number: int
    made: float
    technique: Technique
    seen: Score | None = None
    sealed: Score | None = None
