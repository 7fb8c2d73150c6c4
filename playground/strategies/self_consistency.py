"""Self-consistency: many reasoning paths, one vote (Wang et al. 2022, arXiv 2203.11171)."""

from dataclasses import dataclass
from typing import Literal

from playground.errors import NotSupported
from playground.parameters import choice, number
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, gather
from playground.strategies.chain_of_thought import (
    FORM_HELP,
    NO_PLACE_TO_REASON,
    Form,
    ask_for_answer,
    check_form,
    read_stated_answer,
    reasoning_prompt,
    unused_by,
)
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import cut_short, extract_reply, is_only_reasoning, why_none
from playground.strategies.parts.voting import confidence, count_votes
from playground.types import Completion, Run, Task

PATHS = "Sample paths"  # the step's label


@dataclass(frozen=True, kw_only=True)
class SelfConsistency(Strategy):
    name = "self_consistency"
    title = "Self-consistency"
    task_fields = ("role", "examples", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="Samples many chains of thought and lets their answers vote.",
        helps="Questions with one short right answer; the share of agreeing paths says how sure you may be.",
        fails="Free text has nothing to vote on; at temperature 0 all paths are one. A model that is wrong in one "
        "systematic way is outvoted by itself.",
        cost="One call per path, and one more per path to read the answer in the zero-shot form.",
        citation="Wang et al. 2022, Self-Consistency Improves Chain of Thought Reasoning",
        url="https://arxiv.org/abs/2203.11171",
        figure="PaLM 540B, 40 paths at temperature 0.7: GSM8K 56.5 (greedy) to 74.4.",
    )

    paths: int = number(10, 1, 40, step=1, help="Reasoning paths to sample; the paper uses 40.")
    form: Form = choice("zero_shot", help=FORM_HELP)
    vote: Literal["majority", "probability"] = choice(
        "majority", help="Majority: every path counts the same. Probability: paths the model found likelier count more."
    )

    @property
    def unused(self) -> frozenset[str]:
        return unused_by(self.form)

    @property
    def shows_reasoning(self) -> bool:
        return self.form == "few_shot"

    def calls(self, task: Task) -> Calls:
        return Calls.exactly(self.paths) if self.form == "few_shot" else Calls(self.paths, 2 * self.paths)

    def voters(self, run: Run) -> tuple[Completion, ...]:
        return next((step.completions for step in run.steps if step.label == PATHS), ())

    def why_no_form(self, task: Task) -> str:
        return NO_PLACE_TO_REASON if self.form == "few_shot" else ""

    def check(self, task: Task) -> None:
        super().check(task)
        check_form(self.form, task)

    def run(self, task: Task, ask: Ask) -> Running:
        messages, prefill = reasoning_prompt(self.form, task)
        paths = yield from ask(PATHS, messages, n=self.paths, prefill=prefill)
        read_in = list(paths)  # the replies in which the answers stand
        if self.form == "few_shot":
            read = [read_stated_answer(path, task) for path in paths]
            answers = [reading.text if reading else None for reading in read]
        else:
            askings = [
                ask_for_answer(ask, f"Answer of path {i}", task, path, of=PATHS, together="Answers of the paths")
                for i, path in enumerate(paths, 1)
                if not is_only_reasoning(path)  # cut off while it thought: there is nothing to read an answer from
            ]
            extracted = iter((yield from gather(askings)))
            read_in = [path if is_only_reasoning(path) else next(extracted)[0] for path in paths]
            answers = [
                None if is_only_reasoning(path) else extract_reply(reply, task)
                for path, reply in zip(paths, read_in, strict=True)
            ]
        votes = count_votes(answers, self._weights(paths))
        if not votes:
            why = why_none(read_in, task.answer) + (cut_short(paths) if self.form == "zero_shot" else "")
            return Answer(text="", how=f"None of {len(paths)} paths gave an answer. {why}")
        return Answer(text=votes[0].answer, how=f"{votes[0].count} of {len(paths)} paths agree.", votes=votes)

    def _weights(self, paths: tuple[Completion, ...]) -> list[float] | None:
        if self.vote == "majority":
            return None
        return [_weight(path) for path in paths]


def _weight(path: Completion) -> float:
    """A path that a person wrote counts in full; one without words counts nothing."""
    weight = confidence(path)
    if path.edited or not path.text.strip():
        return float(path.edited)
    if weight is None:
        raise NotSupported(
            "This model gives no token probabilities, so paths cannot be weighted; choose vote: majority."
        )
    return weight
