"""How the steps of a run are told: what was asked at once is one step with many outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.task import PERSON
from playground.types import Setup, Step
from playground.ui.language.texts import AsWritten


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Neighbouring steps that were asked together, or one alone; `first` is the position of the first."""

    first: int
    steps: tuple[Step, ...]

    @property
    def label(self) -> str:
        return self.steps[0].label if len(self.steps) == 1 else self.steps[0].together

    @property
    def end(self) -> int:
        return self.first + len(self.steps)


def label_of(group: Group, setup: Setup) -> str:
    """What it is called: as it was written where a person named a step or an agent so, also like a text of the page."""
    own = {*(step.name for step in setup.task.steps), *(agent.name for agent in setup.task.agents)}
    return AsWritten(group.label) if group.label in own else group.label


def sample_title(step: Step, sample: int) -> str:
    """Which of several outputs of one step: "Path 2" of "Sample paths", "Fact 2" of "Facts"."""
    return f"{step.label.split()[-1].removesuffix('s').capitalize()} {sample + 1}"


def groups(steps: Sequence[Step]) -> tuple[Group, ...]:
    """All steps, in order."""
    found: list[Group] = []
    for i, step in enumerate(steps):
        if found and step.together and step.together == found[-1].steps[-1].together:
            found[-1] = Group(first=found[-1].first, steps=(*found[-1].steps, step))
        else:
            found.append(Group(first=i, steps=(step,)))
    return tuple(found)


def waits_for_person(step: Step) -> bool:
    """Whether it is the person's to write, and is not written yet."""
    return step.tool == PERSON and not any(completion.edited or completion.text for completion in step.completions)
