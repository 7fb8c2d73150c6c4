"""Delimiters: the text to work on stands apart, fenced by a marker that does not occur in it."""

from dataclasses import dataclass

from playground.strategies.base import Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.replies import read_reply
from playground.types import Task

FENCED_AND_NAMED = "{input} Use only the text between the lines of {marker}.\n\n{marker}\n{material}\n{marker}"


@dataclass(frozen=True, kw_only=True)
class Delimiters(Strategy):
    """Material is fenced for every technique; this one needs some, and says in the prompt what the fence means."""

    name = "delimiters"
    title = "Delimiters"
    task_fields = ("role", "input", "material", "answer", "labels")
    required = ("input", "material")
    fenced = FENCED_AND_NAMED
    card = TechniqueCard(
        summary="Fences the text to work on with a marker that does not occur in it, and says so.",
        helps="Long texts, and texts that hold questions or instructions of their own.",
        fails=(
            "A fence is a hint and no wall: what stands inside may be obeyed all the same, and a small model may copy "
            "the marker. Which marker it is can change the answer."
        ),
        cost="1 call.",
        citation="Sclar et al. 2023, Quantifying Language Models' Sensitivity to Spurious Features in Prompt Design",
        url="https://arxiv.org/abs/2310.11324",
        figure="Evidence of what hangs on it: format alone moved accuracy by up to 76 points on LLaMA-2-13B.",
    )

    def run(self, task: Task, ask: Ask) -> Running:
        (completion,) = yield from ask("Answer", (*system_message(task.role), user_message(task.input)), answer_to=task)
        return read_reply(completion, task)
