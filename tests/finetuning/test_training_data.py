"""The data that trainings begin with: parts have no item in common, and the seed decides."""

import pytest

from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.skills import SKILLS
from playground.finetuning.training_data import MOST_VALIDATION, PAIRS, PROMPTS, built_in, left_out_text, split
from playground.formats import format_count


@pytest.mark.parametrize("name", [*SKILLS, PAIRS])
def test_what_is_looked_at_is_not_learned(name: str) -> None:
    data = built_in(name, seed=3)
    parts = split(data, None, 0.1, seed=3)
    learned = set(map(data.key, parts.training))
    seen = list(map(data.key, parts.validation))
    assert seen
    assert len(seen) == len(set(seen)) <= MOST_VALIDATION
    assert not learned & set(seen)
    assert len(data.prompts) == PROMPTS
    assert not learned & {data.key(TrainingRow(messages=prompt, answer="")) for prompt in data.prompts}


def test_what_is_left_out_is_counted() -> None:
    data = built_in("sentiment", 0)
    parts = split(data, 200, 0.2, 0)
    assert parts.unused == len(data.rows) - 200
    assert parts.repeats > 0
    assert len(parts.training) + len(parts.validation) + parts.repeats == 200
    assert left_out_text(parts) == (
        f"{parts.unused:,} rows left out, more than were to be used. "
        f"{format_count(parts.repeats, 'row')} left out, asking again what is looked at."
    )
    whole = split(built_in(PAIRS, 0), None, 0.1, 0)
    assert left_out_text(whole) == ""


def test_a_review_is_one_item_in_all_its_wordings() -> None:
    skill = SKILLS["sentiment"]
    text = "The soup was cold."
    worded = [f"What is the sentiment of this review?\n\n{text}", f"{text}\n\nSentiment:", text]
    assert {skill.core(prompt) for prompt in worded} == {text}


def test_the_seed_decides() -> None:
    parts = [split(built_in("pirate", seed), 100, 0.2, seed) for seed in (1, 1, 2)]
    assert parts[0] == parts[1] != parts[2]
    assert len(parts[0].training) + len(parts[0].validation) <= 100


def test_prompts_that_are_looked_at_want_different_answers() -> None:
    truths = {item.prompt: item.truth for item in SKILLS["sentiment"].held_out()}
    looked_at = [truths[prompt[-1].content] for prompt in built_in("sentiment", 0).prompts]
    assert sorted(looked_at) == ["Negative", "Neutral", "Positive"]
    assert built_in("sentiment", 1).prompts == built_in("sentiment", 0).prompts
