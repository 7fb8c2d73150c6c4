"""What a person writes as a form is read, or refused in one sentence before anything is built of it."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.answer_forms import grammars
from playground.answer_forms.form import read_form
from playground.answer_forms.schemas import schema_of
from playground.errors import InvalidSetup
from playground.task import FormKind

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
REMOTE = "http://127.0.0.1:9/schema.json"
TREE = {
    "$defs": {
        "tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}}, "additionalProperties": False}
    },
    "$ref": "#/$defs/tree",
}


def nested(depth: int) -> Any:
    schema: Any = {"type": "integer"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


KEPT: list[tuple[FormKind, str, str, bool]] = [
    ("json_schema", json.dumps(PERSON), '{"name": "Ada", "age": 36}', True),
    ("json_schema", json.dumps(PERSON), '{"name": "Ada", "age": 3', False),
    ("json_schema", json.dumps(TREE), '{"left": {"left": {}}}', True),
    ("example", '{"name": "Ada", "tags": ["a"]}', '{"name": "", "tags": []}', True),
    ("example", "[1, 2.5]", "[", False),
    ("labels", "Positive\nNegative", "Negative", True),
    ("labels", "Positive\nNegative", "Neg", False),
    ("labels", 'a "b" \\\n<|im_end|>', 'a "b" \\', True),
    ("regex", r"\d{4}-\d\d", "2024-05", True),
    ("regex", r"a/b|c", "a/b", True),
    ("regex", r"\d{4}", "20245", False),
    ("grammar", 'start: "(" start ")" | "x"', "((x))", True),
    ("grammar", 'start: "(" start ")" | "x"', "((x)", False),
]


@pytest.mark.parametrize(("kind", "text", "answer", "kept"), KEPT)
def test_a_form_says_of_an_answer_whether_it_keeps_it(kind: FormKind, text: str, answer: str, kept: bool) -> None:
    assert read_form(kind, text).is_kept(answer) == kept


GROWS = "((a{100}){100}){100}"
REFUSED: list[tuple[FormKind, str, str]] = [
    ("json_schema", "", "write the JSON schema"),
    ("json_schema", "{", "is no JSON: "),
    ("json_schema", "NaN", "is no JSON: NaN is none"),
    ("json_schema", "[]", "is no JSON schema"),
    ("json_schema", "true", "is no JSON schema"),
    ("json_schema", '{"type": 5}', "type must be a string"),
    ("json_schema", '{"type": "strin"}', "Invalid type: strin"),
    ("json_schema", '{"properties": 5}', "properties must be an object"),
    ("json_schema", json.dumps({"$ref": REMOTE}), "Nothing is fetched"),
    ("json_schema", json.dumps({"properties": {"a": {"$ref": "file:///etc/passwd"}}}), "outside of it"),
    ("json_schema", json.dumps({"anyOf": [{"items": {"$dynamicRef": "other.json"}}]}), "outside of it"),
    ("json_schema", '{"$ref": "#/$defs/missing"}', "does not exist"),
    ("json_schema", '{"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}', "allows no text"),
    ("json_schema", json.dumps(nested(40)), "levels deep"),
    ("json_schema", "[" * 9_000 + "]" * 9_000, "levels deep"),
    ("json_schema", json.dumps({"enum": [*range(2_500)]}), "more than 2,000 values"),
    ("json_schema", '{"type": "array", "minItems": 1e9}', "has minItems 1000000000.0"),
    ("json_schema", '{"type": "array", "uniqueItems": true}', "uses uniqueItems"),
    ("json_schema", '{"oneOf": [{"type": "integer"}, {"type": "number"}]}', "write anyOf"),
    ("json_schema", '{"type": "integer", "minimum": 5, "maximum": 3}', "minimum (5) is greater"),
    (
        "json_schema",
        json.dumps({"allOf": [{"anyOf": [{"properties": {f"{i}{j}": {}}} for j in "ab"]} for i in range(14)]}),
        "alternatives multiply",
    ),
    ("example", "{'a': 1}", "is no JSON"),
    ("labels", " \n ", "one a line"),
    ("labels", "\n".join(map(str, range(201))), "201 labels"),
    ("labels", "x" * 201, "201 characters"),
    ("regex", "(", "unclosed group"),
    ("regex", "(?=a)b", "look-ahead"),
    ("regex", r"(a)\1", "backreferences"),
    ("regex", GROWS, "repetitions multiply"),
    ("json_schema", json.dumps({"type": "string", "pattern": GROWS}), f"pattern '{GROWS}', which is too large to be"),
    ("json_schema", json.dumps({"type": "string", "pattern": f"^{GROWS}$"}), "repetitions multiply"),
    ("json_schema", json.dumps({"patternProperties": {GROWS: {}}}), "repetitions multiply"),
    ("json_schema", json.dumps({"$defs": {"a": {"items": {"pattern": GROWS}}}, "$ref": "#/$defs/a"}), "multiply"),
    ("json_schema", json.dumps({"anyOf": [{"properties": {"a": {"pattern": "a{200000}"}}}]}), "repetitions multiply"),
    ("json_schema", '{"pattern": "("}', "pattern '(', which cannot be built"),
    ("grammar", f"start: /{GROWS}/", "repeats something 1,000,000 times in"),
    ("grammar", f"start: %json {json.dumps({'type': 'string', 'pattern': GROWS})}", "repetitions multiply"),
    ("grammar", 'start: (("a"{100}){100}){100}', "repeats something 1,000,000 times in"),
    ("grammar", 'start: T\nT: U{100}\nU: V{100}\nV: "x"{100}', "repeats something 1,000,000 times in"),
    ("grammar", "start: x", 'unknown name: "x"'),
    ("grammar", "start: start", "allows no text"),
    ("grammar", 'start: "a"{1000000}', "repeats something 1,000,000 times in"),
    ("grammar", "start: <|im_end|>", "one model's vocabulary"),
    ("grammar", "start: <[5]>", "one model's vocabulary"),
    ("grammar", f'start: %json {{"$ref": "{REMOTE}"}}', "nothing is fetched"),
    ("grammar", "a" * 20_001, "20,001 characters"),
]


@pytest.mark.parametrize(("kind", "text", "words"), REFUSED)
def test_what_is_no_form_is_refused_in_one_sentence_at_its_place(kind: FormKind, text: str, words: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidSetup) as refused:
        read_form(kind, text)
    assert refused.value.path == ("task", "form_text")
    message = str(refused.value)
    assert words in message
    assert "\n" not in message
    assert len(message) < 400
    assert time.process_time() - started < 20


TEXT = st.characters(exclude_characters="\x7f", exclude_categories=["Cs"])  # llguidance has that one in no text
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | st.text(TEXT, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(TEXT, max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON)
def test_an_example_is_of_its_own_form(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    form = read_form("example", text)
    assert json.loads(form.schema) == schema_of(value)
    assert grammars.matches(form.grammar, text)


@given(labels=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6), other=st.text(max_size=12))
def test_only_labels_are_labels(labels: list[str], other: str) -> None:
    text = "\n".join(labels)
    allowed = {line.strip() for line in text.splitlines() if line.strip()}
    if allowed and not any("\ud800" <= c <= "\udfff" for c in text):
        form = read_form("labels", text)
        assert all(form.is_kept(label) for label in allowed)
        assert form.is_kept(other) == (other in allowed)


@pytest.mark.parametrize(("kind", "text", "answer", "kept"), KEPT)
def test_after_words_of_ours_a_space_may_come_first(kind: FormKind, text: str, answer: str, kept: bool) -> None:
    spaced = grammars.with_space(read_form(kind, text).grammar)
    if kept:
        assert grammars.matches(spaced, f" {answer}")
        assert grammars.matches(spaced, answer)
    assert not grammars.matches(spaced, f"  {answer}")


def test_a_schema_asks_a_server_in_the_protocols_words() -> None:
    asked = read_form("json_schema", json.dumps(PERSON)).response_format
    assert asked == {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": PERSON}}


def joined_patterns(count: int) -> list[Any]:
    return [{"pattern": f"x{i}y"} for i in range(count)]


def chained(count: int) -> Any:
    """Each definition has a pattern and refers to the next."""
    definitions = {f"d{i}": {"$ref": f"#/$defs/d{i + 1}", "pattern": f"x{i}y"} for i in range(count)}
    return {"$defs": {**definitions, f"d{count}": {"type": "string"}}, "$ref": "#/$defs/d0"}


TERMS = " & ".join(rf"/(.|\n)*x{i}y(.|\n)*/" for i in range(30))
# Each took minutes and gigabytes, inside of llguidance, where no limit of its own ends it.
JOINED: list[tuple[FormKind, str]] = [
    ("grammar", f"start: T\nT: {TERMS}"),
    ("grammar", f"start: %json {json.dumps({'type': 'string', 'allOf': joined_patterns(30)})}"),
    ("json_schema", json.dumps({"type": "string", "allOf": joined_patterns(30)})),
    ("json_schema", json.dumps({"allOf": [{"type": "array", "items": part} for part in joined_patterns(30)]})),
    ("json_schema", json.dumps({"allOf": [{"patternProperties": {"a": part}} for part in joined_patterns(30)]})),
    ("json_schema", json.dumps(chained(30))),
    ("json_schema", json.dumps({"allOf": [{"multipleOf": n} for n in (2, 3, 5, 7, 11, 13, 17, 19)]})),
    ("json_schema", '{"type": "number", "multipleOf": 510510}'),
]


@pytest.mark.parametrize(("kind", "text"), JOINED)
def test_what_costs_twice_as_much_with_each_part_is_refused_before_it_is_built(
    kind: FormKind, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammars, "check_grammar", lambda _: pytest.fail("It was built."))
    with pytest.raises(InvalidSetup, match="8 is the most"):
        read_form(kind, text)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {f"k{i}": {"type": "string", "format": "date"} for i in range(40)}},
        {"anyOf": [{"type": "string", "pattern": f"^x{i}y$"} for i in range(40)]},
        {"$defs": {"d": {"type": "string", "format": "date"}}, "prefixItems": [{"$ref": "#/$defs/d"}] * 40},
        {"type": "number", "multipleOf": 0.01},
        TREE,
    ],
)
def test_many_checks_of_different_values_are_no_matter(schema: Any) -> None:
    assert read_form("json_schema", json.dumps(schema))


PATTERNS = [
    "",
    "^a|b$",
    r"\p{L}+",
    "(?i)abc",
    "a{1,1000000}",
    r"^[^/]+$",
    "[a-z&&[^b]]",
    r"\/",
    "(a{100}){100}",
    "a{20000}",
]


@pytest.mark.parametrize("pattern", [*PATTERNS, GROWS, "a{200000}", "(", r"\bx", "(?=a)", r"\cA"])
def test_a_pattern_is_taken_in_a_schema_where_it_is_as_a_form_of_its_own(pattern: str) -> None:
    said = []
    for kind, text in [("regex", pattern or "()"), ("json_schema", json.dumps({"type": "string", "pattern": pattern}))]:
        try:
            said.append(bool(read_form(kind, text)))
        except InvalidSetup:
            said.append(False)
    assert said == [pattern in PATTERNS] * 2


def test_patterns_are_looked_at_for_a_limited_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammars, "MOST_SECONDS", 0.1)
    many = {f"k{i}": {"pattern": f"a{{{9_000 + i}}}"} for i in range(400)}  # a few milliseconds each
    with pytest.raises(InvalidSetup, match="take too long to be looked at"):
        read_form("json_schema", json.dumps({"properties": many}))


def test_a_reference_means_the_same_to_who_counts_and_who_builds() -> None:
    inner = {"$id": "http://a.test/", "$defs": {"d": {"type": "string", "pattern": "a"}}, "$ref": "#/$defs/d"}
    for schema, words in [
        ({"$defs": {"d": {}}, "properties": {"a": inner}}, "second \\$id"),
        ({"$defs": {"d": {"$anchor": "there"}}, "$ref": "#there"}, "by an anchor"),
    ]:
        with pytest.raises(InvalidSetup, match=words):
            read_form("json_schema", json.dumps(schema))


def test_whether_an_answer_keeps_a_grammar_of_many_readings_is_said_in_time() -> None:
    form = read_form("grammar", 'start: s\ns: s s | "a"')
    assert form.is_kept("a" * 50)
    started = time.thread_time()
    assert not form.is_kept("a" * 1_600)  # took half a minute
    assert time.thread_time() - started < 5
