"""No scorer takes longer than its share, whatever a model, or a stranger who wrote the references, may say."""

import inspect
import json
import time
from typing import Any

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import datasets, scorers
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.evaluation.scorers import SCORERS, Scorer, Verdict, matching, schema_keywords
from playground.evaluation.scorers.base import LONGEST_ANSWER
from playground.evaluation.scorers.overlap import _rouge, _shared_order, longest_common
from playground.evaluation.scorers.schema import Schema
from playground.types import MAX_TEXT


def own(*references: str, answer: str = "text", count: int = 1, **data: Any) -> Dataset:
    items = tuple(Item(id=f"i{n}", input="q", references=references) for n in range(count))
    return datasets.load(DataChoice(name="own", items=items, shots=0, answer=answer, **data))


def verdict(name: str, answer: str, *references: str, **options: Any) -> Verdict:
    dataset = own(*references)
    return scorers.build(ScorerChoice(name=name, options=options), dataset).score(answer, dataset.items[0], dataset)


OPTIONS: dict[str, dict[str, Any]] = {
    "regex": {"pattern": "(a|aa)+$"},
    "json_schema": {"schema": '{"uniqueItems": true}'},
    "constraints": {"includes": ["a a a"], "excludes": ["b"], "min_words": 1},
}
REFERENCE = {"numeric": "1", "json_fields": '{"a": 1}', "label": "A", "function_calls": "[]"}
FLOODS = ["a " * 100_000, "a" * 200_000, "answer is " * 20_000, "[" * 200_000, "1," * 100_000, "(" * 200_000,
          json.dumps([{"a": n} for n in range(9000)]), "." * 200_000, "\n" * 200_000, "e\u0301" * 100_000,
          "<tool_call>" * 15_000, '<tool_call>{"name": "a", "arguments": {}}' * 4000]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in SCORERS if name != "judge"])
def test_every_scorer_ends_soon_on_every_flood(name: str) -> None:
    data: dict[str, Any] = {"answer": "choice", "labels": tuple("ABCDE")} if name == "label" else {}
    reference = REFERENCE.get(name, "a " * 900)
    dataset = own(reference, **data)
    scorer = scorers.build(ScorerChoice(name=name, options=OPTIONS.get(name, {})), dataset)
    before = time.process_time()
    for answer in FLOODS:
        assert 0 <= scorer.score(answer, dataset.items[0], dataset).score <= 1
    assert time.process_time() - before < 30  # of them all; one took as long before


@pytest.mark.parametrize("name", [name for name in SCORERS if name != "judge"])
def test_what_is_cut_is_said(name: str) -> None:
    scorer_class = SCORERS[name]
    assert scorer_class.score is Scorer.score, "which is where answers are cut"
    assert scorer_class.longest in (LONGEST_ANSWER, MAX_TEXT)
    data: dict[str, Any] = {"answer": "choice", "labels": tuple("ABCDE")} if name == "label" else {}
    dataset = own(REFERENCE.get(name, "a"), **data)
    scorer = scorers.build(ScorerChoice(name=name, options=OPTIONS.get(name, {})), dataset)
    whole, cut = (scorer.score("x" * n, dataset.items[0], dataset) for n in (scorer.longest, scorer.longest + 1))
    assert "characters were scored" not in whole.note
    assert cut.note.endswith(f"Only the first {scorer.longest:,} characters were scored.")


# -------------------------------------------------------------------------------------------------- patterns
@pytest.mark.parametrize(
    ("references", "message"),
    [
        (["x" * 201], "Item 'i0' has a reference of more than 200 characters"),
        ([f"p{n}" for n in range(101)], "The items have 101 different patterns as references; 100 is the most"),
    ],
)
def test_patterns_of_items_are_counted(references: list[str], message: str) -> None:
    items = tuple(Item(id=f"i{n}", input="q", references=(one,)) for n, one in enumerate(references))
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0, size=200))
    with pytest.raises((InvalidSetup, LimitReached), match=message):
        scorers.build(ScorerChoice(name="regex"), dataset)
    # As what the pattern finds, they are no patterns.
    scorers.build(ScorerChoice(name="regex", options={"pattern": "(.*)", "compare": True}), dataset)


