"""Widgets from dataclass fields, and back: what the form holds becomes the dict that `setups.parse` checks.

Only the kinds of values change here, as widgets make it necessary (5.0 is 5, lines are a list). Whether a
value is allowed is not decided here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup, write_value
from playground.parameters import Parameter, parameters
from playground.retrieval.collections import shipped_collections
from playground.retrieval.library import OWN
from playground.strategies import STRATEGIES
from playground.types import Agent, ChainStep, Example, Turn, Weights
from playground.ui.widgets import TextColumn, rows_editor

ROWS: dict[str, tuple[str, type]] = {
    "examples": ("Example", Example), "steps": ("Step", ChainStep), "turns": ("Turn", Turn), "agents": ("Agent", Agent),
}  # fmt: skip
NAMES = {
    "yes_no": "Yes / no",
    "json_schema": "JSON schema",
    "example": "From an example",
    "regex": "Regular expression",
    **{name: technique.title for name, technique in STRATEGIES.items()},
}
COLLECTION = "collection"
NUMBERS = ("integer", "number")
WEIGHTS = tuple(p.name for p in parameters(Weights))
ESCAPES = {"\n": "\\n", "\t": "\\t", "\\": "\\\\"}
DECIMAL = re.compile(r"[+-]?\d{0,9}\.\d{1,9}")
INTEGER = re.compile(r"[+-]?\d{1,20}")  # longer ones are refused as they are
NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,3})?")  # as people type one


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter and the widget that holds it."""

    parameter: Parameter
    widget: Any

    def read(self, raw: Any) -> Any:
        """The raw value of the widget as the parameter's kind of value."""
        return read(self.parameter, raw)

    def write(self, value: Any) -> Any:
        """An update that makes the widget hold the value."""
        return gr.update(value=to_widget(self.parameter, value))


def fields(cls: type) -> tuple[Field, ...]:
    """A widget for every parameter of a dataclass, in order, laid out where this is called."""
    return tuple(Field(parameter=p, widget=widget(p)) for p in parameters(cls))


def read_fields(fields: tuple[Field, ...], values: Mapping[Any, Any]) -> dict[str, Any]:
    """Values by parameter name."""
    return {f.parameter.name: f.read(values[f.widget]) for f in fields}


def pick(cls: type, *names: str, **shown: Any) -> tuple[Field, ...]:
    """Widgets of some parameters of a dataclass, laid out here; `shown` replaces what is said of them."""
    by_name = {p.name: p for p in parameters(cls)}
    chosen = [replace(by_name[name], **shown) for name in names]
    return tuple(Field(parameter=p, widget=widget(p)) for p in chosen)


def widget(p: Parameter) -> Any:
    """The widget that suits the parameter, holding its default."""
    shown = {"label": p.label, "info": info(p), "value": to_widget(p, p.default), "elem_classes": f"of-{p.name}"}
    if holds_rows(p):
        noun, cls = ROWS[p.name]
        with gr.Column(elem_classes=["field", f"of-{p.name}"], min_width=0):
            gr.Markdown(f"**{p.label}** {p.help}", elem_classes="field-label")
            return rows_editor(_columns(cls), noun=noun, most=p.max_length or 1)
    if p.name == COLLECTION:
        return gr.Dropdown(_collections(), filterable=False, **shown)
    if p.offered:  # what a setup names that is not there is shown, and refused by name
        return gr.Dropdown([(p.empty, "")], allow_custom_value=True, **shown)
    if p.kind in ("list", "map"):
        return gr.Textbox(**shown, lines=2, max_lines=6)
    if p.kind in ("integer", "number") and not p.optional:
        return gr.Slider(p.low, p.high, step=p.step, **shown)
    if p.kind == "choice":
        return gr.Radio(_titled_choices(p), **shown)
    if p.kind == "flag":
        return gr.Checkbox(**shown)
    return gr.Textbox(**shown, lines=p.lines, max_lines=max(p.lines, 16), placeholder=p.empty or None)


def holds_rows(p: Parameter) -> bool:
    """Whether it is a list whose items have several texts each. Another class may have a number of that name."""
    return p.kind == "list" and p.name in ROWS


def merge_updates(*updates: Mapping[Any, Any]) -> dict[Any, Any]:
    """All of these updates: what several say of one widget, such as its value and that it shows, is said at once."""
    together: dict[Any, Any] = {}
    for part in updates:
        for widget, update in part.items():
            together[widget] = {**together.get(widget, {}), **update}
    return together


def changes(widgets: Iterable[Any]) -> list[Any]:
    """What happens when any of these becomes another."""
    return [event for box in widgets for event in (box.change, *([box.input] if isinstance(box, gr.HTML) else []))]


def each_once(widgets: Iterable[Any]) -> list[Any]:
    """Outputs of a handler. Of two that are one, the page takes the second, which says nothing, for the news."""
    return list(dict.fromkeys(widgets))


