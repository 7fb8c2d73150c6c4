"""Parses a setup from plain data and back, with the path of every error."""

import re
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from playground.errors import FieldPath, InvalidSetup, LimitReached, dotted_path, write_value
from playground.json_values import as_json
from playground.parameters import parameters, with_effect
from playground.strategies import STRATEGIES, technique_of
from playground.types import Run, Sampling, Setup, Task, Weights

MAX_TOTAL = 400_000  # characters in all texts of a setup together
MAX_VALUES = 300_000  # in a setup or an experiment: as in data of one's own
DEPTH = 6  # levels a setup can have
SAME_CHANCES = ("seed", *with_effect(Sampling, "record"))  # of sampling: what makes no answer likelier
KEYS = tuple(f.name for f in fields(Setup))
# Line ends and tabs are text; other control characters and half surrogate pairs are accidents of copying.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def parse(data: Any) -> Setup:
    """A checked Setup with all options filled in. Raises InvalidSetup naming path, value and what is allowed."""
    if not isinstance(data, Mapping):
        raise InvalidSetup(f"A setup is a mapping with the keys {', '.join(KEYS)}; this is {write_value(data)}.")
    _refuse_unknown(data, KEYS, ())
    names = {key: data[key] for key in ("model", "adapter", "scale", "strategy") if key in data}
    _refuse_unreadable(names, ())
    name = data.get("strategy", "zero_shot")
    if not isinstance(name, str) or name not in STRATEGIES:
        raise InvalidSetup(path=("strategy",), value=name, rule=f"it must be one of {', '.join(STRATEGIES)}.")
    parts = {
        "options": asdict(build(STRATEGIES[name], data.get("options", {}), ("options",))),
        "task": build(Task, data.get("task", {}), ("task",)),
        "sampling": build(Sampling, data.get("sampling", {}), ("sampling",)),
    }
    setup: Setup = _validate(Setup, {**names, **parts}, ())
    if (total := _characters({**asdict(setup.task), "form": ""})) > MAX_TOTAL:
        raise InvalidSetup(path=("task",), rule=f"has {total:,} characters in all; {MAX_TOTAL:,} is the most.")
    return setup


