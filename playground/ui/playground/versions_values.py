"""The versions of a prompt: one for each run that was asked otherwise than the one before, and what differs in two."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from textwrap import shorten
from typing import Any

from pydantic import TypeAdapter, ValidationError

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.differences import are_too_long, differences
from playground.parameters import STRICT, many, text
from playground.prompts import prompts_of
from playground.strategies import STRATEGIES
from playground.types import Setup
from playground.ui.handlers.payloads import whole
from playground.ui.setup_form.changes import changed
from playground.ui.setup_form.labels import LABELS

MOST = 40  # versions; of more the oldest without a name goes
MOST_CHARACTERS = 200_000  # in all of them together: all of it goes to the server and back with each run
MOST_ANSWERS = 8  # of one version: it may be tried on several values
LONGEST_ANSWER = 4_000  # characters of one that are kept
TOO_LONG = "Both are too long to be compared word by word; this is the later one."
NOT_KEPT_HERE = f"These are no versions that this page keeps, at most {MOST} of them; forget them and begin anew."
TOO_LARGE = "This prompt is too long to be kept as a version."
Data = Mapping[str, Any]
Piece = tuple[str, str | None]  # a text, and whether it was added or removed


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAnswer:
    """What came of a run, `of` these values of the variables; "" where the prompt has none."""

    __pydantic_config__ = STRICT

    of: str = text(max_length=200, help="The values.")
    text: str = text(max_length=LONGEST_ANSWER + 1, help="The answer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was asked, as plain data of a setup with variables as they were typed, and what was answered last."""

    __pydantic_config__ = STRICT

    number: int = whole(10**9)
    name: str = text(max_length=60, help="A name that the person gave it.")
    setup: Data
    changes: str = text(max_length=200, help="What was changed since the version before.")
    answers: tuple[VersionAnswer, ...] = many(max_length=MOST_ANSWERS, help="What came of it.")

    @property
    def title(self) -> str:
        """How it is called in a list: its number, its name or what was changed, and the last answer's beginning."""
        answer = shorten(self.answers[-1].text, 40, placeholder=" ...") if self.answers else ""
        return " \u00b7 ".join(filter(None, (f"Version {self.number}", self.name or self.changes, answer)))


def read_versions(raw: Any) -> tuple[Version, ...]:
    """What a browser kept. Raises InvalidSetup: it may have kept, or sent, anything."""
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) > MOST or _characters(raw) > 2 * MOST_CHARACTERS:
        raise InvalidSetup(NOT_KEPT_HERE)
    try:
        return _adapter().validate_python(raw)
    except ValidationError:
        raise InvalidSetup(NOT_KEPT_HERE) from None


@cache
def _adapter() -> TypeAdapter[tuple[Version, ...]]:
    return TypeAdapter(tuple[Version, ...])


def write_versions(versions: Sequence[Version]) -> list[dict[str, Any]]:
    """The same as plain data, for the browser to keep."""
    return [asdict(version) for version in versions]


def add_run(versions: tuple[Version, ...], setup: Setup, answer: str, of: str = "") -> tuple[Version, ...]:
    """With what was just asked and answered: a new version, unless the last one asked the same.

    Raises InvalidSetup for a setup that is too large to be kept.
    """
    said = VersionAnswer(of=of, text=answer if len(answer) <= LONGEST_ANSWER else f"{answer[:LONGEST_ANSWER]}\u2026")
    last = versions[-1] if versions else None
    if last and setups.parse(last.setup) == setup:
        others = [one for one in last.answers if one.of != of][1 - MOST_ANSWERS :]
        return _bounded((*versions[:-1], replace(last, answers=(*others, said))))
    changes = (
        ", ".join(label.strip("\u201c\u201d") for label in changed(setups.parse(last.setup), setup)) if last else ""
    )
    new = Version(
        number=last.number + 1 if last else 1,
        name="",
        setup=setups.changed_settings(setup),
        changes=shorten(changes, 60, placeholder=" ...") if last else STRATEGIES[setup.strategy].title,
        answers=(said,),
    )
    if _size(new) > MOST_CHARACTERS:
        raise InvalidSetup(TOO_LARGE)
    return _bounded((*versions, new))


