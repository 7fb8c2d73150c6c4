"""Texts, passages, questions and hits, as data."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import InvalidSetup

MOST_LISTED = 12  # names in a message
# Control characters and half surrogate pairs are accidents of copying; line ends and tabs are text.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def readable(text: str) -> str:
    """The text without characters that are none, spaces at the ends of lines, and more than one empty line."""
    lines = UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """One document as plain text. `kind` is what is known of it besides, such as its format."""

    title: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Part of a document: which one, by its place in the collection, and from which character to which."""

    document: int
    title: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownQuestion:
    """A question with its right answers, and the words of a document that hold one; no `evidence` where none does."""

    question: str
    answers: tuple[str, ...]
    document: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Documents that are searched together."""

    name: str
    title: str
    about: str = ""
    texts: tuple[SourceText, ...]
    questions: tuple[KnownQuestion, ...] = ()

    @property
    def digest(self) -> str:
        """What the documents say: another text, another digest."""
        parts = "\0".join(part for text in self.texts for part in (text.title, text.text, text.kind))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its documents, each once."""
        return tuple(dict.fromkeys(text.kind for text in self.texts if text.kind))

    def among(self, titles: Sequence[str], kinds: Sequence[str]) -> frozenset[int] | None:
        """The places of those documents that have one of the titles and are of one of the kinds; None for no filter.

        Raises InvalidSetup for a title or a kind that none has: a filter that finds nothing looks like a bad search.
        """
        for name, wanted, there in (
            ("documents", titles, tuple(text.title for text in self.texts)),
            ("kinds", kinds, self.kinds),
        ):
            if (unknown := next((one for one in wanted if one not in there), None)) is not None:
                names = ", ".join(there[:MOST_LISTED]) + (" and others" if there[MOST_LISTED:] else "")
                rule = f"none of the documents searched has it; there {f'are {names}' if there else 'is none'}."
                raise InvalidSetup(path=("options", name), value=unknown, rule=rule)
        if not titles and not kinds:
            return None
        return frozenset(
            place
            for place, text in enumerate(self.texts)
            if (not titles or text.title in titles) and (not kinds or text.kind in kinds)
        )

    def known(self, text: str) -> KnownQuestion | None:
        """The question of the collection's that a text holds."""
        return next((known for known in self.questions if known.question in text), None)

    def holds(self, passage: Passage, question: KnownQuestion) -> bool:
        """Whether a passage holds what answers the question, or a good part of it where a cut went through."""
        if not question.evidence or passage.document != question.document:
            return False
        start = self.texts[question.document].text.index(question.evidence)
        end = start + len(question.evidence)
        return 2 * (min(end, passage.end) - max(start, passage.start)) >= end - start


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found, and why.

    `words` are those of the question that it holds, each with what it adds to `word_score`; ranks count from 1, and
    are None where the passage was not found in that way.
    """

    passage: Passage
    score: float
    words: tuple[tuple[str, float], ...] = ()
    word_score: float = 0.0
    word_rank: int | None = None
    likeness: float | None = None
    likeness_rank: int | None = None
