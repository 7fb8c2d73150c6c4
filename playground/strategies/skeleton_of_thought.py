"""Skeleton-of-thought: short points first, then all of them written out at once (Ning et al. 2023, 2307.15337)."""

from dataclasses import dataclass

from playground.formats import format_count
from playground.parameters import number
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, gather
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.points import read_points
from playground.strategies.parts.replies import explain_missing_answer, spoken_text, why_none
from playground.strategies.parts.templates import template_messages
from playground.types import Task

MOST = 10
SKELETON = (
    "{input}\n\nAnswer with a numbered list of at most {most} short points, three to five words each, and nothing else."
)
POINT = "{input}\n\n{skeleton}\n\nWrite one or two sentences about point {number} and no other: {point}"
TOGETHER = "Points"


@dataclass(frozen=True, kw_only=True)
class SkeletonOfThought(Strategy):
    name = "skeleton_of_thought"
    title = "Skeleton-of-thought"
    task_fields = ("role", "input")
    card = TechniqueCard(
        summary="Has the model list short points and then writes all of them out at once: quicker, not better.",
        helps="Long answers that are lists of independent points, where one waits for the last word.",
        fails="Points do not know of each other: they repeat or contradict themselves. No use for reasoning, "
        "calculations or stories, where one sentence needs the one before it.",
        cost="1 call for the skeleton and 1 for each point, all at once; more tokens in all than one answer.",
        citation="Ning et al. 2023, Skeleton-of-Thought",
        url="https://arxiv.org/abs/2307.15337",
    )

    points: int = number(5, 1, MOST, step=1, help="Points, at most.")

    def why_no_form(self, task: Task) -> str:
        return "cannot be kept by an answer that is put together of several replies; choose another technique."

    def calls(self, task: Task) -> Calls:
        return Calls(1, 1 + self.points)

    def run(self, task: Task, ask: Ask) -> Running:
        (reply,) = yield from ask("Skeleton", template_messages(task, SKELETON, most=str(self.points)))
        points = read_points(reply, self.points)
        if not points:
            return Answer(text="", how=f"There are no points to write out. {explain_missing_answer(reply, 'text')}")
        skeleton = "\n".join(f"{i}. {point}" for i, point in enumerate(points, 1))
        askings = [
            ask(
                f"Point {i}",
                template_messages(task, POINT, skeleton=skeleton, number=str(i), point=point),
                together=TOGETHER,
                depends_on=("Skeleton",),
            )
            for i, point in enumerate(points, 1)
        ]
        written = [completion for (completion,) in (yield from gather(askings))]
        texts = [
            f"{i}. {point}\n{spoken_text(c)}".strip()
            for i, (point, c) in enumerate(zip(points, written, strict=True), 1)
        ]
        missing = [completion for completion in written if not spoken_text(completion)]
        how = f"{format_count(len(points), 'point')}, written at once."
        if missing:
            how += f" {len(missing)} of them without words. {why_none(missing, 'text')}"
        return Answer(text="\n\n".join(texts), how=how)
