"""What the page's own parts report of a click, read as strictly as a setup: anybody can send anything."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as declared
from typing import Any, TypeVar

from playground import documents, setups
from playground.errors import InvalidSetup, LimitReached
from playground.parameters import text
from playground.types import MAX_NAME, MAX_TEXT, STRICT, Run

Payload = TypeVar("Payload")
Place = TypeVar("Place", bound="Pick")
Offered = TypeVar("Offered")


def _whole(most: int) -> Any:
    return declared(metadata={"ge": 0, "le": most, "strict": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One output of a run."""

    __pydantic_config__ = STRICT

    step: int = _whole(10_000)
    sample: int = _whole(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Pick):
    """Another text for it."""

    text: str = text(max_length=MAX_TEXT, help="What the output is to be.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Pick):
    """Another token, by its id, at one place of it."""

    at: int = _whole(1_000_000)
    token: int = _whole(2**32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the things on offer."""

    __pydantic_config__ = STRICT

    key: str = text(max_length=2 * MAX_NAME + 1, help="Its name; of an adapter, after its model's and a slash.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token that may come next."""

    __pydantic_config__ = STRICT

    id: int = _whole(2**32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(Wanted):
    """More or less bias for it."""

    by: float = declared(metadata={"ge": -100, "le": 100, "strict": True})


def read(cls: type[Payload], data: Any) -> Payload:
    """Raises InvalidSetup naming what is wrong with it."""
    name = cls.__name__.lower()
    for f in fields(cls):  # type: ignore[arg-type]  # all of them are dataclasses
        if isinstance(data, Mapping) and f.name not in data:
            raise InvalidSetup(f"`{name}.{f.name}` is missing.", (name, f.name))
    payload: Payload = setups.build(cls, data, (name,))
    return payload


def last(run: Run | None) -> Run:
    """The session's last run. Raises InvalidSetup when there is none."""
    if run is None:
        raise InvalidSetup("Nothing has been run yet; press Run first.")
    return run


def read_of(cls: type[Place], data: Any, before: Run | None) -> tuple[Run, Place]:
    """The last run and a place that it has. Raises InvalidSetup for a place that it has not."""
    place, run = read(cls, data), last(before)
    if place.step >= len(run.steps) or place.sample >= len(run.steps[place.step].completions):
        raise InvalidSetup(f"The last run has no output {place.sample + 1} of step {place.step + 1}; choose another.")
    return run, place


def chosen(data: Any, offered: Mapping[str, Offered]) -> Offered:
    """What the key stands for. Raises InvalidSetup for one that is not on offer."""
    key = read(Choice, data).key
    if key not in offered:
        raise InvalidSetup(f"`choice.key` is {key!a}; it must be one of {', '.join(offered)}.", ("choice", "key"))
    return offered[key]


def words(value: Any, field: str) -> str:
    """What a box, or a program, holds for a text: nothing is "". Raises InvalidSetup for what is no text."""
    if value is not None and not isinstance(value, str):
        raise InvalidSetup(f"`{field}` must be text.", (field,))
    return value or ""


def text_of_file(content: Any, most: int = documents.MAX_BYTES) -> str:
    """A file as the text that it is. Raises InvalidSetup for one that is none, LimitReached above so many bytes."""
    if not isinstance(content, bytes):
        raise InvalidSetup("There is no file; choose one to open.")
    if len(content) > most:
        raise LimitReached(f"The file has {len(content) / 1024:,.0f} KB; {most // 1024:,} KB is the most.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSetup(
            f"The file is not UTF-8 text (byte {error.start + 1} is 0x{content[error.start]:02X}); save it as UTF-8."
        ) from None
