"""Which properties of a component are texts of the page: what it is called, and never what it holds."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playground.ui.language.texts import Texts

CALLED = ("label", "info", "placeholder")
SAYING = {"button", "uploadbutton", "downloadbutton", "markdown"}  # whose value is a text of the page
# What a part of the page is laid out with, in the call of its script: see `widgets.widget`.
LAID_OUT = re.compile(r"(?<=\()\{.*\}(?=, element, trigger, props, watch\))")
IN_FRAME = re.compile(r"(?<=>)[^<>]+(?=<)")
FIXED = {"caption", "label", "hint", "noun", "title", "empty", "stop", "leave", "group"}  # keys there that hold texts


# Keys under which what a part shows is said by the page: in other places stands what somebody or a model wrote, which
# below these is marked as `AsWritten`.
SAID = {
    "about", "advice", "agreement", "caption", "cells", "clock", "columns", "corner", "count", "cut", "doing",
    "empty", "entropy", "error", "facts", "fate", "head", "how", "label", "left", "line", "metrics", "needs",
    "note", "origin", "past", "place", "pressure", "said", "score", "sentence", "settings", "several", "shared",
    "since", "spoken", "status", "summary", "title", "unit", "verdict", "why", "word", "words",
}  # fmt: skip
# Keys under which what was written stands in its parts, thousands of them: none is looked at.
IN_PARTS = {"pieces", "segments", "tokens"}


def translate_properties(kind: str, properties: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    """All or some properties of a component of this type, its texts in this language."""
    said = dict(properties)
    for name in CALLED:
        if isinstance(said.get(name), str):
            said[name] = texts.translate(said[name])
    if isinstance(said.get("choices"), list | tuple):
        said["choices"] = [translate_choice(choice, texts) for choice in said["choices"]]
    if kind == "dataframe" and isinstance(said.get("headers"), list):
        said["headers"] = [texts.translate(one) for one in said["headers"]]
        said |= {"value": translate_headers(said["value"], texts)} if "value" in said else {}
    if kind in SAYING and isinstance(said.get("value"), str):
        said["value"] = _translate_value_of(kind, said["value"], texts)
    if kind == "html":
        said |= _translate_frame(said, texts.translate)
        said |= {"value": translate_value(said["value"], texts)} if "value" in said else {}
    return said


def _translate_value_of(kind: str, value: str, texts: Texts) -> str:
    return texts.translate_markdown(value) if kind == "markdown" else texts.translate(value)


def translate_outputs(outputs: Sequence[Any], data: Sequence[Any], texts: Texts) -> list[Any]:
    """What a handler gives back to these components: updates of their properties, or values that are texts."""
    if not texts.by_text:
        return list(data)
    return [_translate_output(to, given, texts) for to, given in zip(outputs, data, strict=True)]


def _translate_output(to: Any, given: Any, texts: Texts) -> Any:
    kind = to.get_block_name()
    if isinstance(given, Mapping) and given.get("__type__") == "update":
        return translate_properties(kind, given, texts)
    if kind in SAYING and isinstance(given, str):
        return _translate_value_of(kind, given, texts)
    if kind == "dataframe":
        return translate_headers(given, texts)
    return translate_value(given, texts) if kind == "html" else given


def translate_headers(table: Any, texts: Texts) -> Any:
    """What the columns of a table are called; its cells stay."""
    if not isinstance(table, Mapping) or not isinstance(table.get("headers"), list):
        return table
    return {**table, "headers": [texts.translate(one) for one in table["headers"]]}


def translate_value(value: Any, texts: Texts) -> Any:
    """What a part of the page shows: what is said there under these keys, and never what somebody or a model wrote."""
    if isinstance(value, list | tuple):
        return [translate_value(one, texts) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {key: one if key in IN_PARTS else _translate_under(key, one, texts) for key, one in value.items()}


def _translate_under(key: str, value: Any, texts: Texts) -> Any:
    return _translate_said(value, texts) if key in SAID else translate_value(value, texts)


def _translate_said(value: Any, texts: Texts) -> Any:
    """A text, several, or names each with its value."""
    if isinstance(value, str):
        return texts.translate(value)
    if isinstance(value, list | tuple):
        return [texts.translate(one) if isinstance(one, str) else _translate_named(one, texts) for one in value]
    return translate_value(value, texts)


def _translate_named(value: Any, texts: Texts) -> Any:
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(one, str) for one in value):
        return [texts.translate(value[0]), texts.translate(value[1])]
    return translate_value(value, texts)


def translate_choice(choice: Any, texts: Texts) -> Any:
    """The title of a choice; its value, which handlers read, stays."""
    if isinstance(choice, list | tuple) and len(choice) == 2 and isinstance(choice[0], str):
        return [texts.translate(choice[0]), choice[1]]
    return [texts.translate(choice), choice] if isinstance(choice, str) else choice


def _translate_frame(properties: Mapping[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    """What stands in the frame of a part, and what its script is laid out with."""
    said = {}
    if isinstance(frame := properties.get("html_template"), str):
        said["html_template"] = IN_FRAME.sub(lambda text: translate(text[0]), frame)
    if isinstance(call := properties.get("js_on_load"), str):
        said["js_on_load"] = LAID_OUT.sub(
            lambda fixed: json.dumps(_translate_fixed(json.loads(fixed[0]), translate)), call, count=1
        )
    return said


def _are_pairs(choices: Any) -> bool:
    return all(isinstance(one, list) and len(one) == 2 for one in choices)


def _translate_fixed(value: Any, translate: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_translate_fixed(one, translate) for one in value]
    if isinstance(value, dict):
        return {
            key: translate(one)
            if key in FIXED and isinstance(one, str)
            else [[translate(title), held] for title, held in one]
            if key == "choices" and _are_pairs(one)
            else _translate_fixed(one, translate)
            for key, one in value.items()
        }
    return value
