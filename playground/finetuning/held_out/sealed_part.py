"""A task with its sealed items, and the experiment that asks them with these prompts and weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.evaluation.plan import DataChoice, Experiment, Item, ScorerChoice, Technique
from playground.finetuning.preparation.checks.base import text_key
from playground.finetuning.preparation.rows import Row
from playground.types import AnswerType, Weights

MOST_SHOTS = 32  # that an experiment shows


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """Items to ask, and what is needed to ask and to score them.

    `items` are learned by nothing; `shots` are items whose answers may be shown. `template` says in words what is
    wanted, around `{input}`; bare, an item is asked without it. `role` is a system message that all have.
    """

    title: str
    items: tuple[Item, ...]
    shots: tuple[Item, ...]
    scorer: ScorerChoice
    template: str
    answer: AnswerType = "text"
    labels: tuple[str, ...] = ()
    role: str = ""
    most_tokens: int = 60
    collection: str = ""  # of documents that may know the answers

    def technique(self, name: str, template: str = "{input}", *, shots: bool = False) -> Technique:
        """A prompt around the items, with examples before them or without."""
        return Technique(
            name=name, strategy="few_shot" if shots else "zero_shot", template=template, task=self._task(),
        )  # fmt: skip

    def retrieval(self, name: str) -> Technique:
        """The items asked with passages of the documents."""
        task = {**self._task(), "collection": self.collection}
        return Technique(name=name, strategy="retrieval", template=self.template, task=task)

    def experiment(self, techniques: Sequence[Technique], models: Sequence[Weights]) -> Experiment:
        """Each technique on each of the weights, all in the same batches."""
        shots = self.shots[:MOST_SHOTS]
        return Experiment(
            title=self.title,
            data=DataChoice(
                name="own", size=len(self.items), shots=len(shots), items=(*shots, *self.items), answer=self.answer,
                labels=self.labels,
            ),
            techniques=tuple(techniques),
            models=tuple(models),
            sampling={"temperature": 0.0, "max_tokens": self.most_tokens},
            scorer=self.scorer,
        )  # fmt: skip

    def _task(self) -> dict[str, Any]:
        return {"role": self.role} if self.role else {}


def without_learned(items: Sequence[Item], rows: Sequence[Row]) -> tuple[Item, ...]:
    """The items that none of the rows asks, whatever words are around them there."""
    learned = "\n".join(text_key(message.content) for row in rows for message in row.messages)
    return tuple(item for item in items if text_key(item.input) not in learned)
