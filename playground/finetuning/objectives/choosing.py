"""Which objective suits the rows and the recipe."""

from collections.abc import Sequence
from typing import Any

from playground.errors import InvalidSetup
from playground.finetuning.objectives.answers import LearnAnswers
from playground.finetuning.objectives.base import Objective
from playground.finetuning.objectives.distillation import LearnFromTeacher
from playground.finetuning.objectives.preferences import LearnPreferences
from playground.finetuning.objectives.reference import PlainModel
from playground.finetuning.preparation.rows import PreferenceRow, Row
from playground.finetuning.recipe import Recipe


def objective_of(model: Any, tokenizer: Any, rows: Sequence[Row], recipe: Recipe) -> Objective:
    """Preferences for pairs, a teacher's probabilities where the recipe has an instruction to learn, else answers.

    The model is the one that nothing has been attached to yet. Raises InvalidSetup for rows of both kinds, and for an
    instruction with pairs.
    """
    kinds = {type(row) for row in rows}
    if len(kinds) > 1:
        raise InvalidSetup("Some rows have an answer, others a better and a worse one; train on one kind at a time.")
    if kinds == {PreferenceRow}:
        if recipe.instruction:
            rule = "pairs of answers teach no instruction; leave it empty, or give rows with one answer each."
            raise InvalidSetup(path=("recipe", "instruction"), value=recipe.instruction, rule=rule)
        return LearnPreferences(tokenizer, model.device, PlainModel(model), recipe.beta)
    if recipe.instruction:
        return LearnFromTeacher(tokenizer, model.device, PlainModel(model), recipe.instruction, recipe.temperature)
    return LearnAnswers(tokenizer, model.device)
