"""Trains by one recipe after the other, and keeps the weights of the best."""

import shutil
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playground.errors import PlaygroundError, TrainingHopeless
from playground.finetuning.objectives.base import ReadsAnswers
from playground.finetuning.preparation.rows import Row
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.proposing import count_of, propose
from playground.finetuning.search.space import Search, recipe_with
from playground.finetuning.search.telling import is_out_of_memory, winner_of
from playground.finetuning.training.checkpoints import Checkpoints
from playground.finetuning.training.events import TrainingEvent, TrainingStep, TryBegun, TryEnded
from playground.finetuning.training.loop import Trained, Watched, train
from playground.returning import Returning

OUT_OF_MEMORY = "there was not enough memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The try that won, with what learned by it."""

    won: TryEnded
    tries: tuple[TryEnded, ...]
    recipe: Recipe
    trained: Trained


def search_recipes(
    model: Any, tokenizer: Any, rows: Sequence[Row], recipe: Recipe, search: Search, validation: Sequence[Row],
    folder: Path, before: Sequence[TryEnded] = (), teacher: ReadsAnswers | None = None,
) -> Generator[TrainingEvent, None, Found]:  # fmt: skip
    """Every event of every try, and one at the end of each; what was found is the generator's value.

    `folder` keeps the checkpoints of the try that goes on and of the best one; `before` are tries that are over, after
    which it goes on; a `teacher` teaches all of them. A try that breaks off is over, and the next one begins. Raises
    TrainingHopeless where all do.
    """
    tries, watched = list(before), Watched(rows=validation)
    while (values := propose(search, recipe, tries)) is not None:
        number, spent = len(tries) + 1, sum(one.seconds for one in tries)
        yield TryBegun(number=number, tries=count_of(search, recipe), values=values)
        began, loss, best_step, words = time.monotonic(), None, 0, ""
        took: float | None = None
        try:
            tried = recipe_with(recipe, values)
            with Returning(
                train(model, tokenizer, rows, tried, watched, _checkpoints(folder, number), teacher)
            ) as work:
                for event in work:
                    if isinstance(event, TrainingStep):
                        took = event.seconds
                        event = replace(event, seconds=spent + event.seconds)
                    yield event
            work.value.learner.detach()
            loss, best_step = work.value.best_loss, work.value.best_step or 0
        except PlaygroundError as error:
            words = str(error)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            words = OUT_OF_MEMORY
        seconds = time.monotonic() - began if took is None else took
        tries.append(
            TryEnded(
                number=number, tries=count_of(search, recipe), values=values, loss=loss, best_step=best_step,
                seconds=seconds, words=words,
            )
        )  # fmt: skip
        _forget_others(folder, winner_of(tries))
        yield tries[-1]
    won = winner_of(tries)
    if won is None:
        raise TrainingHopeless(f"All {len(tries)} tries broke off. The first: {tries[0].words}")
    chosen = recipe_with(recipe, won.values)
    # Gone on with after its last step, a training gives the weights of its best look once more.
    with Returning(train(model, tokenizer, rows, chosen, watched, _checkpoints(folder, won.number), teacher)) as again:
        for _ in again:
            pass
    return Found(won=won, tries=tuple(tries), recipe=chosen, trained=again.value)


def _checkpoints(folder: Path, number: int) -> Checkpoints:
    return Checkpoints(folder / f"try-{number}")


def _forget_others(folder: Path, best: TryEnded | None) -> None:
    """Leave the checkpoints of the best try alone: those of a whole model are large."""
    for path in folder.glob("try-*"):
        if best is None or path.name != f"try-{best.number}":
            shutil.rmtree(path, ignore_errors=True)
