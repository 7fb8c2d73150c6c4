"""What the page's own parts report of a click, read as strictly as a setup: anybody can send anything."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as declared
from typing import Any, TypeVar

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.parameters import STRICT, text
from playground.types import MAX_NAME

Payload = TypeVar("Payload")
Offered = TypeVar("Offered")


def whole(most: int) -> Any:
    """A field that is a whole number from 0 to `most`."""
    return declared(metadata={"ge": 0, "le": most, "strict": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the things on offer."""

    __pydantic_config__ = STRICT

    key: str = text(max_length=2 * MAX_NAME + 1, help="Its name; of an adapter, after its model's and a slash.")


def read_report(event: gr.EventData) -> Any:
    """All that a part of the page said of an event. Gradio gives it an attribute for each key, and the whole privately;
    an attribute fails on what is no mapping."""
    return event._data


def read(cls: type[Payload], event: gr.EventData) -> Payload:
    """What an event reports. Raises InvalidSetup naming what is wrong with it."""
    name, data = cls.__name__.lower(), read_report(event)
    for f in fields(cls):  # type: ignore[arg-type]  # all of them are dataclasses
        if isinstance(data, Mapping) and f.name not in data:
            raise InvalidSetup(path=(name, f.name), rule="is missing.")
    payload: Payload = setups.build(cls, data, (name,))
    return payload


def read_choice(event: gr.EventData, offered: Mapping[str, Offered]) -> Offered:
    """What the key stands for. Raises InvalidSetup for one that is not on offer."""
    key = read(Choice, event).key
    if key not in offered:
        raise InvalidSetup(path=("choice", "key"), value=key, rule=f"it must be one of {', '.join(offered)}.")
    return offered[key]


def words(value: Any, field: str) -> str:
    """What a box, or a program, holds for a text: nothing is "". Raises InvalidSetup for what is no text."""
    if value is not None and not isinstance(value, str):
        raise InvalidSetup(path=(field,), rule="must be text.")
    return value or ""