def rename(versions: tuple[Version, ...], number: int, name: str) -> tuple[Version, ...]:
    """With another name for one of them."""
    find_version(versions, number)
    return tuple(replace(one, name=name.strip()[:60]) if one.number == number else one for one in versions)


def find_version(versions: Sequence[Version], number: Any) -> Version:
    """The version of that number. Raises InvalidSetup where there is none."""
    known = next((version for version in versions if version.number == number), None)
    if known is None:
        raise InvalidSetup("There is no such version here; choose one from the list.")
    return known


def offered(versions: Sequence[Version]) -> list[tuple[str, int]]:
    """Titles and numbers, the latest first."""
    return [(version.title, version.number) for version in reversed(versions)]


def difference(version: Version, other: Version | None) -> list[Piece]:
    """The text of a version, with what it says otherwise than the other one, and what both answered."""
    text = asked_text(setups.parse(version.setup))
    if other is None or other.number == version.number:
        return [(text, None), *_answered(version)]
    before, after = sorted((version, other), key=lambda one: one.number)
    old, new = (asked_text(setups.parse(one.setup)) for one in (before, after))
    answers = [*_answered(before), *_answered(after)]
    if are_too_long(old, new):
        return [(f"{TOO_LONG}\n\n{new}", None), *answers]
    pieces = [(s.text, None if s.change == "same" else s.change) for s in differences(old, new)]
    return [*pieces, *answers]


def asked_text(setup: Setup) -> str:
    """What is sent and under which settings, as one reads it: every prompt, then what differs from the defaults."""
    prompts = prompts_of(setup)
    parts = []
    for prompt in prompts:
        head = f"[{prompt.step.label}]\n" if len(prompts) > 1 else ""
        turns = [f"{message.role}: {message.content}" for message in prompt.step.messages]
        begun = [f"assistant, begun: {prompt.step.prefix}"] if prompt.step.prefix else []
        parts.append(head + "\n".join([*turns, *begun]))
    return "\n\n".join([*parts, "\n".join(_settings(setup))])


def _settings(setup: Setup) -> list[str]:
    own = setups.changed_settings(setup)
    task = {name: value for name, value in own.get("task", {}).items() if name in ("answer", "labels")}
    lines = [f"Technique: {STRATEGIES[setup.strategy].title}", f"Model: {setup.model_title}"]
    for part, values in (("options", own.get("options", {})), ("task", task), ("sampling", own.get("sampling", {}))):
        lines += [f"{LABELS[(part, name)]}: {_written(value)}" for name, value in values.items()]
    return lines


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {amount}" for key, amount in value.items())
    return ", ".join(map(repr, value)) if isinstance(value, list) else str(value)


def _answered(version: Version) -> list[Piece]:
    return [
        (f"\n\n{_heading(version, answer)}\n{answer.text or 'nothing'}", None) for answer in version.answers
    ]  # not compared: two answers need not be versions of each other


def _heading(version: Version, answer: VersionAnswer) -> str:
    name = f" ({version.name})" if version.name else ""
    return f"Version {version.number}{name} answered{f' for {answer.of}' if answer.of else ''}:"


def _bounded(versions: tuple[Version, ...]) -> tuple[Version, ...]:
    """As many as may be kept: of too many the oldest goes, one with a name only after all that have none."""
    kept = list(versions)
    while len(kept) > MOST or sum(map(_size, kept)) > MOST_CHARACTERS:
        kept.remove(next((version for version in kept[:-1] if not version.name), kept[0]))
    return tuple(kept)


def _size(version: Version) -> int:
    """Characters of all texts in it."""
    return _characters(asdict(version))


def _characters(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_characters, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 8
