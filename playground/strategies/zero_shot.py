"""Zero-shot: the question, nothing else."""

from dataclasses import dataclass

from playground.strategies.answers import extract
from playground.strategies.base import Ask, Card, Running, Strategy, user
from playground.types import Answer, Task


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
        return read(completion.text, task)


def read(text: str, task: Task) -> Answer:
    """The answer in a reply that was not asked to reason: its first match of the wanted kind."""
    found = extract(text, task.answer, task.labels)
    if found is None:
        return Answer(text=text.strip(), how=f"No {task.answer.replace('_', '/')} in the reply; this is all of it.")
    return Answer(
        text=found, how="" if task.answer == "text" else f"First {task.answer.replace('_', '/')} in the reply."
    )
