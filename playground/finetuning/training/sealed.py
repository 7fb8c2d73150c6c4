"""The one judgement at the end: the loss on rows that were neither learned nor looked at, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.finetuning.objectives.base import Objective, ReadsAnswers
from playground.finetuning.objectives.choosing import objective_of
from playground.finetuning.objectives.reference import PlainModel
from playground.finetuning.preparation.rows import Row
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.loss import mean_loss
from playground.formats import format_count

MOST_SEALED = 128  # rows that are read: more would hardly change the mean, and take their time twice


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRows:
    """The rows as the objective takes them, and their mean loss with the model as it was."""

    objective: Objective
    encoded: Sequence[Any]
    before: float

    def judge(self, learner: ReadsAnswers) -> float:
        """The mean loss with what learned."""
        return mean_loss(self.objective, learner, self.encoded)

    def words(self, after: float) -> str:
        """What is said of it."""
        rows = format_count(len(self.encoded), "row")
        return (
            f"On {rows} sealed for the end the loss is {after:.3f}; with the model as it was it is {self.before:.3f}."
        )


def seal(
    model: Any, tokenizer: Any, rows: Sequence[Row], recipe: Recipe, teacher: ReadsAnswers | None = None
) -> SealedRows:
    """Of a model that nothing has been attached to yet, and at least one row; the first ones are read."""
    objective = objective_of(model, tokenizer, rows[:MOST_SEALED], recipe, teacher)
    encoded = list(objective.encode(rows[:MOST_SEALED]))
    return SealedRows(objective=objective, encoded=encoded, before=mean_loss(objective, PlainModel(model), encoded))
