"""Few-shot: demonstrations in context, no gradient updates (Brown et al. 2020, arXiv 2005.14165)."""

from dataclasses import dataclass
from typing import Literal

from playground.parameters import choice, text
from playground.strategies.base import (
    Ask,
    Running,
    Strategy,
    TechniqueCard,
    assistant_message,
    system_message,
    user_message,
)
from playground.strategies.parts.replies import read_reply
from playground.types import Message, Task


@dataclass(frozen=True, kw_only=True)
class FewShot(Strategy):
    name = "few_shot"
    title = "Few-shot"
    task_fields = ("role", "examples", "input", "answer", "labels")
    required = ("examples", "input")
    card = TechniqueCard(
        summary="Shows the model worked examples before the question.",
        helps="Fixes format, label set and tone without training; the strongest cheap step for small models.",
        fails="Order, balance and choice of the examples sway the answer; each one costs prompt tokens on every call.",
        cost="1 call with a longer prompt.",
        citation="Brown et al. 2020, Language Models are Few-Shot Learners",
        url="https://arxiv.org/abs/2005.14165",
        figure="GPT-3 175B, few-shot: TriviaQA 71.2, CoQA 85.0 F1.",
    )

    layout: Literal["turns", "block"] = choice(
        "turns", help="Turns: each example is a user and an assistant message. Block: one message holds them all."
    )
    input_label: str = text("Input", max_length=60, help="Written before each input in a block.")
    output_label: str = text("Output", max_length=60, help="Written before each output in a block.")

    @property
    def unused(self) -> frozenset[str]:
        return frozenset({"input_label", "output_label"} if self.layout == "turns" else ())

    def run(self, task: Task, ask: Ask) -> Running:
        (completion,) = yield from ask("Answer", self.messages(task), answer_to=task)
        return read_reply(completion, task)

    def messages(self, task: Task) -> tuple[Message, ...]:
        if self.layout == "turns":
            return system_message(task.role) + example_turns(task)
        examples = [f"{self.input_label}: {e.input}\n{self.output_label}: {e.output}" for e in task.examples]
        question = f"{self.input_label}: {task.input}\n{self.output_label}:"
        return (*system_message(task.role), user_message("\n\n".join([*examples, question])))


def example_turns(task: Task) -> tuple[Message, ...]:
    """The examples as a conversation that already happened, then the question."""
    messages = [message for e in task.examples for message in (user_message(e.input), assistant_message(e.output))]
    return (*messages, user_message(task.input))