def info(p: Parameter) -> str:
    """The help under a widget's label, with how to type it where that is not plain."""
    typed = {"list": "One per line; \\n stands for a line break.", "map": "One per line, for example 50: -2.5"}
    return p.help if holds_rows(p) else f"{p.help} {typed.get(p.kind, '')}".rstrip()


def read(p: Parameter, raw: Any) -> Any:
    """A widget's raw value as the parameter's kind; what cannot be read is passed on for `parse` to refuse."""
    if holds_rows(p):
        return _rows(raw, ROWS[p.name][1])
    if p.kind == "list":
        return [_unescape(line) for line in _lines(raw)]
    if p.kind == "map":
        return _pairs(p, _lines(raw))
    if p.optional and (raw is None or (isinstance(raw, str) and not raw.strip())):
        return None
    if p.kind == "integer":
        if isinstance(raw, str) and INTEGER.fullmatch(raw.strip()):
            return int(raw)  # typed, not slid: a seed has more digits than a browser's number
        return int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    if p.kind == "number" and isinstance(raw, str) and NUMBER.fullmatch(raw.strip()):
        return float(raw)  # an optional one is typed, such as a learning rate of 1e-3
    return "" if p.kind == "text" and raw is None else raw


def to_widget(p: Parameter, value: Any) -> Any:
    """A parameter's value as its widget holds it."""
    if holds_rows(p):
        return [{f.name: _cell(getattr(item, f.name)) for f in parameters(type(item))} for item in value]
    if p.kind == "list":
        return "\n".join(_escape(item) for item in value)
    if p.kind == "map":
        return "\n".join(f"{key}: {amount:g}" for key, amount in value.items())
    if p.optional:
        return "" if value is None else str(value)
    return value


def _collections() -> list[tuple[str, str]]:
    """What can be searched: what comes with the playground, and what a session has of its own."""
    shipped = [(collection.title, name) for name, collection in shipped_collections().items()]
    return [("None", ""), *shipped, ("My documents (see the Retrieval tab)", OWN)]


def _titled_choices(p: Parameter) -> list[tuple[str, str]]:
    """What there is to choose from, with its title first."""
    return [(NAMES.get(c, c.replace("_", " ").capitalize()), c) for c in p.choices]


def _columns(cls: type) -> list[TextColumn]:
    """A column for each parameter; the weights that a row may have of its own come after what it is."""
    declared = parameters(cls)
    if issubclass(cls, Weights):
        declared = tuple(sorted(declared, key=lambda p: p.name in WEIGHTS))
    return [
        TextColumn(
            key=p.name, label=p.label, hint=p.help, lines=p.lines, choices=tuple(_titled_choices(p)), empty=p.empty,
            bounds=(p.low, p.high, p.step) if p.kind in NUMBERS else None, weights=p.name == "model",
        )
        for p in declared
    ]  # fmt: skip


def _rows(raw: Any, cls: type) -> Any:
    """Rows as they are, but for the empty ones that a table has at its end: there nothing differs from the defaults."""
    if not isinstance(raw, list):
        return [] if raw is None else raw
    numbers = {p.name: p.optional for p in parameters(cls) if p.kind in NUMBERS}
    raw = [_with_numbers(row, numbers) for row in raw]
    empty = {p.name: p.default for p in parameters(cls)}
    rows = list(raw)
    while rows and isinstance(rows[-1], Mapping) and not any(v and v != empty.get(k) for k, v in rows[-1].items()):
        rows.pop()
    return rows


def _cell(value: Any) -> str:
    """A value as a row's cell holds it."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _with_numbers(row: Any, optional: Mapping[str, bool]) -> Any:
    """A row with numbers in those cells; an empty one is None where it is optional, else left out, and what is no
    number is as it was."""
    if not isinstance(row, Mapping):
        return row
    read = {key: _number(value) if key in optional else value for key, value in row.items()}
    return {key: value for key, value in read.items() if value is not None or optional.get(key, True)}


def _number(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    text = raw.strip()
    if not text:
        return None
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else raw


def _lines(raw: Any) -> list[str]:
    lines = ("" if raw is None else str(raw)).split("\n")
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _escape(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def _unescape(line: str) -> str:
    plain = {escape: character for character, escape in ESCAPES.items()}
    return re.sub(r"\\[nt\\]", lambda m: plain[m[0]], line)


def _pairs(p: Parameter, lines: list[str]) -> dict[Any, Any]:
    pairs: dict[Any, Any] = {}
    for number, line in enumerate(lines, 1):
        key, sign, amount = (part.strip() for part in line.partition(":"))
        try:
            if not sign or int(key) in pairs:
                raise ValueError
            pairs[int(key)] = float(amount)
        except ValueError:
            rule = f"has {write_value(line)} in line {number}; write token id: amount, each id once."
            raise InvalidSetup(path=("sampling", p.name), rule=rule) from None
    return pairs
