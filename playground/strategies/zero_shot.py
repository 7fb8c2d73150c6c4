"""Zero-shot: the question, nothing else."""

from dataclasses import dataclass

from playground.strategies.base import Ask, Card, Running, Strategy, user
from playground.strategies.replies import read_reply
from playground.types import Task


@dataclass(frozen=True, kw_only=True)
class ZeroShot(Strategy):
    name = "zero_shot"
    title = "Zero-shot"
    task_fields = ("input", "answer", "labels")
    card = Card(
        summary="Asks the question and adds nothing.",
        helps="The baseline: every other technique has to beat it. Often enough for large instruction-tuned models.",
        fails="Small models miss the wanted format or the task itself; wording alone can move the result a lot.",
        cost="1 call.",
    )

    def run(self, task: Task, ask: Ask) -> Running:
        (completion,) = yield from ask("Answer", (user(task.input),))
        return read_reply(completion, task)
