"""Chain of thought, both forms: reason first, answer second.

Zero-shot: Kojima et al. 2022, arXiv 2205.11916. Few-shot: Wei et al. 2022, arXiv 2201.11903.
"""

from dataclasses import dataclass
from typing import Any, Literal

from playground.errors import InvalidSetup
from playground.parameters import choice, neutral_values
from playground.strategies.answers import AnswerReading, choice_letters, marked_text, read_answer, without_reasoning
from playground.strategies.base import (
    Answer,
    Ask,
    Asking,
    Running,
    Strategy,
    TechniqueCard,
    system_message,
    user_message,
)
from playground.strategies.few_shot import example_turns
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import cut_short, explain_missing_answer, is_only_reasoning, read_extracted
from playground.types import Completion, Message, Sampling, Task

REASONING = "Reason"  # the step's label
REASON = "Let's think step by step."
TRIGGERS = {
    "number": "Therefore, the answer (arabic numerals) is",
    "choice": "Therefore, among {first} through {last}, the answer is",
    "yes_no": "Therefore, the answer (Yes or No) is",
    "label": "Therefore, the answer is",
    "text": "Therefore, the answer is",
}
# Reading off is greedy and plain, whatever the reasoning used: a penalty would punish the very answer that the
# reasoning names. 32 tokens are room for an answer, none for a second round of reasoning.
EXTRACTION: dict[str, Any] = {
    **neutral_values(Sampling, "penalty", "bias", "record"),
    "temperature": 0.0,
    "max_tokens": 32,
    "stop": ("\n",),
}

# In a form, that says where the answer ends.
EXTRACTION_IN_FORM: dict[str, Any] = {**neutral_values(Sampling, "penalty", "bias", "record"), "temperature": 0.0}

Form = Literal["zero_shot", "few_shot"]
NO_PLACE_TO_REASON = (
    "cannot be kept by one reply that holds the reasoning as well; set the technique\u2019s own option "
    "\u201cForm\u201d to Zero-shot, where a second call gives the answer."
)
FORM_HELP = (
    'Zero-shot: "Let\'s think step by step.", then a second call that reads the answer. '
    'Few-shot: your examples show the reasoning and end with "The answer is ...".'
)


@dataclass(frozen=True, kw_only=True)
class ChainOfThought(Strategy):
    name = "chain_of_thought"
    title = "Chain of thought"
    task_fields = ("role", "examples", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="Has the model reason in words before it answers.",
        helps="Arithmetic, symbolic and multi-step questions, with large models.",
        fails=(
            "Gains are mainly on math and symbolic tasks (Sprague et al. 2024), appear near 100B parameters, "
            "and are marginal for models trained to reason (arXiv 2506.07142)."
        ),
        cost="2 calls (zero-shot form) or 1 (few-shot form), and many more output tokens.",
        citation="Wei et al. 2022 (few-shot); Kojima et al. 2022 (zero-shot)",
        url="https://arxiv.org/abs/2201.11903",
        figure="PaLM 540B on GSM8K: 17.9 to 56.9 (few-shot). text-davinci-002 on MultiArith: 17.7 to 78.7 (zero-shot).",
    )

    form: Form = choice("zero_shot", help=FORM_HELP)

    @property
    def unused(self) -> frozenset[str]:
        return unused_by(self.form)

    @property
    def shows_reasoning(self) -> bool:
        return self.form == "few_shot"

    def calls(self, task: Task) -> Calls:
        return Calls.exactly(1) if self.form == "few_shot" else Calls(1, 2)  # a thought that was cut has no answer

    def why_no_form(self, task: Task) -> str:
        return NO_PLACE_TO_REASON if self.form == "few_shot" else ""

    def check(self, task: Task) -> None:
        super().check(task)
        check_form(self.form, task)

    def run(self, task: Task, ask: Ask) -> Running:
        if self.form == "zero_shot":
            return (yield from reason_and_read(ask, task, REASON))
        messages, _ = reasoning_prompt("few_shot", task)
        (reasoning,) = yield from ask(REASONING, messages)
        reading = read_stated_answer(reasoning, task)
        if reading is None:
            return Answer(text="", how=explain_missing_answer(reasoning, task.answer))
        return Answer(
            text=reading.text, how=f"Read after {reading.mark}." if reading.mark else "The last in the reply."
        )


def reason_and_read(ask: Ask, task: Task, begun: str) -> Running:
    """Kojima's two calls: the reasoning, which goes on from how it is `begun`, and the answer read off it."""
    (reasoning,) = yield from ask(REASONING, question(task), prefill=begun)
    if is_only_reasoning(reasoning):
        return Answer(text="", how=explain_missing_answer(reasoning, task.answer))
    (extracted,) = yield from ask_for_answer(ask, "Extract answer", task, reasoning, of=REASONING, begun=begun)
    answer = read_extracted(extracted, task)
    if answer is None:
        why = f"{explain_missing_answer(extracted, task.answer)}{cut_short((reasoning,))}"
        return Answer(text="", how=f"Asked again, after the reasoning. {why}")
    return Answer(text=answer.text, how="Read by a second call, after the reasoning.")


def question(task: Task) -> tuple[Message, ...]:
    """The question alone, in the task's role."""
    return (*system_message(task.role), user_message(task.input))


def unused_by(form: Form) -> frozenset[str]:
    """The zero-shot form shows no examples."""
    return frozenset() if form == "few_shot" else frozenset({"examples"})


def check_form(form: Form, task: Task) -> None:
    if form == "few_shot" and not task.examples:
        rule = 'the few-shot form needs worked examples whose outputs reason and end with "The answer is ...".'
        raise InvalidSetup(path=("task", "examples"), value=(), rule=rule)


def reasoning_prompt(form: Form, task: Task) -> tuple[tuple[Message, ...], str]:
    """The messages and assistant prefill that make the model reason."""
    if form == "few_shot":
        return (*system_message(task.role), *example_turns(task)), ""
    return question(task), REASON


def ask_for_answer(
    ask: Ask, label: str, task: Task, reasoning: Completion, *, of: str, together: str = "", begun: str = REASON
) -> Asking:
    """Kojima's second call: the prompt, the rationale, then a trigger that only an answer can follow.

    The rationale is what was said in the step labelled `of`: a thought in tags has come to its end by then, and a cut
    one can have no answer.
    """
    prefill = f"{begun}{_spoken_reasoning(reasoning)}\n{answer_trigger(task)}"
    return ask(
        label,
        question(task),
        prefill=prefill,
        together=together,
        depends_on=(of,),
        answer_to=task,
        **extraction(task),
    )


def extraction(task: Task) -> dict[str, Any]:
    """The settings that an answer is read off with."""
    return EXTRACTION if task.form == "none" else EXTRACTION_IN_FORM


def answer_trigger(task: Task) -> str:
    """The words after which only an answer of the task's type can follow."""
    allowed = choice_letters(task.labels)
    return TRIGGERS[task.answer].format(first=allowed[0], last=allowed[-1])


def _spoken_reasoning(reasoning: Completion) -> str:
    """What was said, to the letter where nothing was thought in tags: it goes on right after the prompt's own words."""
    spoken = without_reasoning(reasoning.text)
    return spoken.rstrip() if spoken == reasoning.text else f" {spoken.strip()}"


def read_stated_answer(reasoning: Completion, task: Task) -> AnswerReading | None:
    """The answer a few-shot rationale states; without a mark, the last thing that looks like one."""
    if task.answer == "text":
        return marked_text(reasoning.text)
    return read_answer(reasoning.text, task.answer, task.labels, last=True)
