"""Functions as a person lists them, as JSON: counted and checked, and as chat templates take them."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from playground.answer_forms.schemas import REFERENCES, NotAForm, keywords_of, read_json
from playground.errors import FieldPath, InvalidSetup
from playground.types import Function

MOST_FUNCTIONS = 32
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
KEYS = ("name", "description", "parameters")
NOT_CHECKED = (*REFERENCES, "pattern", "patternProperties")  # with these a check can take as long as its writer likes
FORM = 'a function is {"name": "weather", "description": "...", "parameters": {"type": "object", "properties": {...}}}'


@lru_cache(maxsize=64)
def read_functions(text: str, path: FieldPath) -> tuple[Function, ...]:
    """The functions that a text lists as JSON, each by itself or as OpenAI's protocol wraps it. Raises InvalidSetup."""
    try:
        listed = read_json(text)
    except NotAForm as error:
        raise InvalidSetup(path=path, rule=f"{error}.") from None
    if not isinstance(listed, list) or not listed:
        raise InvalidSetup(path=path, rule=f"must be a list of at least one function; {FORM}.")
    if len(listed) > MOST_FUNCTIONS:
        raise InvalidSetup(path=path, rule=f"has {len(listed):,} functions; {MOST_FUNCTIONS} is the most.")
    functions = tuple(_parse_function(one, place, path) for place, one in enumerate(listed, 1))
    names = [function.name for function in functions]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise InvalidSetup(path=path, rule=f"has two functions called {twice}; their names must differ.")
    return functions


def _parse_function(one: Any, place: int, path: FieldPath) -> Function:
    def wrong(why: str) -> InvalidSetup:
        return InvalidSetup(path=path, rule=f"has a mistake in function {place}: {why}.")

    if isinstance(one, dict) and one.get("type") == "function" and isinstance(one.get("function"), dict):
        one = one["function"]
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        raise wrong(f"it has no name; {FORM}")
    given = {key: value for key, value in one.items() if value is not None and key != "strict"}
    if unknown := next((key for key in given if key not in KEYS), ""):
        raise wrong(f"{ascii(unknown)[:80]} is not known; its keys are {', '.join(KEYS)}")
    if not NAME.fullmatch(one["name"]):
        raise wrong("its name must be of letters, digits, dashes and underscores, 64 at most")
    description, schema = given.get("description", ""), given.get("parameters", {"type": "object", "properties": {}})
    if not isinstance(description, str):
        raise wrong("its description must be text")
    if fault := _schema_fault(schema):
        raise wrong(f"its parameters {fault}")
    return Function(name=one["name"], description=description, parameters=json.dumps(schema, ensure_ascii=False))


def _schema_fault(schema: Any) -> str:
    """Why arguments cannot be checked against it, "" where they can."""
    from jsonschema import Draft202012Validator, SchemaError

    if not isinstance(schema, dict) or schema.get("type") != "object":
        return 'are no JSON schema of an object, which begins {"type": "object"'
    if keyword := next((keyword for keyword, _ in keywords_of(schema) if keyword in NOT_CHECKED), ""):
        return f"have {keyword}, which is not offered here; write out what it stands for"
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = ".".join(map(str, error.absolute_path))
        return f"are no JSON schema: {f'at {path}, ' if path else ''}{error.message[:200]}"
    return ""


def as_tools(functions: Iterable[Function]) -> list[dict[str, Any]]:
    """Functions as chat templates and OpenAI's protocol take them."""
    return [
        {
            "type": "function",
            "function": {"name": f.name, "description": f.description, "parameters": json.loads(f.parameters)},
        }
        for f in functions
    ]
