"""Reads a lesson from its Markdown file, with the line of every error."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from playground import documents, setups
from playground.documents import MAX_BYTES
from playground.errors import InvalidSetup, PlaygroundError
from playground.lessons import claims
from playground.lessons.lesson import Facts, Lesson, Texts
from playground.lessons.trial import parse_trial

TEXT_KEYS, FACT_KEYS = (tuple(f.name for f in fields(part)) for part in (Texts, Facts))
TRY, FENCE, HEADING = "try", "---", "## "
KEYS = (*TEXT_KEYS, *FACT_KEYS, TRY)
HEADINGS = "two headings that begin with ##: above what to take away, and above the notes for the teacher"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonFile:
    """A file as it was written: its head, and the three parts of its text."""

    key: str
    head: documents.Document
    about: str
    take_away: str
    for_teacher: str


def read_lesson(path: Path) -> Lesson:
    """A whole lesson. Raises InvalidSetup, naming file and line, for what is none."""
    file = _read_file(path)
    with file.head.add_lines_to_errors():
        data = file.head.data
        _refuse_unknown(data, KEYS)
        texts = setups.build(Texts, {key: data[key] for key in TEXT_KEYS if key in data}, ())
        facts = setups.build(Facts, {key: data[key] for key in FACT_KEYS if key in data}, ())
        try:
            trial = parse_trial(data.get(TRY))
        except InvalidSetup as error:
            raise error.at((TRY, *error.path)) from None
        lesson = Lesson(
            key=file.key, texts=texts, facts=facts, trial=trial,
            about=file.about, take_away=file.take_away, for_teacher=file.for_teacher,
        )  # fmt: skip
        _check(lesson)
    return lesson


def read_translation(path: Path, original: Lesson) -> Lesson:
    """The same lesson with the texts of this file. Raises InvalidSetup for one that leaves a text out, or has more."""
    file = _read_file(path)
    with file.head.add_lines_to_errors():
        data = file.head.data
        _refuse_unknown(data, TEXT_KEYS)
        texts = setups.build(Texts, data, ())
        lesson = Lesson(
            key=original.key, texts=texts, facts=original.facts, trial=original.trial,
            about=file.about, take_away=file.take_away, for_teacher=file.for_teacher,
        )  # fmt: skip
        for key in ("choices", "answers"):
            if len(getattr(texts, key)) != (count := len(getattr(original.texts, key))):
                raise InvalidSetup(path=(key,), rule=f"must have {count} entries, as the original has.")
        if bool(texts.amount) != bool(original.texts.amount):
            raise InvalidSetup(path=("amount",), rule="must be there where the original has it, and only there.")
        _check(lesson)
    return lesson


def _read_file(path: Path) -> LessonFile:
    try:
        content = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise InvalidSetup(f"{path.name} cannot be read: {error}.") from None
    if not content:
        raise InvalidSetup(f"{path.name} is empty, or larger than {MAX_BYTES // 1024} KB; a lesson is neither.")
    lines = text.splitlines()
    ends = [at for at, line in enumerate(lines) if line.rstrip() == FENCE]
    if len(ends) < 2 or ends[0] != 0:
        rule = f"a lesson begins with {FENCE}, then its head in YAML, then {FENCE}, then its text."
        raise InvalidSetup(f"{path.name}, line 1: {rule}")
    # An empty line in place of the fence: so the lines of the head are those of the file.
    head = documents.load("\n".join(["", *lines[1 : ends[1]]]), path.name, "a lesson", KEYS)
    about, take_away, for_teacher = _parts(lines, ends[1] + 1, path.name)
    return LessonFile(key=path.stem, head=head, about=about, take_away=take_away, for_teacher=for_teacher)


def _parts(lines: list[str], begin: int, source: str) -> list[str]:
    headings = [at for at, line in enumerate(lines) if at >= begin and line.startswith(HEADING)]
    if len(headings) != 2:
        where = headings[2] if len(headings) > 2 else len(lines) - 1
        raise InvalidSetup(f"{source}, line {where + 1}: there must be {HEADINGS}; there are {len(headings)}.")
    places = [begin, *headings, len(lines)]
    parts = ["\n".join(lines[start:end]).strip() for start, end in pairwise(places)]
    if not parts[0]:
        raise InvalidSetup(f"{source}, line {begin + 1}: the lesson has no text before its first heading.")
    return parts


def _refuse_unknown(data: Mapping[Any, Any], known: tuple[str, ...]) -> None:
    for key in data:
        if key not in known:
            raise InvalidSetup(path=(str(key),), rule=f"is not known there. Known keys: {', '.join(known)}.")


def _check(lesson: Lesson) -> None:
    """Raises InvalidSetup for parts that do not belong together."""
    texts, facts, trial = lesson.texts, lesson.facts, lesson.trial
    for key in ("title", "predict", "question", "why"):
        if not getattr(texts, key).strip():
            raise InvalidSetup(path=(key,), rule="must not be empty.")
    for key in ("choices", "answers"):
        if len(getattr(texts, key)) < 2:
            raise InvalidSetup(path=(key,), rule="must be at least two.")
    if len(facts.choice_holds) != len(texts.choices):
        rule = f"must be {len(texts.choices)} claims, one for each of `choices`."
        raise InvalidSetup(path=("choice_holds",), rule=rule)
    if facts.right_answer > len(texts.answers):
        rule = f"there are {len(texts.answers)} answers."
        raise InvalidSetup(path=("right_answer",), value=facts.right_answer, rule=rule)
    if bool(texts.amount) != bool(facts.amount_of):
        raise InvalidSetup(path=("amount",), rule="and `amount_of` belong together: give both or none.")
    if facts.amount_of:
        of = facts.amount_of
        asked = claims.Claim(of=of.of, minus=of.minus, measure=of.measure, at_least=0)
        claims.validate(asked, trial, ("amount_of",))
    for key in ("choice_holds", "expect"):
        for at, claim in enumerate(getattr(facts, key)):
            claims.validate(claim, trial, (key, at))
    for way in texts.names:
        if way not in trial.names:
            rule = f"is no way of this lesson; they are {', '.join(trial.names)}."
            raise InvalidSetup(path=("names", way), rule=rule)


def describe(error: PlaygroundError, path: Path) -> str:
    """What is wrong with a file, under its name, in one line."""
    words = str(error)
    return words if words.startswith(path.name) else f"{path.name}: {words}"
