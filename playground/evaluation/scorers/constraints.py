"""Scores length and form: the share of the stated constraints that an answer keeps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, compose_accents
from playground.evaluation.scorers.json_text import NoJSON, value_of
from playground.evaluation.scorers.matching import contains_words
from playground.parameters import Short, flag, many, number, text
from playground.types import MAX_TEXT

# Nothing is given back once it matched: a model may say nothing but dots.
SENTENCE_END = re.compile(r"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019)]*+(?=\s|$)")
LIST_LINE = re.compile(r"\s*(?:[-*\u2022]|\d+[.)])\s+\S")


def sentences(answer: str) -> int:
    """How many sentences: ends of sentences, and one more for words after the last of them."""
    ends = list(SENTENCE_END.finditer(answer))
    rest = answer[ends[-1].end() :] if ends else answer
    return len(ends) + bool(rest.strip())


@dataclass(frozen=True, kw_only=True)
class Constraints(Scorer):
    name = "constraints"
    title = "Length and form"
    about = "The share of the stated constraints that the answer keeps; the note names those that it breaks."
    longest = MAX_TEXT
    binary = False

    min_words: int | None = number(None, 1, 10_000, step=1, empty="no limit", help="At least so many words.")
    max_words: int | None = number(None, 1, 10_000, step=1, empty="no limit", help="At most so many words.")
    min_sentences: int | None = number(None, 1, 1000, step=1, empty="no limit", help="At least so many sentences.")
    max_sentences: int | None = number(None, 1, 1000, step=1, empty="no limit", help="At most so many sentences.")
    max_characters: int | None = number(None, 1, 100_000, step=1, empty="no limit", help="At most so many characters.")
    includes: tuple[Short, ...] = many(max_length=16, help="Whole words or phrases that must be in it, in any case.")
    excludes: tuple[Short, ...] = many(max_length=16, help="Whole words or phrases that must not be in it.")
    starts_with: str = text(max_length=200, help="How it must begin, to the letter.")
    ends_with: str = text(max_length=200, help="How it must end, to the letter.")
    one_line: bool = flag(False, help="It must have no line break.")
    is_list: bool = flag(False, help="Every line must begin with a dash, a bullet or a number.")
    is_json: bool = flag(False, help="It must be JSON and nothing else.")

    def needs_references(self) -> bool:
        return False

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        where = ("scorer", "options")
        if not list(self._checks("")):
            raise InvalidSetup(path=where, rule="states no constraint; set at least one, such as max_words.")
        for unit in ("words", "sentences"):
            low, high = getattr(self, f"min_{unit}"), getattr(self, f"max_{unit}")
            if low and high and low > high:
                rule = f"max_{unit} is {high}, and no answer can keep both."
                raise InvalidSetup(path=(*where, f"min_{unit}"), value=low, rule=rule)

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        text = answer.strip()
        if not text:
            return Verdict(score=0.0, extracted=False, note="There is no answer.")
        checks = list(self._checks(text))
        broken = [what for what, keeps in checks if not keeps]
        note = f"Broken: {'; '.join(broken)}." if broken else ""
        return Verdict(score=1 - len(broken) / len(checks), predicted=text, note=note)

    def _checks(self, text: str) -> Iterator[tuple[str, bool]]:
        """Each constraint that was stated, in words, and whether the answer keeps it."""
        counts = {"words": len(text.split()), "sentences": sentences(text), "characters": len(text)}
        for unit, count in counts.items():
            if (low := getattr(self, f"min_{unit}", None)) is not None:
                yield f"at least {low} {unit}, it has {count}", count >= low
            if (high := getattr(self, f"max_{unit}")) is not None:
                yield f"at most {high} {unit}, it has {count}", count <= high
        for words in self.includes:
            yield f"includes {words!r}", contains_words(text, words, whole=True, case=False)
        for words in self.excludes:
            yield f"does not include {words!r}", not contains_words(text, words, whole=True, case=False)
        if self.starts_with:
            yield (
                f"starts with {self.starts_with!r}",
                compose_accents(text).startswith(compose_accents(self.starts_with.strip())),
            )
        if self.ends_with:
            yield (
                f"ends with {self.ends_with!r}",
                compose_accents(text).endswith(compose_accents(self.ends_with.strip())),
            )
        if self.one_line:
            yield "is one line", len(text.splitlines()) <= 1
        if self.is_list:
            yield "is a list", all(LIST_LINE.match(line) for line in text.splitlines() if line.strip())
        if self.is_json:
            yield "is JSON", _is_json(text)


def _is_json(text: str) -> bool:
    try:
        value_of(text)
    except NoJSON:
        return False
    return True
