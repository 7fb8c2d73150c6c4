"""Self-Refine: a draft, feedback on it, a revision, and again (Madaan et al. 2023, arXiv 2303.17651)."""

import re
from dataclasses import dataclass, replace

from playground.formats import format_count
from playground.parameters import number
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import explain_missing_answer, read_reply, spoken_text
from playground.strategies.parts.templates import fill_template, template_messages
from playground.types import Completion, Run, Step, Task

ROUNDS = 4  # the paper's most
NOTHING_LEFT = "Nothing left to improve."
DRAFT = "{input}"
FEEDBACK = (
    "{input}\n\nAnswer:\n{draft}\n\nHow could this answer be better? Reply with at most three short suggestions and "
    f'nothing else. If there is nothing left to improve, reply only: "{NOTHING_LEFT}"'
)
ROUND = "Answer:\n{draft}\n\nFeedback:\n{feedback}"
REVISION = "{input}\n\n{rounds}\n\nWrite the answer again, improved by the feedback. Reply with the answer only."
# At the beginning of the feedback, and closed: "Nothing left to improve but the end" goes on.
SAYS_NOTHING_LEFT = re.compile(
    r"\W*(?:there(?:'s| is) )?nothing (?:is )?left to improve\W*?(?:$|[.!\n])", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class SelfRefine(Strategy):
    name = "self_refine"
    title = "Self-Refine"
    task_fields = ("role", "input", "answer", "labels")
    card = TechniqueCard(
        summary="Drafts, says what is wrong with the draft, and revises it, with one model in all three roles.",
        helps="Writing with checkable wishes: length, tone, readability, code style.",
        fails="A model that cannot see its mistake cannot name it: small models praise, or change what was right. "
        "Reasoning errors are seldom found this way.",
        cost="1 call for the draft and up to 2 for each round; the prompt grows with every round.",
        citation="Madaan et al. 2023, Self-Refine: Iterative Refinement with Self-Feedback",
        url="https://arxiv.org/abs/2303.17651",
        figure="About 20 points better than one draft, on average over 7 tasks.",
    )

    rounds: int = number(
        2, 1, ROUNDS, step=1, help=f"Rounds of feedback and revision, at most; the paper has {ROUNDS}."
    )

    def calls(self, task: Task) -> Calls:
        return Calls(1, 1 + 2 * self.rounds)

    def drafts(self, run: Run) -> tuple[Step, ...]:
        return tuple(step for step in run.steps if step.label == "Draft" or step.label.startswith("Revision "))

    def run(self, task: Task, ask: Ask) -> Running:
        (draft,) = yield from ask("Draft", template_messages(task, DRAFT), answer_to=task)
        if not spoken_text(draft):
            return Answer(text="", how=f"There is no draft to improve. {explain_missing_answer(draft, 'text')}")
        rounds: list[str] = []
        asked, ended = (
            ["Draft"],
            f"The revision after {format_count(self.rounds, 'round')}, the most that were allowed.",
        )
        for i in range(1, self.rounds + 1):
            messages = template_messages(task, FEEDBACK, draft=spoken_text(draft))
            (feedback,) = yield from ask(f"Feedback {i}", messages, depends_on=(asked[-1],))
            if reason := _stops(feedback):
                ended = f"Feedback {i} {reason}"
                break
            values = {"draft": spoken_text(draft), "feedback": spoken_text(feedback)}
            rounds.append(fill_template(ROUND, values))
            asked.append(f"Feedback {i}")
            messages = template_messages(task, REVISION, rounds="\n\n".join(rounds))
            (revision,) = yield from ask(f"Revision {i}", messages, depends_on=tuple(asked), answer_to=task)
            if not spoken_text(revision):
                ended = (
                    f"Revision {i} is empty, so what it was to revise stays. {explain_missing_answer(revision, 'text')}"
                )
                break
            if spoken_text(revision) == spoken_text(draft):
                ended = f"Revision {i} changed nothing."
                break
            draft = revision
            asked.append(f"Revision {i}")
        answer = read_reply(draft, task, last=True)
        return replace(answer, how=f"{answer.how} {ended}".strip())


def _stops(feedback: Completion) -> str:
    """Why there is nothing to revise by, or ""."""
    said = spoken_text(feedback)
    if not said:
        return f"is empty. {explain_missing_answer(feedback, 'text')}"
    return "says that nothing is left to improve." if SAYS_NOTHING_LEFT.match(said) else ""
