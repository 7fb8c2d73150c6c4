"""Which objective suits the rows and the recipe."""

from collections.abc import Sequence
from typing import Any

from playground.errors import InvalidSetup
from playground.finetuning.objectives.answers import LearnAnswers
from playground.finetuning.objectives.base import Objective, ReadsAnswers
from playground.finetuning.objectives.distillation import LearnFromTeacher
from playground.finetuning.objectives.preferences import LearnPreferences
from playground.finetuning.objectives.reference import PlainModel
from playground.finetuning.preparation.rows import PreferenceRow, Row
from playground.finetuning.recipe import Recipe


def objective_of(
    model: Any, tokenizer: Any, rows: Sequence[Row], recipe: Recipe, teacher: ReadsAnswers | None = None
) -> Objective:
    """Preferences for pairs; a teacher's probabilities where there is one, or an instruction to learn; else answers.

    The model is the one that nothing has been attached to yet: without another teacher it is its own. Raises
    InvalidSetup for rows of both kinds, and for an instruction or a teacher with pairs.
    """
    kinds = {type(row) for row in rows}
    if len(kinds) > 1:
        raise InvalidSetup("Some rows have an answer, others a better and a worse one; train on one kind at a time.")
    if kinds == {PreferenceRow}:
        if teacher is not None:
            raise InvalidSetup("Pairs of answers are not learned from a teacher; choose none, or rows with one answer.")
        if recipe.instruction:
            rule = "pairs of answers teach no instruction; leave it empty, or give rows with one answer each."
            raise InvalidSetup(path=("recipe", "instruction"), value=recipe.instruction, rule=rule)
        return LearnPreferences(tokenizer, model.device, PlainModel(model), recipe.beta)
    if recipe.instruction or teacher is not None:
        reads = PlainModel(model) if teacher is None else teacher
        return LearnFromTeacher(tokenizer, model.device, reads, recipe.instruction, recipe.temperature)
    return LearnAnswers(tokenizer, model.device)