def test_patterns_are_read_when_it_is_run_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    asked = []

    def slow(pattern: str, case: bool) -> Any:
        asked.append(pattern)
        now[0] += 1.0
        return re2.compile(pattern)

    monkeypatch.setattr(matching, "compile_pattern", slow)
    monkeypatch.setattr(matching.time, "monotonic", lambda: now[0])
    items = tuple(Item(id=f"i{n}", input="q", references=(f"p{n}",)) for n in range(90))
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0, size=200))
    for _ in range(3):
        asked.clear()
        scorer = scorers.build(ScorerChoice(name="regex"), dataset)  # as each look at the plan does
        assert len(asked) == 1
    asked.clear()
    with pytest.raises(LimitReached, match="patterns took more than 5 s to be read"):
        scorer.prepare(dataset)
    assert len(asked) == 6


def test_a_pattern_that_a_look_did_not_come_to_is_named_when_it_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "AT_ONCE", -1.0)
    items = tuple(Item(id=f"i{n}", input="q", references=(one,)) for n, one in enumerate(["a", "("]))
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    scorer = scorers.build(ScorerChoice(name="regex"), dataset)
    with pytest.raises(InvalidSetup, match="Item 'i1' has a reference that is no pattern"):
        scorer.prepare(dataset)


def test_a_compiled_pattern_is_small() -> None:
    with pytest.raises(InvalidSetup, match="too large"):
        matching.compile_pattern(".{500}" * 33)


# ---------------------------------------------------------------------------------------------------- overlap
words = st.lists(st.sampled_from(["red", "blue", "cats", "dog", "running", "on", "é", "x1"]), max_size=12)


@given(words, words, st.booleans())
def test_rouge_l_is_that_of_rouge_score(answer: list[str], reference: list[str], stem: bool) -> None:
    scorer = _rouge("rougeL", stem)
    said, wanted = " ".join(answer), " ".join(reference)
    assert _shared_order(scorer, said, wanted) == pytest.approx(scorer.score(wanted, said)["rougeL"].fmeasure)


def test_the_longest_common_subsequence_of_very_long_texts() -> None:
    one = [f"w{n % 97}" for n in range(10_000)]
    assert longest_common(one, one) == len(one)
    assert longest_common([], one) == longest_common(one, []) == 0


@pytest.mark.parametrize("name", ["rouge", "bleu", "chrf", "squad_f1"])
def test_references_have_a_size_too(name: str) -> None:
    with pytest.raises(InvalidSetup, match="references of more than 60,000 characters"):
        scorers.build(ScorerChoice(name=name), own(*["x" * 5000] * 16))
    with pytest.raises(InvalidSetup, match="more than 1,000 words"):
        scorers.build(ScorerChoice(name="rouge"), own("a-" * 1001))


# ----------------------------------------------------------------------------------------------------- schemas
EVIL = "(a+)+$"  # which Python's own `re` would try for ever
RE2_ONLY = {"pattern": EVIL}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "schema",
    [
        {"$schema": DRAFT, "properties": {"a": RE2_ONLY}},
        {"properties": {"a": {"$schema": DRAFT, **RE2_ONLY}}},
        {"properties": {"a": {"$schema": "http://json-schema.org/draft-07/schema#", **RE2_ONLY}}},
        {"$schema": DRAFT, "properties": {"b": {"$ref": "#"}, "a": RE2_ONLY}},
        {"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"$schema": DRAFT, "properties": {"a": RE2_ONLY}}}},
    ],
)
def test_no_part_of_a_schema_gets_rid_of_the_limits(schema: dict[str, Any]) -> None:
    answer = json.dumps({"b": {"a": "a" * 5000 + "!"}, "a": "a" * 5000 + "!"})
    before = time.process_time()
    assert "aaa" in Schema(json.dumps(schema)).fault(json.loads(answer))
    assert time.process_time() - before < 15


