"""One letter may be written in two ways that look the same: no scorer tells them apart."""

import json
import unicodedata
from typing import Any

import pytest

from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice

TEXT = "Café Århus, 한국, Ǖber"
FORMS = [unicodedata.normalize("NFC", TEXT), unicodedata.normalize("NFD", TEXT)]


@pytest.mark.parametrize("answer", FORMS)
@pytest.mark.parametrize("reference", FORMS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("exact", {}), ("exact", {"strict": True}), ("contains", {}), ("contains", {"case": True}),
        ("contains", {"whole_words": True}), ("regex", {}), ("regex", {"full": True}), ("regex", {"case": False}),
        ("regex", {"pattern": "(.*)", "compare": True}), ("squad_em", {}), ("squad_f1", {}),
        ("rouge", {}), ("bleu", {}), ("chrf", {}),
    ],
)  # fmt: skip
def test_both_ways_to_write_a_letter_are_one(name: str, options: dict[str, Any], answer: str, reference: str) -> None:
    items = (Item(id="i", input="q", references=(reference,)),)
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    scorer = scorers.build(ScorerChoice(name=name, options=options), dataset)
    assert scorer.score(answer, items[0], dataset).score == pytest.approx(1)


@pytest.mark.parametrize("said", FORMS)
@pytest.mark.parametrize("wanted", FORMS)
def test_in_json_and_in_constraints(said: str, wanted: str) -> None:
    record = {wanted: [{wanted: wanted}]}
    answer = json.dumps({said: [{said: said}]}, ensure_ascii=False)
    schema = {"required": [wanted], "properties": {wanted: {"items": {"properties": {wanted: {"const": wanted}}}}},
              "additionalProperties": False}  # fmt: skip
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("json_fields", answer, {}), ("json_fields", answer, {"strict": False}),
        ("json_schema", answer, {"schema": json.dumps(schema)}),
        ("constraints", said, {"starts_with": wanted, "ends_with": wanted, "includes": [wanted]}),
        ("constraints", said, {"excludes": ["nothing"], "max_characters": 200}),
    ]  # fmt: skip
    for name, text, options in cases:
        items = (Item(id="i", input="q", references=(json.dumps(record),)),)
        dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
        scorer = scorers.build(ScorerChoice(name=name, options=options), dataset)
        assert scorer.score(text, items[0], dataset).score == 1, name


def test_accents_still_count() -> None:
    items = (Item(id="i", input="q", references=("Café",)),)
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    for name in ("exact", "contains", "squad_em"):
        assert scorers.build(ScorerChoice(name=name), dataset).score("Cafe", items[0], dataset).score == 0
