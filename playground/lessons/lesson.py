"""A lesson: its texts in one language, and what it lets one predict, try and answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from playground.lessons.claims import MOST, NAME, Claim, Measure
from playground.lessons.trial import Trial
from playground.parameters import STRICT, Short, Title, choice, many, mapping, number, text

LONGEST = 600  # characters of a question, an answer or a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """All words of a lesson's head. A translation holds these and nothing else."""

    __pydantic_config__ = STRICT
    title: str = text(max_length=120, help="What the lesson is called.")
    predict: str = text(max_length=LONGEST, help="What is to be predicted before anything is tried.")
    choices: tuple[Title, ...] = many(max_length=6, help="The predictions to choose from.")
    amount: str = text(max_length=LONGEST, help="By how much: a question for a number. Empty: none is asked.")
    question: str = text(max_length=LONGEST, help="A question at the end, which the app checks.")
    answers: tuple[Title, ...] = many(max_length=6, help="The answers to choose from.")
    why: str = text(max_length=LONGEST, help="Why the right answer is right.")
    names: Mapping[str, Short] = mapping(max_length=24, help="What the setups are called in this language.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOf:
    """The number that is to be predicted: of one way, less that of another where one is named."""

    __pydantic_config__ = STRICT
    of: str = text(max_length=NAME, help="The setup, or column of an experiment, that it is about.")
    minus: str = text(max_length=NAME, help="Another way, whose number is taken off.")
    measure: Measure = choice("right", help="What is measured.")
    low: float = number(0, -MOST, MOST, step=1, help="The lowest that can be predicted.")
    high: float = number(10, -MOST, MOST, step=1, help="The highest.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What of a lesson's head is the same in all languages, beside its trial."""

    __pydantic_config__ = STRICT
    minutes: int = number(10, 1, 120, step=1, help="How long it takes.")
    weights: str = text(max_length=64, help="The sha256 of the weights on which it was found to be true.")
    choice_holds: tuple[Claim, ...] = many(max_length=6, help="For each prediction, what makes it the right one.")
    amount_of: AmountOf | None = None
    right_answer: int = number(1, 1, 6, step=1, help="Which answer is right, counted from 1.")
    expect: tuple[Claim, ...] = many(max_length=24, help="What must hold for the lesson to be true.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`about` comes first, `take_away` once it was tried, `for_teacher` is folded; all three are Markdown.

    `translated` says that the texts are in the language that was asked for.
    """

    key: str
    texts: Texts
    facts: Facts
    trial: Trial
    about: str
    take_away: str
    for_teacher: str
    translated: bool = True

    def name(self, way: str) -> str:
        """What a setup is called in this language."""
        return self.texts.names.get(way, way)