@pytest.mark.parametrize(
    ("value", "unique"),
    [
        ([1, 1.0], False), ([1, True], True), ([0, False], True), ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False),
        ([[1, 2], [2, 1]], True), (["1", 1], True), ([None, False, 0, ""], True), ([[True], [1]], True),
        ([{"a": [1.0]}, {"a": [1]}], False), ([], True), (["e\u0301", "é"], False), ([1e3, 1000], False),
    ],
)  # fmt: skip
def test_unique_items(value: list[Any], unique: bool) -> None:
    fault = Schema('{"uniqueItems": true}').fault(value)
    assert (fault == "") == unique


HEAVY: dict[str, tuple[Any, Any]] = {
    "unique objects": ({"uniqueItems": True}, [{"a": n} for n in range(5000)]),
    "unique, again and again": ({"allOf": [{"uniqueItems": True}] * 500}, [{"a": n} for n in range(5000)]),
    "a long enum for each": ({"items": {"enum": [[n] for n in range(2500)]}}, [[-1]] * 5000),
    "many required": ({"items": {"required": [f"k{n}" for n in range(2000)]}}, [{}] * 5000),
    "places not looked at": (
        {"allOf": [{"prefixItems": [{}] * 400}] * 3, "prefixItems": [{}] * 400, "unevaluatedItems": False},
        [1] * 20_000,
    ),
    "many properties": ({"items": {"properties": {f"k{n}": {} for n in range(1000)}}}, [{}] * 8000),
}  # fmt: skip


@pytest.mark.parametrize("case", HEAVY)
def test_a_heavy_schema_is_given_up(case: str) -> None:
    schema, value = HEAVY[case]
    before = time.process_time()
    fault = Schema(json.dumps(schema)).fault(value)
    assert time.process_time() - before < 15
    assert (
        not fault
        or "could not be checked" in fault
        or "required" in fault
        or "not one of" in fault
        or "expected" in fault
    )


def test_a_schema_is_looked_at_with_the_same_limits() -> None:
    before = time.process_time()
    with pytest.raises(InvalidSetup, match="is too long, or nested too deeply"):
        Schema(json.dumps({"type": [{"a": n} for n in range(2000)]}))
    with pytest.raises(InvalidSetup, match="more than 100 patterns"):
        Schema(json.dumps({"anyOf": [{"pattern": f"p{n}"} for n in range(101)]}))
    assert time.process_time() - before < 15


def test_anchors_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import referencing

    calls = 0
    crawl = referencing.Registry.crawl

    def counted(registry: Any) -> Any:
        nonlocal calls
        calls += bool(registry._uncrawled)
        return crawl(registry)

    monkeypatch.setattr(referencing.Registry, "crawl", counted)
    anchors = {f"d{n}": {"$anchor": f"a{n}", "type": "integer"} for n in range(200)}
    schema = Schema(json.dumps({"$defs": anchors, "anyOf": [{"$ref": f"#a{n}"} for n in range(200)]}))
    assert schema.fault("x")
    assert schema.fault(1) == ""
    assert calls <= 2


def test_what_is_spent_is_counted_for_each_thread() -> None:
    spent = schema_keywords.StepBudget()
    spent.take("enum", [1, 2, 3], None)
    assert (spent.steps, spent.comparisons) == (1, 3)
    spent.begin()
    assert (spent.steps, spent.comparisons) == (0, 0)
    assert "local" in str(inspect.getmro(schema_keywords.StepBudget))


def test_no_scorer_promises_what_nothing_shows() -> None:
    for scorer in SCORERS.values():
        assert "beside the table" not in scorer.about
