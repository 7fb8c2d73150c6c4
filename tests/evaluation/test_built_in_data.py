"""What stands in the data: references that are right, texts that are there once, nothing an adapter was trained on."""

import json
import re
from collections import Counter
from random import Random
from typing import Any

import pytest

from playground.evaluation import datasets
from playground.evaluation.datasets.files import from_jsonl, from_yaml
from playground.evaluation.datasets.passages import PASSAGES
from playground.evaluation.datasets.puzzles import _names
from playground.evaluation.datasets.word_problems import compose_problems
from playground.evaluation.plan import DataChoice
from playground.finetuning.skills import SKILLS
from playground.skill_data.reading import read_items as trained_or_held_out
from playground.skill_data.reading import read_words

SUM = re.compile(r"(\d+) ([-+*/]) (\d+) = (\d+)")
STEPS = {"word_problems": 1, "word_problems_two_step": 2}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("part", ["asked", "shown"])
def test_worked_solutions_are_right_and_use_what_the_text_says(name: str, part: str) -> None:
    problems = compose_problems(f"{name}/scenarios.yaml", part, Random(1))
    for _ in range(1500):
        key, text, answer, worked = next(problems)
        known = re.findall(r"\d+", text)
        assert answer not in known, key
        sums = SUM.findall(worked)
        assert len(sums) == STEPS[name], (key, worked)
        for left, sign, right, result in sums:
            assert int(left) == {"+": int(result) - int(right), "-": int(result) + int(right)}.get(
                sign, int(result) / int(right) if sign == "*" else int(result) * int(right)
            ), worked
            assert {left, right} <= set(known), (key, worked)
            known.append(result)
        assert sums[-1][-1] == answer
        assert worked.endswith(f"The answer is {answer}.")
        assert not re.search(r"[{}]", text + worked)


def test_there_are_many_scenarios_and_all_operations_are_equally_many() -> None:
    rows = from_yaml("word_problems/scenarios.yaml")
    assert len(rows["asked"]) >= 20
    assert set(Counter(row["steps"][0].split()[1] for row in rows["asked"].values()).values()) == {7}
    assert rows["asked"].keys().isdisjoint(rows["shown"])
    first = [next(compose_problems("word_problems/scenarios.yaml", "asked", Random(seed)))[0] for seed in range(200)]
    assert len({key.rpartition("-")[0] for key in first}) > 20


def test_reviews_are_balanced_hard_enough_and_unknown_to_the_adapter() -> None:
    added = from_jsonl("sentiment/reviews.jsonl")
    assert Counter((row["label"], row["hard"]) for row in added) == {
        (label, hard): 16 if hard else 24 for label in ("Positive", "Negative", "Neutral") for hard in (True, False)
    }
    file = "sentiment/reviews.jsonl"
    known = {row["text"] for row in (*trained_or_held_out(file, "train"), *trained_or_held_out(file, "held_out"))}
    assert known.isdisjoint(row["text"] for row in added)


@pytest.mark.parametrize(("name", "skill"), [("sentiment", "sentiment"), ("extraction", "extraction")])
def test_nothing_that_is_asked_was_trained_on(name: str, skill: str) -> None:
    trained = "\n".join(example.input for example in SKILLS[skill].training(Random(SKILLS[skill].recipe.seed)))
    assert not [item for item in datasets.load(DataChoice(name=name, size=1000)).items if item.input in trained]


def test_what_an_order_should_give_stands_in_it_and_in_no_training_list() -> None:
    lists = read_words("extraction/orders.yaml")
    numbers = {**lists["number"], 13: "thirteen", 14: "fourteen", 17: "seventeen", 18: "eighteen", 19: "nineteen"}
    for item in datasets.load(DataChoice(name="extraction", size=1000)).items:
        record: dict[str, Any] = json.loads(item.references[0])
        assert list(record) == ["name", "item", "quantity", "day"]
        for key in ("name", "item", "day"):
            assert (record[key] or "").lower() in item.input.lower()
            assert key == "day" or record[key] not in lists[key]
        quantity = f"{record['quantity']}|{numbers.get(record['quantity'], '-')}"
        assert re.search(rf"\b(?:{quantity})\b", item.input, re.IGNORECASE)
        said = [day for day in lists["day"] if day in item.input]
        assert said == ([record["day"]] if record["day"] else [])


def test_passages_answer_their_questions_and_are_there_once() -> None:
    parts = from_yaml(PASSAGES)
    texts = [row["text"] for rows in parts.values() for row in rows]
    assert len(set(texts)) == len(texts) == 48
    for row in (row for rows in parts.values() for row in rows):
        assert 25 <= len(row["text"].split()) <= 80
        assert row["summary"].endswith(".")
        assert len(row["summary"].split()) <= 25 < len(row["text"].split()) + 1
        assert row["summary"] not in row["text"]
        for question, answers in row.get("questions", {}).items():
            assert question.endswith("?")
            assert any(answer.lower() in row["text"].lower() for answer in answers), question
            assert len(set(answers)) == len(answers) <= 16


def test_odd_sums_are_right() -> None:
    loaded = datasets.load(DataChoice(name="odd_sum", size=500, shots=32))
    for text, answer in [(i.input, i.references[0]) for i in loaded.items] + [
        (s.input, s.output) for s in loaded.shots
    ]:
        odd = [n for n in map(int, re.findall(r"\d+", text)) if n % 2]
        assert answer == ("No" if sum(odd) % 2 else "Yes")
    for shot in loaded.shots:
        numbers, total = re.search(r"\. ([\d +]+) = (\d+),", shot.reasoning).groups()  # type: ignore[union-attr]
        assert sum(map(int, numbers.split(" + "))) == int(total)


def test_last_letters_are_right_and_no_word_by_accident() -> None:
    for part in ("asked", "shown"):
        for text, answer, _ in _names(part, Random(0)):
            first, last = re.search(r'"(\S+) (\S+)"', text).groups()  # type: ignore[union-attr]
            assert answer == first[-1] + last[-1]
            assert answer not in re.findall(r"[a-z]+", text.lower())
            assert answer not in from_yaml("last_letters/names.yaml")["words"]