def _characters(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_characters, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 0


def parse_sampling(data: Any) -> Sampling:
    """Checked sampling parameters, for a sampling preset."""
    checked: Sampling = build(Sampling, data, ("sampling",))
    return checked


def to_dict(setup: Setup) -> dict[str, Any]:
    """The whole setup as plain data; `parse` of it gives the same setup."""
    whole: dict[str, Any] = as_json(setup)
    return whole


def changed_settings(setup: Setup) -> dict[str, Any]:
    """Only what differs from the defaults: what a preset file or a link needs to hold."""
    strategy = technique_of(setup)
    return {
        **weights_to_dict(setup),
        "strategy": setup.strategy,
        **{
            k: v
            for k in ("options", "task", "sampling")
            if (v := changed_values(strategy if k == "options" else getattr(setup, k)))
        },
    }


def weights_to_dict(weights: Weights) -> dict[str, Any]:
    """Its part of a setup as plain data: a scale only where there is an adapter for it."""
    tuned = {"adapter": weights.adapter, "scale": weights.scale} if weights.adapter else {}
    return {"model": weights.model, **tuned}


def run_to_dict(run: Run) -> dict[str, Any]:
    """A Run as plain data, ready for JSON."""
    whole: dict[str, Any] = as_json(run)
    return whole


def without_tokens(run: Run) -> Run:
    """The run without its token lists, which are most of its size: what a stream repeats ten times a second."""
    steps = (replace(s, completions=tuple(replace(c, tokens=()) for c in s.completions)) for s in run.steps)
    return replace(run, steps=tuple(steps))


def run_from_dict(data: Any) -> Run:
    """The Run that `run_to_dict` was given. Raises InvalidSetup where it does not have a Run's shape."""
    run: Run = _validate(Run, data, ())  # a model may say anything, control characters too
    return run


def changed_values(value: Any) -> dict[str, Any]:
    """Only the parameters of a dataclass that differ from their defaults, in what YAML has words for."""
    changed = {p.name: getattr(value, p.name) for p in parameters(type(value)) if getattr(value, p.name) != p.default}
    return {name: _plain(part) for name, part in changed.items()}


def _plain(value: Any) -> Any:
    """Lists instead of tuples, dicts instead of other mappings, and of a dataclass only what was changed."""
    if is_dataclass(value):
        return changed_values(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def build(cls: type, data: Any, path: FieldPath) -> Any:
    """A checked instance of a dataclass of parameters. Raises InvalidSetup naming path, value and what is allowed."""
    if not has_few_values(data):
        name = f"`{dotted_path(path)}`" if path else "This"
        raise LimitReached(f"{name} has more than {MAX_VALUES:,} values, which is the most.")
    _refuse_unreadable(data, path)
    return _validate(cls, data, path)


def _validate(cls: type, data: Any, path: FieldPath) -> Any:
    if not isinstance(data, Mapping):
        raise InvalidSetup(path=path, value=data, rule="it must be a mapping.")
    _refuse_unknown(data, tuple(f.name for f in fields(cls)), path)
    try:
        return _adapter(cls).validate_python(dict(data))
    except ValidationError as error:
        first = error.errors()[0]
        raise _invalid_setup(cls, first, path) from None


@cache
def _adapter(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)  # takes longer to make than to use


def _invalid_setup(cls: type, error: Any, path: FieldPath) -> InvalidSetup:
    at: FieldPath = tuple(key for key in error["loc"] if key != "[key]")
    if error["type"] == "unexpected_keyword_argument":
        return InvalidSetup(path=path + at, rule=f"is not known there. {_keys_at(cls, at[:-1])}")
    parameter = _parameter_at(cls, at)
    rule = f"it must be {parameter.allowed}" if parameter else _rule(error)
    return InvalidSetup(path=path + at, value=error["input"], rule=f"{rule}.")


def _rule(error: Any) -> str:
    """What is allowed, of something inside a list or a mapping, which is no parameter itself."""
    limits = error.get("ctx", {})
    kind: str = error["type"]
    if kind.startswith(("float", "finite")):
        return "it must be a number"
    if kind.startswith("int"):
        return "it must be a whole number"
    if kind == "string_type":  # yes, no, 1 and dates are none in YAML
        return "it must be text; in YAML, put it in quotes"
    rules = {
        "greater_than_equal": "it must be {ge:g} or more",
        "less_than_equal": "it must be {le:g} or less",
        "string_too_long": "it may have {max_length} characters",
        "string_too_short": "it must not be empty",
    }
    message: str = error["msg"]
    return rules[kind].format(**limits) if kind in rules else message[0].lower() + message[1:]


def _class_at(cls: type, at: FieldPath) -> tuple[type, FieldPath]:
    """Follow field names and list positions down to the innermost dataclass; gives it and the rest of the path."""
    while len(at) > 1:
        hint = get_type_hints(cls).get(str(at[0]))
        (item, *_) = get_args(hint) or (None,)
        if is_dataclass(hint):
            cls, at = hint, at[1:]  # type: ignore[assignment]  # is_dataclass does not narrow to type
        elif is_dataclass(item) and len(at) > 2:
            cls, at = item, at[2:]  # type: ignore[assignment]
        else:
            break
    return cls, at


def _parameter_at(cls: type, at: FieldPath) -> Any:
    cls, at = _class_at(cls, at)
    return next((p for p in parameters(cls) if at == (p.name,)), None)


def _keys_at(cls: type, at: FieldPath) -> str:
    owner, _ = _class_at(cls, (*at, ""))
    return f"Known keys: {', '.join(f.name for f in fields(owner)) or 'none'}."


def _refuse_unknown(data: Mapping[Any, Any], keys: tuple[str, ...], path: FieldPath) -> None:
    for key in data:
        if key not in keys:
            at = (*path, key if isinstance(key, (str, int)) else repr(key))
            raise InvalidSetup(path=at, rule=f"is not known. Known keys: {', '.join(keys) or 'none'}.")


def has_few_values(value: Any) -> bool:
    """Whether it has few enough values to look at each; those that are too deep are refused elsewhere."""
    left, count = [value], 0
    while left:
        part = left.pop()
        if isinstance(part, (Mapping, list, tuple)):
            count += len(part)
            if count > MAX_VALUES:
                return False
            left += part.values() if isinstance(part, Mapping) else part
    return True


def _refuse_unreadable(value: Any, path: FieldPath) -> None:
    if len(path) > DEPTH:
        raise InvalidSetup(path=path, rule=f"is nested more than {DEPTH} levels deep; a setup is not.")
    if isinstance(value, str):
        if match := UNREADABLE.search(value):
            what = "half of a surrogate pair" if match[0] >= "\ud800" else "a control character"
            where = f"(U+{ord(match[0]):04X}) at character {match.start() + 1}"
            raise InvalidSetup(path=path, rule=f"has {what} {where}; remove it.")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unreadable(item, (*path, key))
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            _refuse_unreadable(item, (*path, i))
