"""Generated knowledge: facts first, one answer with each, the surest is kept (Liu et al. 2021, arXiv 2110.08387)."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import NotSupported
from playground.formats import format_count
from playground.parameters import number
from playground.strategies.answers import comparison_key
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, gather
from playground.strategies.chain_of_thought import answer_trigger, extraction
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import extract_reply, spoken_text, why_none
from playground.strategies.parts.templates import template_messages
from playground.strategies.parts.voting import confidence
from playground.types import Completion, Task

FACTS = "Facts"  # the step's label
STATE = "Question: {input}\n\nWrite one sentence of knowledge about this, without answering the question."
ANSWER = "{fact}\n\nQuestion: {input}"
TOGETHER = "An answer with each fact"
NO_PROBABILITIES = (
    "This model gives no token probabilities, and generated knowledge keeps the answer that the model is surest of. "
    "Choose another model, or self-consistency, where answers vote."
)


@dataclass(frozen=True, kw_only=True)
class GeneratedKnowledge(Strategy):
    name = "generated_knowledge"
    title = "Generated knowledge"
    task_fields = ("role", "input", "answer", "labels")
    card = TechniqueCard(
        summary="Has the model state facts, answers once with each of them, and keeps the answer it is surest of.",
        helps="Questions of everyday knowledge that the model has but does not use when asked straight away.",
        fails="What the model does not know it makes up, and a wrong fact is believed; to be sure is not to be right. "
        "Needs a model that gives token probabilities, and different facts: a temperature above 0.",
        cost="1 call for each fact and 1 for the answer with it; each kind all at once.",
        citation="Liu et al. 2021, Generated Knowledge Prompting for Commonsense Reasoning",
        url="https://arxiv.org/abs/2110.08387",
    )

    facts: int = number(5, 1, 20, step=1, help="Facts to sample; the paper has 20, at top-p 0.5.")

    def calls(self, task: Task) -> Calls:
        return Calls(self.facts, 2 * self.facts)

    def run(self, task: Task, ask: Ask) -> Running:
        facts = yield from ask(FACTS, template_messages(task, STATE), n=self.facts)
        _check_probabilities(facts)
        numbers = [i for i, fact in enumerate(facts, 1) if spoken_text(fact)]
        if not numbers:
            return Answer(
                text="", how=f"None of {format_count(len(facts), 'call')} gave a fact. {why_none(facts, 'text')}"
            )
        askings = [
            ask(
                f"Answer with fact {i}",
                template_messages(task, ANSWER, fact=spoken_text(facts[i - 1])),
                prefill=answer_trigger(task),
                together=TOGETHER,
                depends_on=(FACTS,),
                answer_to=task,
                **extraction(task),
            )
            for i in numbers
        ]
        replies = [reply for (reply,) in (yield from gather(askings))]
        _check_probabilities(replies)
        answers = [extract_reply(reply, task) for reply in replies]
        found = [
            (_sureness(reply), i, answer)
            for i, reply, answer in zip(numbers, replies, answers, strict=True)
            if answer is not None
        ]
        if not found:
            return Answer(text="", how=f"No fact led to an answer. {why_none(replies, task.answer)}")
        sureness, best, answer = max(found, key=lambda item: item[0])  # of equals, the first
        agree = sum(comparison_key(other) == comparison_key(answer) for _, _, other in found)
        how = f"With fact {best} the model was surest: mean token probability {sureness:.2f}."
        return Answer(text=answer, how=" ".join([how, f"{agree} of {len(facts)} facts lead to this answer."]))


def _check_probabilities(completions: Sequence[Completion]) -> None:
    """Raises NotSupported for words of a model without probabilities; asked early, before more calls are spent."""
    if any(spoken_text(c) and not c.edited and confidence(c) is None for c in completions):
        raise NotSupported(NO_PROBABILITIES)


def _sureness(reply: Completion) -> float:
    """An answer that a person wrote is as sure as can be."""
    return 1.0 if reply.edited else confidence(reply) or 0.0
