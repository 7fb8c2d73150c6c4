"""The form of an answer, as a program asks for it in `response_format`, or in vLLM's `structured_outputs`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.answer_forms.form import STRUCTURED, read_form
from playground.errors import InvalidSetup
from playground.parameters import STRICT, flag, text
from playground.task import FormKind

FIELD = "response_format"
TYPES = ("text", "json_object", "json_schema")
ANY_OBJECT = {"type": "object"}
SCHEMA = (FIELD, "json_schema", "schema")
OTHER_FIELD = "structured_outputs"
KIND_OF: dict[Any, FormKind] = {name: kind for kind, name in STRUCTURED.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaDescription:
    """What stands beside a schema. It changes nothing: every answer is held to the schema to the letter."""

    __pydantic_config__ = STRICT
    name: str = text(max_length=100, help="A name for the schema.")
    description: str = text(max_length=2_000, help="What it is for.")
    strict: bool = flag(True, help="Keep to the schema; here every answer does.")


def read_form_fields(given: Mapping[str, Any], build: Any) -> tuple[FormKind, str]:
    """The task's form and its text. Raises InvalidSetup. `build` makes a checked value out of what was sent."""
    if OTHER_FIELD not in given:
        return _read_response_format(given.get(FIELD), build)
    if FIELD in given:
        raise InvalidSetup(path=(OTHER_FIELD,), rule=f"says another form beside `{FIELD}`; send one of them.")
    return _read_structured(given[OTHER_FIELD])


def _read_structured(given: Any) -> tuple[FormKind, str]:
    name, value = next(iter(given.items())) if isinstance(given, Mapping) and len(given) == 1 else (None, None)
    if not isinstance(name, str) or name not in KIND_OF:
        names = ", ".join(KIND_OF)
        rule = f"must be a mapping with one of {names}; a JSON schema goes into `{FIELD}`."
        raise InvalidSetup(path=(OTHER_FIELD,), rule=rule)
    path, kind = (OTHER_FIELD, name), KIND_OF[name]
    if kind == "labels":
        if not isinstance(value, list) or not value or not all(map(_is_label, value)):
            rule = "must be a list of texts of one line each, without spaces around them."
            raise InvalidSetup(path=path, rule=rule)
        value = "\n".join(value)
    if not isinstance(value, str):
        raise InvalidSetup(path=path, rule="must be text.")
    try:
        read_form(kind, value)
    except InvalidSetup as error:
        raise error.at(path) from None
    return kind, value


def _is_label(value: Any) -> bool:
    return isinstance(value, str) and value.splitlines() == [value] and value == value.strip()


def _read_response_format(given: Any, build: Any) -> tuple[FormKind, str]:
    if given is None:
        return "none", ""
    kind = given.get("type") if isinstance(given, Mapping) else None
    if kind not in TYPES:
        rule = f'must be a mapping whose type is one of {", ".join(TYPES)}, such as {{"type": "json_object"}}.'
        raise InvalidSetup(path=(FIELD,), rule=rule)
    known = {"type", "json_schema"} if kind == "json_schema" else {"type"}
    if more := next((key for key in given if key not in known), None):
        raise InvalidSetup(path=(FIELD, more), rule=f"is not known beside the type {kind}; leave it out.")
    if kind == "text":
        return "none", ""
    if kind == "json_object":
        return "json_schema", json.dumps(ANY_OBJECT)
    return "json_schema", _schema_text(given.get("json_schema"), build)


def _schema_text(described: Any, build: Any) -> str:
    if not isinstance(described, Mapping) or "schema" not in described:
        rule = 'must be a mapping with the schema: {"name": "answer", "schema": {"type": "object"}}.'
        raise InvalidSetup(path=SCHEMA[:2], rule=rule)
    rest = {key: value for key, value in described.items() if key != "schema" and value is not None}
    build(SchemaDescription, rest, SCHEMA[:2])
    try:
        schema = json.dumps(described["schema"], ensure_ascii=False)
        read_form("json_schema", schema)
    except RecursionError:
        raise InvalidSetup(path=SCHEMA, rule="is nested too deeply.") from None
    except InvalidSetup as error:
        raise error.at(SCHEMA) from None
    return schema
