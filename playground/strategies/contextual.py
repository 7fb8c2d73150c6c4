"""Contextual: the situation and the audience, then the task."""

from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.parameters import text
from playground.strategies.base import Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.replies import read_reply
from playground.types import Task

SITUATION = "Situation: {}"
AUDIENCE = "Audience: {}"


@dataclass(frozen=True, kw_only=True)
class Contextual(Strategy):
    name = "contextual"
    title = "Contextual"
    task_fields = ("role", "input", "answer", "labels")
    card = TechniqueCard(
        summary="Tells the situation and the audience before the task.",
        helps="Requests that mean something else in another situation: tone, level, what may be taken for granted.",
        fails=(
            "It adds no knowledge but what you write. A background that has no bearing on the question can lead the "
            "model astray, and costs prompt tokens on every call."
        ),
        cost="1 call with a longer prompt.",
    )

    situation: str = text(max_length=10_000, lines=2, help="What is going on, as far as it matters for the answer.")
    audience: str = text(max_length=1_000, help="Who will read the answer.")

    def check(self, task: Task) -> None:
        super().check(task)
        if not self.situation.strip() and not self.audience.strip():
            rule = "contextual needs a situation, an audience or both."
            raise InvalidSetup(path=("options", "situation"), value="", rule=rule)

    def run(self, task: Task, ask: Ask) -> Running:
        context = ((SITUATION, self.situation), (AUDIENCE, self.audience))
        lines = [line.format(said.strip()) for line, said in context if said.strip()]
        prompt = "\n".join([*lines, "", task.input])
        (completion,) = yield from ask("Answer", (*system_message(task.role), user_message(prompt)), answer_to=task)
        return read_reply(completion, task)
