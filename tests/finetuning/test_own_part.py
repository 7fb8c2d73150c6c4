"""The sealed part of one's own rows: how answers like theirs are scored, and which rows are asked at all."""

import pytest

from playground.errors import InvalidSetup
from playground.evaluation import datasets, experiments, scorers
from playground.finetuning.held_out.own_part import OwnPart, own_part
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of
from playground.types import Message, Weights

LABELS = ("good", "bad")


def rows(name: str, answers: list[str], system: str = "") -> list[Row]:
    return [
        TrainingRow(messages=messages_of(f"{name} {number}?", system), answer=answer)
        for number, answer in enumerate(answers)
    ]


def part_of(answers: list[str], system: str = "") -> OwnPart:
    trained, looked = rows("learned", answers, system), rows("looked", answers[:1], system)
    return own_part("Mine", trained, looked, rows("sealed", answers, system), 90)


@pytest.mark.parametrize(
    ("answers", "scorer"),
    [
        (["good", "bad"] * 4, "label"),
        ([f'{{"n": {number}}}' for number in range(8)], "json_fields"),
        ([f"the {number}th house" for number in range(8)], "squad_f1"),
        ([f"The {number}th house " + "stands on a hill and has a red roof " * 3 for number in range(8)], "rouge"),
    ],
)
def test_answers_are_scored_by_what_they_look_like_and_their_references_are_right(
    answers: list[str], scorer: str
) -> None:
    found = part_of(answers)
    assert found.part.scorer.name == scorer
    ways = [found.part.technique("few", found.part.template, shots=True)]
    ways += [found.part.technique(str(number), one) for number, one in enumerate(found.instructions)]
    experiment = found.part.experiment(ways, [Weights()])
    experiments.check(experiment)
    dataset = datasets.load(experiment.data)
    built = scorers.build(experiment.scorer, dataset)
    assert all(built.score(item.references[0], item, dataset).score == 1 for item in dataset.items)
    shown = {item.input for item in found.part.shots}
    assert not shown & {item.input for item in (*found.part.items, *found.validation)}


def test_labels_are_shown_by_turns_and_a_brace_in_one_is_no_name() -> None:
    found = part_of(["{good}", "bad"] * 6)
    assert [item.references[0] for item in found.part.shots].count("bad") == 3
    assert found.part.template == "Answer with the label and nothing else.\n\n{input}"


def test_rows_share_their_system_message_and_others_are_counted() -> None:
    sealed = [*rows("sealed", ["one thing", "two things"] * 3, "Be brief."), *rows("other", ["three"])]
    found = own_part("Mine", rows("learned", ["a b"] * 8, "Be brief."), (), sealed, 90)
    assert found.part.role == "Be brief."
    few = own_part("Mine", rows("learned", ["a b"] * 8, "Be brief."), (), sealed, 4)
    assert (len(few.part.items), few.beyond, found.beyond) == (4, 2, 0)
    assert len(found.part.items) == 6
    assert found.left_out == 1
    assert found.part.technique("bare").task == {"role": "Be brief."}


def test_what_was_learned_is_not_asked() -> None:
    sealed = rows("sealed", ["one thing"] * 6)
    found = own_part("Mine", sealed[:1], (), sealed, 90)
    assert [item.input for item in found.part.items] == [f"sealed {number}?" for number in range(1, 6)]
    assert found.left_out == 1


def test_rows_that_cannot_be_asked_are_refused() -> None:
    turns = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    sealed: list[Row] = [TrainingRow(messages=turns, answer="d")] * 5
    sealed += [PreferenceRow(messages=messages_of(f"p {number}"), chosen="x", rejected="y") for number in range(5)]
    with pytest.raises(InvalidSetup, match="0 of the 10 held-out rows"):
        own_part("Mine", (), (), sealed, 90)
