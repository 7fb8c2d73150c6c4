"""Role: say who answers, in the system message."""

from dataclasses import dataclass

from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.replies import (
    explain_broken_form,
    explain_missing_answer,
    keeps_form,
    spoken_text,
)
from playground.types import Task


@dataclass(frozen=True, kw_only=True)
class Role(Strategy):
    name = "role"
    title = "Role"
    task_fields = ("role", "input")
    required = ("role", "input")
    card = TechniqueCard(
        summary="Tells the model who it is before asking.",
        helps="Sets tone, audience and length in one place, for a whole conversation.",
        fails="Does not add knowledge: 162 personas on 2,410 factual questions brought no gain (arXiv 2311.10054).",
        cost="1 call.",
        citation="Zheng et al. 2023, When \u201cA Helpful Assistant\u201d Is Not Really Helpful",
        url="https://arxiv.org/abs/2311.10054",
        figure="Evidence against: no improvement over no persona on factual questions.",
    )

    def run(self, task: Task, ask: Ask) -> Running:
        (completion,) = yield from ask("Answer", (*system_message(task.role), user_message(task.input)), answer_to=task)
        if not keeps_form(completion, task):
            return Answer(text="", how=explain_broken_form(completion, task))
        text = spoken_text(completion)
        return Answer(text=text, how="" if text else explain_missing_answer(completion, "text"))
