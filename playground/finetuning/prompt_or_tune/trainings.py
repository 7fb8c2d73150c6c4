"""What is trained for the comparison, in order."""

from dataclasses import dataclass, replace

from playground.finetuning.held_out.sealed_part import SealedPart
from playground.finetuning.held_out.tasks import Task
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.prompt_or_tune.plan import VIRTUAL, Plan
from playground.finetuning.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One of the trainings: what its column is called, and what it learns."""

    name: str
    recipe: Recipe
    rows: tuple[TrainingRow, ...]


def trainings_of(task: Task, plan: Plan, shown: SealedPart) -> tuple[Training, ...]:
    """LoRA on more and more examples, then prompt tuning on all."""
    examples, _ = task.learnable(plan.validation, shown.shots, plan.seed)
    rows = tuple(
        TrainingRow(messages=messages_of(one.input), answer=one.output, id=str(number))
        for number, one in enumerate(examples, 1)
    )
    most = len(rows) if plan.most is None else min(plan.most, len(rows))
    sizes = sorted({min(size, most) for size in (plan.few, plan.more, most)})
    trainings = [Training(name=f"LoRA on {size}", recipe=plan.tuned, rows=rows[:size]) for size in sizes]
    if plan.virtual:
        virtual = replace(VIRTUAL, steps=plan.steps, seed=plan.seed)
        trainings.append(Training(name=f"Prompt tuning on {most}", recipe=virtual, rows=rows[:most]))
    return tuple(trainings)
