"""JSON: found, valid, in a schema, right in its fields; and schemas that would harm."""

import json
import socket
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from playground.errors import InvalidSetup
from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.evaluation.scorers import Verdict
from playground.evaluation.scorers.json_text import NoJSON, value_in, value_of
from playground.evaluation.scorers.schema import Schema

ORDER = '{"name": "Ann", "quantity": 2, "day": null, "gift": true}'
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


def verdict(name: str, answer: str, **options: Any) -> Verdict:
    items = (Item(id="i", input="q", references=(ORDER,)),)
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    return scorers.build(ScorerChoice(name=name, options=options), dataset).score(answer, items[0], dataset)


@given(values)
def test_what_json_writes_is_found(value: Any) -> None:
    written = json.dumps(value)
    assert value_of(f" {written}\n") == value
    assert value_in(f"Here you are:\n```json\n{written}\n```\nBye.") == value
    if isinstance(value, (dict, list)):
        assert value_in(f"It is {written}, I think.") == value


@pytest.mark.parametrize(
    ("text", "alone", "anywhere"),
    [
        ('{"a": 1}', True, True), ("[1, 2]", True, True), ("12", True, True), ('{"a": 1} done', False, True),
        ("{'a': 1}", False, False), ('{"a": NaN}', False, False), ('{"a": 1e999}', False, False),
        ('{"a": Infinity}', False, False), ("[" * 100_000, False, False), ("1" * 5000, False, False),
        ("see {x} and {\"a\": 1}", False, True), ("none", False, False), ('{"a": 1,}', False, False),
    ],
)  # fmt: skip
def test_strict_json(text: str, alone: bool, anywhere: bool) -> None:
    for read, expected in ((value_of, alone), (value_in, anywhere)):
        try:
            read(text)
        except NoJSON:
            found = False
        else:
            found = True
        assert found == expected
    assert verdict("json_valid", text).score == alone
    assert verdict("json_valid", text, alone=False).score == anywhere


@pytest.mark.parametrize("text", ["```" + "\n" * 100_000, "```\n" * 30_000, "{" * 100_000, '{"a":' * 30_000])
def test_long_nonsense_is_looked_through_in_time(text: str) -> None:
    before = time.process_time()
    assert verdict("json_valid", text, alone=False).score == 0
    assert time.process_time() - before < 30


@pytest.mark.parametrize(
    ("answer", "options", "score", "note"),
    [
        (ORDER, {}, 1, ""),
        (f"Sure! {ORDER}", {}, 1, ""),
        (f"Sure! {ORDER}", {"alone": True}, 0, "No JSON: Expecting value at character 1."),
        ('{"name": "ann ", "quantity": 2.0, "day": null, "gift": true}', {}, 0.75, "Not right: name."),
        ('{"name": "ann ", "quantity": 2.0, "day": null, "gift": true}', {"strict": False}, 1, ""),
        ('{"name": "Ann", "quantity": "2", "day": null, "gift": 1}', {}, 0.5, "Not right: quantity, gift."),
        ('{"name": "Ann", "quantity": 2}', {}, 0.5, "Not right: day, gift."),
        ('{"name": "Ann", "quantity": 2, "day": null, "gift": true, "more": 1}', {}, 0.8, "Not right: more."),
        ("[1]", {}, 0, "It is no JSON object."),
    ],
)
def test_fields(answer: str, options: dict[str, Any], score: float, note: str) -> None:
    found = verdict("json_fields", answer, **options)
    assert (found.score, found.note) == (pytest.approx(score), note)
    assert found.extracted == (score > 0)


SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "pattern": "^[A-Z]"}, "quantity": {"$ref": "#/$defs/count"}},
    "additionalProperties": False,
    "$defs": {"count": {"type": "integer", "minimum": 1}},
}


