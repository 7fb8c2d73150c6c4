"""Tree of thoughts, breadth-first: propose steps, judge them, go on from the best (Yao et al. 2023, 2305.10601)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.formats import format_count
from playground.parameters import neutral_values, number
from playground.strategies.answers import extract_answer
from playground.strategies.base import Ask, Running, Strategy, TechniqueCard, gather
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.points import read_points
from playground.strategies.parts.replies import read_reply, stated_ending, why_none
from playground.strategies.parts.templates import fill_template, template_messages
from playground.types import Message, Sampling, Task, Thought, ThoughtTree

PROPOSE = (
    "{input}\n\n{so_far}Suggest {count} different next steps towards the answer. Write a numbered list, one short "
    "sentence each."
)
VALUE = "{input}\n\n{so_far}Can the right answer be reached from here? Judge in one word: sure, maybe or impossible."
SO_FAR = "Steps so far:\n{steps}\n\n"
VERDICT = "In one word:"
ANSWER = "{input}\n\n{so_far}Go on from these steps to the answer.{ending}"
VALUES = ("sure", "maybe", "impossible")
UNREADABLE = "no verdict"  # in the reply: better than impossible, worse than any that was given
BEST_FIRST = ("sure", "maybe", UNREADABLE, "impossible")
# A verdict is read off greedily, and is one word.
JUDGING = {**neutral_values(Sampling, "penalty", "bias", "record"), "temperature": 0.0, "max_tokens": 16}


@dataclass(frozen=True, kw_only=True)
class TreeOfThoughts(Strategy):
    name = "tree_of_thoughts"
    title = "Tree of thoughts"
    task_fields = ("role", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="Proposes several next steps, has each judged, and goes on from the best few only.",
        helps="Puzzles and plans where a wrong first step cannot be mended later and a dead end can be seen.",
        fails="Most questions need no search, and the calls are many. It is as good as the verdicts: a small model "
        "calls nearly everything sure.",
        cost="At each depth, 1 call per partial solution to propose and 1 per proposal to judge; 1 for the answer.",
        citation="Yao et al. 2023, Tree of Thoughts: Deliberate Problem Solving with Large Language Models",
        url="https://arxiv.org/abs/2305.10601",
        figure="GPT-4 on Game of 24: 4 percent with chain of thought, 74 with 5 states kept.",
    )

    depth: int = number(2, 1, 4, step=1, help="Steps one after the other.")
    proposals: int = number(3, 1, 5, step=1, help="Next steps proposed from each partial solution, at most.")
    kept: int = number(
        2, 1, 5, step=1, help="The best partial solutions, to go on from; the paper has 5.", label="Kept at each depth"
    )

    def calls(self, task: Task) -> Calls:
        states, most = 1, 1  # the answer
        for _ in range(self.depth):
            most += states + states * self.proposals
            states = min(self.kept, states * self.proposals)
        return Calls(2, most)

    def run(self, task: Task, ask: Ask) -> Running:
        tree: list[Thought] = []
        states: list[int | None] = [None]  # where in the tree the kept ones are, the best first; None is its root
        asked: list[str] = []
        ended = ""
        for depth in range(1, self.depth + 1):
            together, earlier = f"Propose, step {depth}", tuple(asked)
            labels = [f"Propose {depth}.{i}" for i, _ in enumerate(states, 1)]
            askings = [
                ask(label, self._proposing(task, tree, state), together=together, depends_on=earlier)
                for label, state in zip(labels, states, strict=True)
            ]
            replies = [reply for (reply,) in (yield from gather(askings))]
            asked += labels
            first = len(tree)
            for state, reply in zip(states, replies, strict=True):
                tree += [Thought(text=text, parent=state) for text in read_points(reply, self.proposals)]
            new = range(first, len(tree))
            if not new:
                ended = f"At depth {depth} nothing was proposed. {why_none(replies, 'text')}"
                break
            yield ThoughtTree(tuple(tree))

            together, earlier = f"Judge, step {depth}", tuple(asked)
            labels = [f"Judge {depth}.{i}" for i, _ in enumerate(new, 1)]
            askings = [
                ask(label, _judging(task, tree, at), prefill=VERDICT, together=together, depends_on=earlier, **JUDGING)
                for label, at in zip(labels, new, strict=True)
            ]
            verdicts = [verdict for (verdict,) in (yield from gather(askings))]
            asked += labels
            for at, verdict in zip(new, verdicts, strict=True):
                tree[at] = replace(tree[at], value=extract_answer(verdict.text, "label", VALUES) or UNREADABLE)
            possible = [at for at in new if tree[at].value != "impossible"]
            best = sorted(possible, key=lambda at: BEST_FIRST.index(tree[at].value))[
                : self.kept
            ]  # of equals, the first
            for at in best:
                tree[at] = replace(tree[at], kept=True)
            yield ThoughtTree(tuple(tree))
            if not best:
                ended = f"At depth {depth} every step was judged impossible, so the search went no further."
                break
            states = [*best]

        messages = template_messages(task, ANSWER, so_far=_so_far(tree, states[0]), ending=stated_ending(task))
        (conclusion,) = yield from ask("Answer", messages, depends_on=tuple(asked), answer_to=task)
        answer = read_reply(conclusion, task, last=True)
        found = (
            f"{format_count(len(tree), 'step')} proposed and judged; the answer goes on from the best." if tree else ""
        )
        return replace(answer, how=" ".join(filter(None, (answer.how, found, ended))))

    def _proposing(self, task: Task, tree: Sequence[Thought], state: int | None) -> tuple[Message, ...]:
        return template_messages(task, PROPOSE, so_far=_so_far(tree, state), count=str(self.proposals))


def _judging(task: Task, tree: Sequence[Thought], state: int) -> tuple[Message, ...]:
    return template_messages(task, VALUE, so_far=_so_far(tree, state))


def _so_far(tree: Sequence[Thought], state: int | None) -> str:
    """The steps from the root to a state, in order."""
    steps: list[str] = []
    while state is not None:
        steps.insert(0, tree[state].text)
        state = tree[state].parent
    if not steps:
        return ""
    return fill_template(SO_FAR, {"steps": "\n".join(f"{i}. {step}" for i, step in enumerate(steps, 1))})
