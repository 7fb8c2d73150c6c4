"""Rereading, RE2: the question twice, then chain of thought (Xu et al. 2023, arXiv 2309.06275)."""

from dataclasses import dataclass, replace

from playground.strategies.base import Ask, Running, Strategy, TechniqueCard
from playground.strategies.chain_of_thought import REASON, reason_and_read
from playground.strategies.parts.calls import Calls
from playground.types import Task

AGAIN = "{question}\nRead the question again: {question}"


@dataclass(frozen=True, kw_only=True)
class Rereading(Strategy):
    name = "rereading"
    title = "Rereading"
    task_fields = ("role", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="Gives the question twice before the model reasons: the second time it is read with all of it known.",
        helps="Questions whose end decides how their beginning is to be read, and models that overlook a condition.",
        fails=(
            "It adds no knowledge and no arithmetic, a small model may take it for two questions, and a long input is "
            "paid for twice."
        ),
        cost="2 calls, with the question twice in each.",
        citation="Xu et al. 2023, Re-Reading Improves Reasoning in Large Language Models",
        url="https://arxiv.org/abs/2309.06275",
    )

    def calls(self, task: Task) -> Calls:
        return Calls(1, 2)  # a thought that was cut has no answer

    def run(self, task: Task, ask: Ask) -> Running:
        return (yield from reason_and_read(ask, replace(task, input=AGAIN.format(question=task.input)), REASON))
