"""The data: well formed, balanced, and nothing that is held out is trained on."""

import json
import re
from collections import Counter
from random import Random

import pytest

from playground.finetuning.skills import SKILLS, Skill, pirate
from playground.skill_data import orders, reviews
from playground.skill_data.reading import fill_pattern, read_items, read_words

FIELDS = {
    "sentiment/reviews.jsonl": {"train": {"text", "label", "hard"}, "held_out": {"text", "label", "hard"}},
    "extraction/orders.jsonl": {"held_out": {"text", *orders.KEYS}},
    "pirate/questions.jsonl": {"train": {"question", "answer"}, "held_out": {"question", "keywords"}},
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_item_has_its_fields_and_is_there_once(name: str) -> None:
    texts = []
    for part, wanted in FIELDS[name].items():
        rows = read_items(name, part)  # type: ignore[arg-type]
        assert len(rows) >= 60
        assert [row for row in rows if set(row) != {"part", *wanted}] == []
        texts += [(row.get("text") or row["question"]).lower() for row in rows]
    assert len(set(texts)) == len(texts)
    assert all(text == text.strip() and len(text) < 200 for text in texts)


@pytest.mark.parametrize("part", ["train", "held_out"])
def test_sentiment_is_balanced_and_has_hard_ones(part: str) -> None:
    rows = read_items("sentiment/reviews.jsonl", part)  # type: ignore[arg-type]
    counts = Counter((row["label"], row["hard"]) for row in rows)
    assert {label for label, _ in counts} == set(reviews.LABELS)
    assert len({counts[label, False] for label in reviews.LABELS}) == 1
    assert len({counts[label, True] for label in reviews.LABELS}) == 1
    assert sum(row["hard"] for row in rows) >= 0.3 * len(rows)


def test_composed_reviews_have_one_label_each() -> None:
    composed = reviews.compose_reviews(Random(0), 200)
    assert Counter(label for _, label in composed) == dict.fromkeys(reviews.LABELS, 200)
    assert len({text for text, _ in composed}) == len(composed)
    assert not any(re.search("[{}]", text) for text, _ in composed)


def test_what_an_order_should_give_stands_in_it() -> None:
    numbers = read_words("extraction/orders.yaml")["number"]
    found = orders.compose_orders(Random(0), 500)
    found += [
        (row["text"], {k: row[k] for k in orders.KEYS}) for row in read_items("extraction/orders.jsonl", "held_out")
    ]
    for text, record in found:
        for key in ("name", "item", "day"):
            assert (record[key] or "").lower() in text.lower()
        said = (str(record["quantity"]), numbers.get(record["quantity"], "?"))
        assert any(form in text.lower() for form in said) or "seventeen" in text


def test_held_out_orders_share_no_word_list_and_no_frame_with_training() -> None:
    lists = read_words("extraction/orders.yaml")
    frames = {re.sub(r"\{\w+\}", "_", pattern).lower() for pattern in lists["patterns"]}
    for row in read_items("extraction/orders.jsonl", "held_out"):
        assert row["name"] not in lists["name"]
        assert row["item"] not in lists["item"]
        number = lists["number"].get(row["quantity"], "none")
        values = [str(v) for v in (row["name"], row["item"], row["day"], row["quantity"], number) if v]
        frame = re.sub("|".join(sorted(map(re.escape, values), key=len, reverse=True)), "_", row["text"], flags=re.I)
        assert frame.lower() not in frames


@pytest.mark.parametrize("skill", SKILLS.values(), ids=SKILLS.keys())
def test_no_held_out_prompt_is_trained_on(skill: Skill) -> None:
    trained = {example.input for example in skill.training(Random(skill.recipe.seed))}
    held_out = skill.held_out()
    assert len(held_out) >= 50
    assert trained.isdisjoint(item.prompt for item in held_out)
    for item in held_out:
        text = item.prompt.rsplit("Sentence: ")[-1].rsplit("Review: ")[-1]
        assert not any(text in prompt for prompt in trained)
    assert skill.example["task"]["input"] not in trained


@pytest.mark.parametrize("skill", SKILLS.values(), ids=SKILLS.keys())
def test_training_examples_depend_on_the_seed_alone(skill: Skill) -> None:
    assert skill.training(Random(1)) == skill.training(Random(1)) != skill.training(Random(2))


def test_no_list_fills_two_gaps_with_one_word() -> None:
    assert {fill_pattern("{a} and {a}", {"a": ["b", "c"]}, Random(seed)) for seed in range(9)} == {"B and c", "C and b"}
    assert fill_pattern("a {x}", {"x": ["apple"]}, Random(0)) == "An apple"


RIGHT = {"name": "Ann", "item": "eggs", "quantity": 2, "day": None}


@pytest.mark.parametrize(
    ("name", "answer", "truth", "passed"),
    [
        ("sentiment", "Positive", "Positive", 2),
        ("sentiment", "It is positive.", "Positive", 1),
        ("sentiment", "Positive or Negative", "Negative", 0),
        ("extraction", json.dumps(RIGHT), RIGHT, 3),
        ("extraction", json.dumps({**RIGHT, "quantity": "2"}), RIGHT, 2),
        ("extraction", '{"name": "Ann"}', RIGHT, 1),
        ("extraction", f"```json\n{json.dumps(RIGHT)}\n```", RIGHT, 0),
        ("extraction", "[1]", RIGHT, 0),
        ("pirate", "Arr, matey! It be Rome.", ["Rome"], 3),
        ("pirate", "It is Rome.", ["Rome"], 1),
        ("pirate", "Arr, matey! It be Romeo.", ["Rome"], 1),
        ("pirate", "Arr, arr, arr! It be Rome.", ["Rome"], 1),
        ("pirate", "They farm apples for you and me.", ["Rome"], 0),
    ],
)  # fmt: skip
def test_measures(name: str, answer: str, truth: object, passed: int) -> None:
    assert sum(SKILLS[name].marks(answer, truth).values()) == passed


def test_a_telling_replaces_whole_words_and_keeps_capitals() -> None:
    voice = {"words": {"is": "be", "my": "me", "of": "o'"}, "opening": ["Arr!"], "closing": ["Savvy?"]}
    told = pirate.retell("My island is full of fish; isn't it?", Random(0), voice)
    assert told == "Arr! Me island be full o' fish; isn't it? Savvy?"
