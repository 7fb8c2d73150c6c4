"""Zero-shot: the question, nothing else but a role and material, where the task has them."""

from dataclasses import dataclass

from playground.strategies.base import Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.replies import read_reply
from playground.types import Task


@dataclass(frozen=True, kw_only=True)
class ZeroShot(Strategy):
    name = "zero_shot"
    title = "Zero-shot"
    task_fields = ("input", "answer", "labels")
    card = TechniqueCard(
        summary="Asks the question and adds nothing.",
        helps="The baseline: every other technique has to beat it. Often enough for large instruction-tuned models.",
        fails="Small models miss the wanted format or the task itself; wording alone can move the result a lot.",
        cost="1 call.",
    )

    def run(self, task: Task, ask: Ask) -> Running:
        (completion,) = yield from ask("Answer", (*system_message(task.role), user_message(task.input)), answer_to=task)
        return read_reply(completion, task)
