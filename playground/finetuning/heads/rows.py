"""Types of the rows that heads learn from, and their JSON lines."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from playground.finetuning.heads.kinds import HeadName


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a text, and what they are."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and its one label."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text and what stands where in it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AskedPassage:
    """A passage, a question about it, and which characters of it are the answer."""

    passage: str
    question: str
    start: int
    end: int

    @property
    def answer(self) -> str:
        return self.passage[self.start : self.end]


@dataclass(frozen=True, slots=True)
class PreferredAnswer:
    """A prompt and two answers, of which the first was preferred."""

    prompt: str
    chosen: str
    rejected: str


HeadRow: TypeAlias = LabelledText | TaggedText | AskedPassage | PreferredAnswer


def texts_of(row: HeadRow) -> tuple[str, ...]:
    """What is read of a row when the head is used: one text, or of a pair both answers after the prompt."""
    match row:
        case LabelledText(text=text) | TaggedText(text=text):
            return (text,)
        case AskedPassage(passage=passage, question=question):
            return (f"{passage}\n\n{question}",)
        case PreferredAnswer(prompt=prompt, chosen=chosen, rejected=rejected):
            return tuple(judged(prompt, answer) for answer in (chosen, rejected))


def judged(prompt: str, answer: str) -> str:
    """A prompt and an answer as a reward model reads them."""
    return f"{prompt}\n\n{answer}"


def to_json_lines(rows: Iterable[HeadRow]) -> str:
    return "".join(f"{json.dumps(record_of(row), ensure_ascii=False)}\n" for row in rows)


def from_json_lines(kind: HeadName, text: str) -> tuple[HeadRow, ...]:
    """The rows that `to_json_lines` wrote."""
    return tuple(row_of(kind, json.loads(line)) for line in text.splitlines() if line.strip())


def record_of(row: HeadRow) -> dict[str, Any]:
    match row:
        case LabelledText(text=text, label=label):
            return {"text": text, "label": label}
        case TaggedText(text=text, spans=spans):
            return {"text": text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]}
        case AskedPassage(passage=passage, question=question, start=start):
            return {"passage": passage, "question": question, "answer": row.answer, "start": start}
        case PreferredAnswer(prompt=prompt, chosen=chosen, rejected=rejected):
            return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def row_of(kind: HeadName, record: Mapping[str, Any]) -> HeadRow:
    """Raises ValueError saying what is wrong with a record."""
    match kind:
        case "classification":
            return LabelledText(_said(record, "text"), _said(record, "label"))
        case "tokens":
            text = _said(record, "text")
            return TaggedText(text, tuple(_span(text, one) for one in _listed(record, "spans")))
        case "answers":
            passage, answer = _said(record, "passage"), _said(record, "answer")
            start = record.get("start")
            start = start if isinstance(start, int) and passage[start : start + len(answer)] == answer else None
            start = passage.find(answer) if start is None else start
            if start < 0:
                raise ValueError("has an answer that does not stand in its passage")
            return AskedPassage(passage, _said(record, "question"), start, start + len(answer))
        case "reward":
            row = PreferredAnswer(_said(record, "prompt"), _said(record, "chosen"), _said(record, "rejected"))
            if row.chosen == row.rejected:
                raise ValueError("has two answers that are the same")
            return row


def _span(text: str, record: Any) -> Span:
    if not isinstance(record, Mapping):
        raise ValueError("has a span that is no object with `text` and `label`")
    label, start, end = _said(record, "label"), record.get("start"), record.get("end")
    if start is None:
        words = _said(record, "text")
        start = text.find(words)
        end = start + len(words)
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
        raise ValueError("has a span that does not stand in its text")
    if label == "O":
        raise ValueError("has a span with the label O, which is what no span has")
    return Span(start, end, label)


def _listed(record: Mapping[str, Any], name: str) -> list[Any]:
    found = record.get(name)
    if not isinstance(found, list):
        raise ValueError(f"has no list `{name}`")
    return found


def _said(record: Mapping[str, Any], name: str) -> str:
    found = record.get(name)
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"has no `{name}`")
    return found
