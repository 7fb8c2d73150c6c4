"""Types of a training method: what people are told of it, and what learns while it trains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from playground.finetuning.recipe import MethodName, Recipe


class Learner(Protocol):
    """What learns: some weights in a model or beside it. `weights` are those that a step changes."""

    @property
    def weights(self) -> list[Any]: ...

    @property
    def shrunk(self) -> list[Any]:
        """Those of the weights that weight decay pulls towards zero: matrices for which zero is no change, or small."""

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int, cache: Any = None) -> Any:
        """Logits `[rows, keep, vocabulary]` after the last `keep` tokens of ids `[rows, tokens]`.

        With a cache, which may be empty, these ids go on after it and stand in it afterwards; the mask is of all of
        them, and so are the positions of these ids.
        """

    def switch(self, *, learning: bool) -> None:
        """Learn, or only answer."""

    def state(self) -> dict[str, Any]:
        """Copies of the learned weights by name."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over weights that `state` gave."""

    def save(self, folder: Path, base: str) -> None:
        """Write what was learned in a form that the Models tab loads; `base` is the name of the model it is for."""

    def detach(self) -> None:
        """Leave the model as it was before, where that can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`reads` are fields of the recipe that only some methods read; `rate` is the learning rate that suits it.

    `trained`, `cost`, `fails` are its card: what is trained, what that takes, and when it does not work.
    `makes_model`: what comes of it is a whole model and no adapter. `of_peft`: PEFT reads what it leaves. `merges`: it
    can be put into the weights of its base.
    """

    name: MethodName
    title: str
    paper: str
    trained: str
    cost: str
    fails: str
    rate: float
    reads: tuple[str, ...]
    attach: Callable[[Any, Any, Recipe], Learner]  # of a model and its tokenizer
    makes_model: bool = False
    of_peft: bool = True
    merges: bool = True
