"""Scorers that look for words or a pattern in the answer."""

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, compose_accents, missing_answer, verdict
from playground.parameters import Short, flag, many, text
from playground.strategies.answers import comparison_key
from playground.types import MAX_TEXT

if TYPE_CHECKING:
    import re2

LONGEST = 1000  # characters of a pattern
LONGEST_REFERENCE = 200  # of one that an item brings
PATTERNS = 100  # different ones that items bring together
MEMORY = 2**20  # bytes of a compiled pattern
AT_ONCE, SECONDS = 0.1, 5.0  # for the patterns that items bring: when a plan is looked at, and when a run begins


@dataclass(frozen=True, kw_only=True)
class Exact(Scorer):
    name = "exact"
    title = "Exact"
    about = "The whole answer is the reference; case, spacing and end punctuation count only when strict."
    longest = MAX_TEXT

    strict: bool = flag(False, help="Every character counts, but for space around the answer.")

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return missing_answer("text", answer)
        return verdict(self._key(answer) in map(self._key, item.references), answer.strip(), item)

    def _key(self, text: str) -> str:
        return compose_accents(text).strip() if self.strict else compose_accents(comparison_key(text))


@dataclass(frozen=True, kw_only=True)
class Contains(Scorer):
    name = "contains"
    title = "Contains"
    about = "The answer holds the reference somewhere. Easily met by an answer that says everything."
    longest = MAX_TEXT

    words: tuple[Short, ...] = many(max_length=16, help="What to look for. Empty: the item's references.")
    every: bool = flag(False, help="All of them must be there; otherwise any one is enough.")
    whole_words: bool = flag(False, help='"art" is then not found in "party".')
    case: bool = flag(False, help="Upper and lower case differ.")

    def needs_references(self) -> bool:
        return not self.words

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return missing_answer("text", answer)
        phrases = self.words or [reference for reference in item.references if reference.strip()]
        absent = [
            words for words in phrases if not contains_words(answer, words, whole=self.whole_words, case=self.case)
        ]
        right = not absent if self.every else len(absent) < len(phrases)
        note = "" if right else f"Not in it: {', '.join(absent)}."
        return Verdict(score=float(right), right=right, predicted=answer.strip(), note=note)


def contains_words(answer: str, words: str, *, whole: bool, case: bool) -> bool:
    """Whether the words stand in the answer; `whole` ones have no letter or digit right before or after them."""
    text, sought = (compose_accents(part if case else compose_accents(part).casefold()) for part in (answer, words))
    if not whole:
        return sought in text
    places = (edge.start() for edge in re.finditer(r"(?<!\w)", text))
    return any(text.startswith(sought, at) and not re.match(r"\w", text[at + len(sought) :][:1]) for at in places)


@dataclass(frozen=True, kw_only=True)
class Regex(Scorer):
    name = "regex"
    title = "Regular expression"
    about = (
        "A pattern is found in the answer (RE2: always in linear time, hence no look-around and no back-references)."
    )
    longest = MAX_TEXT

    pattern: str = text(max_length=LONGEST, help="What to look for. Empty: the item's references are the patterns.")
    full: bool = flag(False, help="It must match the whole answer, not a part of it.")
    case: bool = flag(True, help="Upper and lower case differ.")
    compare: bool = flag(False, help="The pattern only reads the answer (its first group); that must be the reference.")

    def needs_references(self) -> bool:
        return self.compare or not self.pattern

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        if self.pattern:
            compile_pattern(self.pattern, self.case)
        elif self.compare:
            rule = "with `compare` it says where the answer stands."
            raise InvalidSetup(path=("scorer", "options", "pattern"), value="", rule=rule)
        else:
            self._count(dataset)
            self._compile(dataset, AT_ONCE)  # the rest when it is run

    def _count(self, dataset: Dataset) -> None:
        """References as patterns are few and short: each takes time and memory to be read."""
        if long := next((i for i in dataset.items if max(map(len, i.references)) > LONGEST_REFERENCE), None):
            raise self.wrong_item(
                long, f"has a reference of more than {LONGEST_REFERENCE} characters, no short pattern"
            )
        if (count := len({reference for item in dataset.items for reference in item.references})) > PATTERNS:
            message = f"The items have {count:,} different patterns as references; {PATTERNS} is the most. "
            raise LimitReached(message + "Write one in `scorer.options.pattern`, or choose another scorer.")

    def prepare(self, dataset: Dataset) -> None:
        if not self.pattern and not self._compile(dataset, SECONDS):
            raise LimitReached(f"The patterns took more than {SECONDS:g} s to be read; write simpler ones.")

    def _compile(self, dataset: Dataset, seconds: float) -> bool:
        """Whether all patterns of items could be read in that time. Raises InvalidSetup for one that is none."""
        until = time.monotonic() + seconds
        for item in dataset.items:
            for reference in item.references:
                try:
                    compile_pattern(reference, self.case)
                except InvalidSetup as error:
                    raise self.wrong_item(item, f"has a reference that is no pattern ({error})") from None
                if time.monotonic() > until:
                    return False
        return True

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return missing_answer("text", answer)
        patterns = (self.pattern,) if self.pattern else item.references
        matched_text = next((text for p in patterns if (text := self._match(p, answer)) is not None), None)
        if self.compare and matched_text is None:
            return missing_answer("match of the pattern", answer)
        if self.compare and matched_text is not None:
            keys = [compose_accents(comparison_key(reference)) for reference in item.references]
            return verdict(compose_accents(comparison_key(matched_text)) in keys, matched_text, item)
        right = matched_text is not None
        return Verdict(score=float(right), right=right, predicted=matched_text or "", note="" if right else "No match.")

    def _match(self, pattern: str, answer: str) -> str | None:
        expression = compile_pattern(pattern, self.case)
        # Half a surrogate pair, which a server may send, cannot be written in UTF-8, and RE2 works on that.
        readable = compose_accents(answer).encode("utf-8", "replace").decode()
        match = expression.fullmatch(readable) if self.full else expression.search(readable)
        return None if match is None else str(match[1] or "") if expression.groups else str(match[0])


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, case: bool = True) -> "re2._Regexp[str]":
    """The pattern, ready to match in time linear in the text. Raises InvalidSetup where RE2 cannot read it."""
    import re2

    options: Any = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = case, False, MEMORY
    where = ("scorer", "options", "pattern")
    if len(pattern) > LONGEST:
        raise InvalidSetup(path=where, rule=f"has {len(pattern):,} characters; {LONGEST:,} is the most.")
    try:
        return re2.compile(compose_accents(pattern), options)
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        rule = f"is no regular expression that RE2 can read: {why[:100]}."
        raise InvalidSetup(path=where, rule=rule) from None
