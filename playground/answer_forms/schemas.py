"""A JSON schema: counted before anything is built, nothing outside of it referred to, or made from an example."""

import json
from collections.abc import Iterator
from typing import Any

MAX_VALUES, MAX_DEPTH = 2_000, 24  # of a schema or an example, counted before it is built
MAX_LENGTH = 10_000  # the largest count, of characters, items or properties, that a schema may name
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
INNER = "$id"
# Their keys are names and no keywords.
NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
DATA = ("enum", "const", "default", "examples")  # their values are data and no schemas
MAX_QUOTED = 80


class NotAForm(ValueError):
    """What was written is no form; the message is the end of a sentence that begins with it."""


def read_json(text: str) -> Any:
    """The JSON value that the text is. Raises NotAForm for what is none, and for one that is too wide or too deep."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise NotAForm(f"is nested more than {MAX_DEPTH} levels deep, which is the most") from None
    except json.JSONDecodeError as error:
        raise NotAForm(f"is no JSON: {error.msg}, line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise NotAForm(f"is no JSON: {error}") from None
    _refuse_large(value)
    return value


def check_schema(schema: Any) -> None:
    """Raises NotAForm for what cannot be a schema here; what its keywords hold, whoever builds it checks."""
    if not isinstance(schema, dict):
        raise NotAForm('is no JSON schema: that is an object such as {"type": "object"}')
    for keyword, value in keywords_of(schema):
        if keyword in REFERENCES and isinstance(value, str) and not value.startswith("#"):
            raise NotAForm(
                f"refers to {quote(value)}, which is outside of it. Nothing is fetched: put it under $defs and write "
                "#/$defs/name"
            )
        if keyword in REFERENCES and isinstance(value, str) and value.strip("#") and not value.startswith("#/"):
            raise NotAForm(f"refers to {quote(value)} by an anchor; write #/$defs/name")
        if keyword == INNER and value is not schema.get(INNER):
            raise NotAForm(f"has a second {INNER}, from which on references mean something else; leave it out")
        if keyword in COUNTS and isinstance(value, (int, float)) and value > MAX_LENGTH:
            raise NotAForm(f"has {keyword} {quote(value)}; {MAX_LENGTH:,} is the most")


def schema_of(example: Any) -> dict[str, Any]:
    """The schema of values like this one: its keys and no others, its types, and lists of what its lists hold."""
    if isinstance(example, dict):
        return {
            "type": "object",
            "properties": {name: schema_of(value) for name, value in example.items()},
            "required": [*example],
            "additionalProperties": False,
        }
    if isinstance(example, list):
        kinds = {json.dumps(schema): schema for schema in map(schema_of, example)}
        items = [*kinds.values()]
        return {"type": "array", **({"items": items[0] if len(items) == 1 else {"anyOf": items}} if items else {})}
    types = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return {"type": types[type(example)]}


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is none")


def _refuse_large(value: Any) -> None:
    left, count = [(value, 1)], 0
    while left:
        part, depth = left.pop()
        if isinstance(part, (dict, list)):
            count += len(part)
            if depth > MAX_DEPTH:
                raise NotAForm(f"is nested more than {MAX_DEPTH} levels deep, which is the most")
            if count > MAX_VALUES:
                raise NotAForm(f"has more than {MAX_VALUES:,} values, which is the most")
            left += [(item, depth + 1) for item in (part.values() if isinstance(part, dict) else part)]


def keywords_of(schema: Any) -> Iterator[tuple[str, Any]]:
    """The keywords of a schema and of all schemas in it, with what they hold."""
    left = [schema]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        elif isinstance(part, dict):
            yield from part.items()
            for keyword, value in part.items():
                if keyword in NAMED and isinstance(value, dict):
                    left += value.values()
                elif keyword not in DATA:
                    left.append(value)


def patterns_of(schema: Any) -> list[str]:
    """The regular expressions in a schema and in all schemas in it, each once."""
    found: dict[str, None] = {}
    for keyword, value in keywords_of(schema):
        if keyword == "pattern" and isinstance(value, str):
            found[value] = None
        elif keyword == "patternProperties" and isinstance(value, dict):
            found |= dict.fromkeys(value)
    return [*found]


def quote(value: Any) -> str:
    words = ascii(value)
    return words if len(words) <= MAX_QUOTED else f"{words[: MAX_QUOTED - 3]}..."