@pytest.mark.parametrize(
    ("answer", "score", "extracted", "note"),
    [
        ('{"name": "Ann", "quantity": 2}', 1, True, ""),
        ('{"name": "ann"}', 0, True, "At name: 'ann' does not match '^[A-Z]'."),
        ('{"name": "Ann", "quantity": 0}', 0, True, "At quantity: 0 is less than the minimum of 1."),
        ('{"quantity": 2}', 0, True, "'name' is a required property."),
        ('{"name": "Ann", "x": 2}', 0, True, "Additional properties are not allowed ('x' was unexpected)."),
        ("Ann", 0, False, "No JSON: Expecting value at character 1."),
    ],
)
def test_schema(answer: str, score: int, extracted: bool, note: str) -> None:
    found = verdict("json_schema", answer, schema=json.dumps(SCHEMA))
    assert (found.score, found.extracted, found.note) == (score, extracted, note)


@given(values)
def test_a_schema_says_what_jsonschema_says(value: Any) -> None:
    assert (Schema(json.dumps(SCHEMA)).fault(value) == "") == Draft202012Validator(SCHEMA).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("", "`scorer.options.schema` is empty"),
        ("{", "is no JSON: Expecting property name"),
        ("[]", "is no JSON schema: that is an object"),
        ('{"type": "strin"}', "is no valid JSON schema: at type, 'strin' is not valid"),
        ('{"properties": {"a": {"minimum": "x"}}}', r"at properties\.a\.minimum"),
        (
            '{"$ref": "http://localhost:1/x.json"}',
            "'http://localhost:1/x.json', which is not in it; nothing is fetched",
        ),
        ('{"$ref": "file:///etc/passwd"}', "nothing is fetched"),
        ('{"items": [{"$ref": "#/$defs/none"}]}', "is no valid JSON schema"),
        ('{"anyOf": [{"$ref": "#/$defs/none"}]}', "'#/[$]defs/none', which is not in it"),
        ('{"pattern": "(?=a)"}', "RE2 can read"),
        ('{"patternProperties": {"(a+)+$": {}}}', "patternProperties, which is not offered"),
        ("[" * 10_000 + "]" * 10_000, "nested too deeply|is no valid JSON schema"),
    ],
)
def test_schemas_that_are_none(schema: str, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        verdict("json_schema", "{}", schema=schema)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    schema = '{"$schema": "http://localhost:1/draft", "$id": "http://localhost:1/me", "$ref": "other.json"}'
    with pytest.raises(InvalidSetup, match="nothing is fetched"):
        verdict("json_schema", "{}", schema=schema)


def branching(depth: int) -> dict[str, Any]:
    """Each definition asks twice for the next: followed to the end that is 2 to the depth."""
    steps = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/d0", "$defs": {**steps, f"d{depth}": {"type": "string"}}}


def twice(depth: int) -> dict[str, Any]:
    """Each level looks at the next to check it, and again to know which properties it looked at."""
    schema: dict[str, Any] = {"properties": {"a": {"type": "string"}}}
    for _ in range(depth):
        schema = {"anyOf": [schema], "unevaluatedProperties": False}
    return schema


@pytest.mark.parametrize(
    "schema", [branching(40), twice(40), {"$ref": "#"}, {"properties": {"a": {"pattern": "(x+x+)+y"}}}]
)
def test_no_schema_is_followed_for_ever(schema: dict[str, Any]) -> None:
    before = time.process_time()
    found = verdict("json_schema", json.dumps({"a": "x" * 5000}), schema=json.dumps(schema))
    assert found.score == 0
    assert time.process_time() - before < 30


INNER = {"$id": "http://localhost:1/inner", "$ref": "#/$defs/there"}


@pytest.mark.parametrize(
    ("schema", "answer", "note"),
    [
        ({"$defs": {"there": {}, "inner": INNER}, "$ref": "#/$defs/inner"}, "1", "refers to what is not there"),
        ({"multipleOf": 0.5}, "1" + "0" * 400, "a number in it is too large"),
    ],
    ids=["another base", "a number beyond floats"],
)
def test_what_only_an_answer_brings_to_light_is_a_note(schema: dict[str, Any], answer: str, note: str) -> None:
    found = verdict("json_schema", answer, schema=json.dumps(schema))
    assert found.right is False
    assert note in found.note


def test_a_long_answer_is_checked_to_its_end() -> None:
    row = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}}}
    schema = {"type": "array", "items": {"$ref": "#/$defs/row"}, "$defs": {"row": row}}
    rows = [{"name": f"N{n}"} for n in range(2000)]
    assert verdict("json_schema", json.dumps(rows), schema=json.dumps(schema)).score == 1
