"""What a browser keeps of one's way through the lessons, read as strictly as a setup."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from playground import setups
from playground.errors import PlaygroundError
from playground.formats import format_count
from playground.lessons.claims import MOST
from playground.lessons.lesson import Lesson
from playground.lessons.scoring import Prediction, Score
from playground.parameters import STRICT, flag, number

MOST_KEPT, LONGEST_KEY = 500, 300  # lessons, and characters of a lesson's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What was done of one lesson: the prediction that counts, its points once it was tried, and whether the question
    was answered."""

    __pydantic_config__ = STRICT
    choice: int = number(0, 0, 5, step=1, help="The prediction, counted from 0.")
    amount: float | None = number(None, -MOST, MOST, step=1, help="The predicted number.")
    points: float = number(0, 0, 2, step=0.1, help="For the prediction.")
    most: int = number(1, 1, 2, step=1, help="Points that there were.")
    answered: bool = flag(False, help="Whether the question was answered rightly.")

    @property
    def prediction(self) -> Prediction:
        return Prediction(choice=self.choice, amount=self.amount)


def read_progress(kept: Any, lessons: Mapping[str, Lesson]) -> dict[str, Progress]:
    """By lesson, of those that there are; what a browser kept otherwise, or of another version, is left out."""
    read = _read(kept, lessons)
    return {key: one for key, one in read.items() if one.choice < len(lessons[key].texts.choices)}


def read_others(kept: Any, lessons: Mapping[str, Lesson]) -> dict[str, Progress]:
    """Of lessons that are not there today, such as those of a folder that is not given, so that it is not forgotten."""
    found = islice(kept, MOST_KEPT) if isinstance(kept, Mapping) else ()
    return _read(kept, [key for key in found if key not in lessons and len(str(key)) <= LONGEST_KEY])


def to_kept(progress: Mapping[str, Progress]) -> dict[str, Any]:
    """The same as the browser keeps it."""
    return {key: asdict(one) for key, one in progress.items()}


def with_score(progress: Mapping[str, Progress], key: str, prediction: Prediction, score: Score) -> dict[str, Progress]:
    """With the first trial of a lesson."""
    new = Progress(choice=prediction.choice, amount=prediction.amount, points=score.points, most=score.most)
    return {**progress, key: new}


def standing_text(progress: Mapping[str, Progress], count: int) -> str:
    """How far one is, in a sentence."""
    if not progress:
        return f"{format_count(count, 'lesson')}. What you predict and answer is kept in this browser."
    points, most = sum(one.points for one in progress.values()), sum(one.most for one in progress.values())
    answered = sum(one.answered for one in progress.values())
    return (
        f"{len(progress)} of {format_count(count, 'lesson')} tried: {points:g} of {most} points for predictions, "
        f"{format_count(answered, 'question')} answered."
    )


def _read(kept: Any, keys: Iterable[str]) -> dict[str, Progress]:
    """Of these lessons, as far as it can be read."""
    made: dict[str, Progress] = {}
    if isinstance(kept, Mapping):
        for key in keys:
            with suppress(PlaygroundError):
                made[key] = setups.build(Progress, kept.get(key), ())
    return made
