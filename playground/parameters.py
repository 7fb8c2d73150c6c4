"""Declares a parameter once; sliders, validation, presets, API and tables derive from it.

A parameter is a dataclass field whose metadata uses pydantic's own constraint names, so
`TypeAdapter` enforces what the slider shows. `parameters(cls)` reads the declarations back.
"""

import dataclasses
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field

STRICT = ConfigDict(extra="forbid")  # a name that is not one of the fields is refused
Short = Annotated[str, Field(min_length=1, max_length=100, strict=True)]  # one of many, such as a label
Title = Annotated[str, Field(min_length=1, max_length=200, strict=True)]  # of a document

Kind = Literal["integer", "number", "text", "choice", "flag", "list", "map"]
Effect = Literal["", "temperature", "filter", "penalty", "bias", "length", "stop", "seed", "record"]  # on sampling


def number(
    default: float | None,
    low: float,
    high: float,
    *,
    step: float,
    help: str,
    label: str = "",
    empty: str = "",
    effect: Effect = "",
    neutral: float | None = None,
    strong: float | None = None,
) -> Any:
    """Field for a bounded number; `None` as default makes it optional, shown as `empty`.

    Of a sampling parameter: at `neutral` it changes nothing (unless given, its default), at `strong` it cannot be
    overlooked.
    """
    constraints = {"ge": low, "le": high, "strict": True}
    of_effect = _effect_metadata(effect, default if neutral is None else neutral, strong)
    return field(default=default, metadata=_metadata(help, label, constraints, step=step, empty=empty) | of_effect)


def text(
    default: str = "", *, max_length: int, help: str, label: str = "", lines: int = 1, empty: str = "",
    offered: bool = False,
) -> Any:  # fmt: skip
    """Field for text of bounded length; `lines` is how tall its box starts, `empty` what it means to have none.

    Of one that is `offered` a form lists what there is at the time, which a declaration cannot know.
    """
    constraints = {"max_length": max_length, "strict": True}
    shown = {"lines": lines, "empty": empty, "offered": offered}
    return field(default=default, metadata=_metadata(help, label, constraints, **shown))


def choice(default: str, *, help: str, label: str = "", why_no_other: str = "") -> Any:
    """Field for one of a `Literal`'s values; `why_no_other` is said to who asks for what is none of them."""
    return field(default=default, metadata=_metadata(help, label, {}, why_no_other=why_no_other))


def flag(default: bool, *, help: str, label: str = "") -> Any:
    """Field for yes or no."""
    return field(default=default, metadata=_metadata(help, label, {"strict": True}))


def many(*, max_length: int, help: str, label: str = "", effect: Effect = "") -> Any:
    """Field for a tuple of at most `max_length` items."""
    return field(default=(), metadata=_metadata(help, label, {"max_length": max_length}) | _effect_metadata(effect, ()))


def mapping(*, max_length: int, help: str, label: str = "", effect: Effect = "") -> Any:
    """Field for a dict of at most `max_length` entries."""
    metadata = _metadata(help, label, {"max_length": max_length}) | _effect_metadata(effect, {})
    return field(default_factory=dict, metadata=metadata)


def _metadata(help: str, label: str, constraints: dict[str, Any], **shown: Any) -> dict[str, Any]:
    extra = {key: value for key, value in {"label": label, **shown}.items() if value}
    return {**constraints, "description": help, "json_schema_extra": extra}


def _effect_metadata(effect: Effect, neutral: Any, strong: Any = None) -> dict[str, Any]:
    """Kept beside what pydantic reads, which leaves alone what it does not know."""
    return {"effect": effect, "neutral": neutral, "strong": strong} if effect else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a form, an error message or a table column needs to know of one field."""

    name: str
    kind: Kind
    default: Any
    help: str
    label: str
    optional: bool = False
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    why_no_other: str = ""
    max_length: int | None = None
    lines: int = 1
    empty: str = ""
    offered: bool = False
    effect: Effect = ""
    neutral: Any = None
    strong: Any = None

    @property
    def allowed(self) -> str:
        """What the value must be, in words: the tail of every error about it."""
        between = f" from {self.low:,.12g} to {self.high:,.12g}" if self.low is not None else ""
        words = {
            "integer": f"a whole number{between}",
            "number": f"a number{between}",
            "choice": "one of " + ", ".join(self.choices) + (f" ({self.why_no_other})" if self.why_no_other else ""),
            "flag": "true or false",
            "text": f"text of at most {self.max_length:,} characters" if self.max_length else "text",
            "list": f"a list of at most {self.max_length} items" if self.max_length else "a list",
            "map": "a mapping",
        }[self.kind]
        return f"{words}, or empty" if self.optional else words


def parameters(cls: type) -> tuple[Parameter, ...]:
    """The parameters of a dataclass, in the order in which they are declared."""
    return _declared(cls)


@cache  # forms, previews and checks ask at every keystroke
def _declared(cls: type) -> tuple[Parameter, ...]:
    hints = get_type_hints(cls)
    return tuple(_parameter(f, hints[f.name]) for f in dataclasses.fields(cls))


def with_effect(cls: type, *effects: Effect) -> tuple[str, ...]:
    """The names of those that have one of these effects, in the order in which they are declared."""
    return tuple(p.name for p in parameters(cls) if p.effect in effects)


def neutral_values(cls: type, *effects: Effect) -> dict[str, Any]:
    """The values by name at which those with one of these effects change nothing."""
    return {p.name: p.neutral for p in parameters(cls) if p.effect in effects}


def _parameter(f: "dataclasses.Field[Any]", hint: Any) -> Parameter:
    optional = type(None) in get_args(hint)
    if optional:
        (hint,) = (arg for arg in get_args(hint) if arg is not type(None))
    kinds: dict[Any, Kind] = {
        int: "integer", float: "number", str: "text", bool: "flag", Literal: "choice", tuple: "list"
    }  # fmt: skip
    meta, extra = f.metadata, f.metadata.get("json_schema_extra", {})
    default = f.default_factory() if f.default_factory is not dataclasses.MISSING else f.default
    return Parameter(
        name=f.name,
        kind=kinds.get(get_origin(hint) or hint, "map"),  # a mapping, or a dataclass given as one
        default=None if default is dataclasses.MISSING else default,
        help=meta.get("description", ""),
        label=extra.get("label", f.name.replace("_", " ").capitalize()),
        optional=optional,
        low=meta.get("ge"),
        high=meta.get("le"),
        step=extra.get("step"),
        choices=get_args(hint) if get_origin(hint) is Literal else (),
        why_no_other=extra.get("why_no_other", ""),
        max_length=meta.get("max_length"),
        lines=extra.get("lines", 1),
        empty=extra.get("empty", ""),
        offered=extra.get("offered", False),
        effect=meta.get("effect", ""),
        neutral=meta.get("neutral"),
        strong=meta.get("strong"),
    )
