"""Perspectives: the same question from several points of view at once, then one answer out of all of them."""

from dataclasses import dataclass, replace

from playground.errors import InvalidSetup
from playground.parameters import Short, many
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, gather
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import read_reply, spoken_text, why_none
from playground.strategies.parts.templates import template_messages
from playground.types import Task

VIEWPOINTS = ("someone in favour", "someone against", "an expert without a stake in it")
MOST = 8
VIEW = "{input}\n\nAnswer from the point of view of {viewpoint}, in two or three sentences."
HEADING = "From the point of view of {viewpoint}:"
SYNTHESIS = (
    "{input}\n\nThis was answered from {count} points of view.\n\n{views}\n\n"
    "Write one answer out of these: what they agree on, where they differ, and what follows."
)
TOGETHER = "Points of view"


@dataclass(frozen=True, kw_only=True)
class Perspectives(Strategy):
    name = "perspectives"
    title = "Perspectives"
    task_fields = ("role", "input", "answer", "labels")
    card = TechniqueCard(
        summary="Asks the same question from several points of view at once, then for one answer out of all of them.",
        helps="Open questions, decisions and plans, where one answer tends to leave out a side.",
        fails="Questions with one right answer gain nothing: all points of view come from the same model and know the "
        "same. A summary may also smooth over where they differ.",
        cost="1 call for each point of view, all at once, and 1 for the synthesis.",
    )

    viewpoints: tuple[Short, ...] = many(
        max_length=MOST, help=f"Who is to answer. Empty: {'; '.join(VIEWPOINTS)}.", label="Points of view"
    )

    def calls(self, task: Task) -> Calls:
        count = len(self.viewpoints or VIEWPOINTS)
        return Calls(count, count + 1)

    def check(self, task: Task) -> None:
        super().check(task)
        for i, viewpoint in enumerate(self.viewpoints):
            if not viewpoint.strip():
                raise InvalidSetup(path=("options", "viewpoints", i), rule="has nothing but spaces; remove it.")
        if len({viewpoint.strip().casefold() for viewpoint in self.viewpoints}) < len(self.viewpoints):
            raise InvalidSetup(path=("options", "viewpoints"), rule="names a point of view twice; remove one.")

    def run(self, task: Task, ask: Ask) -> Running:
        viewpoints = self.viewpoints or VIEWPOINTS
        labels = tuple(f"As {viewpoint}" for viewpoint in viewpoints)
        askings = [
            ask(label, template_messages(task, VIEW, viewpoint=viewpoint), together=TOGETHER)
            for label, viewpoint in zip(labels, viewpoints, strict=True)
        ]
        views = [view for (view,) in (yield from gather(askings))]
        said = [
            f"{HEADING.format(viewpoint=viewpoint)}\n{text}"
            for viewpoint, text in zip(viewpoints, map(spoken_text, views), strict=True)
            if text
        ]
        if not said:
            return Answer(text="", how=f"None of {len(views)} points of view was answered. {why_none(views, 'text')}")
        messages = template_messages(task, SYNTHESIS, count=str(len(said)), views="\n\n".join(said))
        (synthesis,) = yield from ask("Synthesis", messages, depends_on=labels, answer_to=task)
        answer = read_reply(synthesis, task)
        if len(said) == len(views):
            return answer
        missing = why_none([view for view in views if not spoken_text(view)], "text")
        how = f"Out of {len(said)} of {len(views)} points of view. Of the others: {missing} {answer.how}"
        return replace(answer, how=how.strip())
