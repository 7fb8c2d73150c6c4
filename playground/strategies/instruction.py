"""Instruction: task, format, length and audience, each stated in a line of its own."""

from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.parameters import text
from playground.strategies.base import Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.replies import read_reply
from playground.types import Task

TASK = "Task: {}"
FORMAT = "Format: {}"
LENGTH = "Length: {}"
AUDIENCE = "Audience: {}"


@dataclass(frozen=True, kw_only=True)
class Instruction(Strategy):
    name = "instruction"
    title = "Instruction"
    task_fields = ("role", "input", "answer", "labels")
    card = TechniqueCard(
        summary="States the task, the format, the length and the audience outright.",
        helps="Work whose form matters: says in a line what examples would have to show.",
        fails=(
            "A small model counts badly and misses lengths; which format is asked for can cost accuracy, and the one "
            "that suits a model does not suit the next."
        ),
        cost="1 call.",
        citation="Sclar et al. 2023, Quantifying Language Models' Sensitivity to Spurious Features in Prompt Design",
        url="https://arxiv.org/abs/2310.11324",
        figure="Evidence of what hangs on it: format alone moved accuracy by up to 76 points on LLaMA-2-13B.",
    )

    format: str = text(max_length=1_000, help="What the answer looks like, such as: three bullet points.")
    length: str = text(max_length=200, help="How long it is, such as: at most 40 words.")
    audience: str = text(max_length=1_000, help="Who will read the answer.")

    def check(self, task: Task) -> None:
        super().check(task)
        if not any(said.strip() for said in (self.format, self.length, self.audience)):
            rule = "instruction needs a format, a length, an audience or several of these."
            raise InvalidSetup(path=("options", "format"), value="", rule=rule)

    def run(self, task: Task, ask: Ask) -> Running:
        stated = ((TASK, task.input), (FORMAT, self.format), (LENGTH, self.length), (AUDIENCE, self.audience))
        prompt = "\n".join(line.format(said) for line, said in stated if said.strip())
        (completion,) = yield from ask("Answer", (*system_message(task.role), user_message(prompt)), answer_to=task)
        return read_reply(completion, task)
