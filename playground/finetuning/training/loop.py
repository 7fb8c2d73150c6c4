"""Trains: steps, looks and checkpoints as they happen, until the last step or until it is closed.

What counts in the loss is the objective's to say. The prompt is encoded exactly as it is when the model is used. The
same seed, data and number of threads give the same weights, in float32 also after a pause.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

from playground.backends.local.engine.prompt import encode
from playground.errors import InvalidSetup, TrainingHopeless
from playground.finetuning.methods import Learner, method_of, rate_of
from playground.finetuning.objectives.base import Objective, ReadsAnswers
from playground.finetuning.objectives.choosing import objective_of
from playground.finetuning.preparation.rows import Row
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.answers import sample_answers
from playground.finetuning.training.checkpoints import Checkpoints
from playground.finetuning.training.events import CheckpointWritten, Look, TrainingEvent, TrainingStep
from playground.finetuning.training.loss import batches, reading_losses
from playground.finetuning.training.schedules import rate_share
from playground.types import Message

STANDING = ("step", "seconds", "looked", "best_step", "best_loss", "missed", "in_steps", "in_look")
CHECKPOINT_SECONDS = 60.0  # at least so long between two, but for those of a stop and of the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What each look is at: rows that are not trained on, and prompts that are answered with at most so many tokens."""

    rows: Sequence[Row] = ()
    prompts: Sequence[Sequence[Message]] = ()
    most_tokens: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What learned, with the weights of its best look where there were validation rows. `step` is the last one."""

    learner: Any  # a Learner, or a head, which writes no answers
    step: int
    best_step: int | None
    best_loss: float | None


def train(
    model: Any, tokenizer: Any, rows: Sequence[Row], recipe: Recipe, watched: Watched | None = None,
    checkpoints: Checkpoints | None = None, teacher: ReadsAnswers | None = None,
) -> Generator[TrainingEvent, None, Trained]:  # fmt: skip
    """Train on the model in place; what learned is the generator's value. A teacher's probabilities are learned.

    With checkpoints it goes on from where they stand, and the best look's weights are kept; closing writes one more.
    Closing, or an error, takes what learned off the model. Raises InvalidSetup for no rows, and TrainingFailed.
    """
    if not rows:
        raise InvalidSetup("There are no rows to train on; choose data with at least one.")
    watched = watched or Watched()
    objective = objective_of(model, tokenizer, [*rows, *watched.rows], recipe, teacher)
    # Before anything is attached: what the model as it was makes of the rows is found out once.
    encoded, validation = list(objective.encode(rows)), list(objective.encode(watched.rows))
    learner = method_of(recipe).attach(model, tokenizer, recipe)
    rows_to = encoded, validation
    return (yield from learn(learner, objective, tokenizer, rows_to, recipe, watched, checkpoints, model.device))


def learn(
    learner: Any, objective: Objective, tokenizer: Any, rows: tuple[Sequence[Any], Sequence[Any]], recipe: Recipe,
    watched: Watched, checkpoints: Checkpoints | None, device: Any,
) -> Generator[TrainingEvent, None, Trained]:  # fmt: skip
    """The same with what learns, and with encoded rows: those to learn, and those to look at."""
    try:
        going = _Going(learner, objective, tokenizer, *rows, recipe, watched, checkpoints, device)
        yield from going.run()
    except BaseException:
        learner.detach()
        raise
    learner.switch(learning=False)
    return Trained(learner=learner, step=going.step, best_step=going.best_step, best_loss=going.best_loss)


@dataclass
class _Going:
    """A training that goes on, and where it stands."""

    learner: Any
    objective: Objective
    tokenizer: Any
    rows: Sequence[Any]
    validation: Sequence[Any]
    recipe: Recipe
    watched: Watched
    checkpoints: Checkpoints | None
    device: Any
    step: int = 0
    seconds: float = 0.0  # of all sittings
    looked: int | None = None  # the step of the last look: a stop may come between a step and its look
    best_step: int | None = None
    best_loss: float | None = None
    missed: int = 0  # looks since the best one
    in_steps: float = 0.0  # seconds of all steps, without the looks
    in_look: float = 0.0  # seconds of the last look

    def run(self) -> Iterator[TrainingEvent]:
        recipe = self.recipe
        self.optimizer = torch.optim.AdamW(_groups(self.learner, recipe), lr=rate_of(recipe, self.objective.slower))
        self.schedule = LambdaLR(self.optimizer, lambda step: rate_share(recipe, step))
        self._go_on()
        self._clock, self._written = time.monotonic(), time.monotonic()
        try:
            yield from self._steps()
        except GeneratorExit:
            self._write()
            raise
        if self.checkpoints and (best := self.checkpoints.read_best()):
            # They may be of a look after the checkpoint that a killed training went on from.
            self.learner.restore(best["weights"])
            self.best_step, self.best_loss = best["step"], best["loss"]

    def _steps(self) -> Iterator[TrainingEvent]:
        yield from self._look_when_due()
        for batch in islice(batches(self.rows, self.recipe, self.objective.tokens), self.step, None):
            if self._stands_still():
                break
            yield self._update(batch)
            yield from self._look_when_due()
            if time.monotonic() - self._written > CHECKPOINT_SECONDS and self.step < self.recipe.steps:
                yield from self._checkpoint()
        yield from self._checkpoint()

    def _stands_still(self) -> bool:
        """Whether the validation loss has not fallen for as many looks as the recipe waits."""
        return 0 < self.recipe.patience <= self.missed

    def _update(self, batch: Sequence[Any]) -> TrainingStep:
        """One step. Raises TrainingHopeless for a loss that is no number: no step after it can mend that."""
        rate = float(self.schedule.get_last_lr()[0])
        self.learner.switch(learning=True)
        total, count = self.objective.total(self.learner, batch)
        loss = total / count
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.learner.weights, self.recipe.clip).item()
        if not (loss.isfinite() and norm < float("inf")):
            raise TrainingHopeless(
                f"The loss is not a number any more at step {self.step + 1}: the learning rate of {rate:.2g} is too "
                "high for this method. Lower it, or lower the longest gradient, and start again."
            )
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        self.step += 1
        self.in_steps += self._tick()
        return TrainingStep(
            step=self.step, steps=self.recipe.steps, loss=loss.item(), seconds=self.seconds, rate=rate, norm=norm,
            tokens=sum(map(self.objective.tokens, batch)), left=self._left(),
        )  # fmt: skip

    def _looks(self) -> bool:
        return bool(self.validation or self.watched.prompts)

    def _look_when_due(self) -> Iterator[TrainingEvent]:
        """Before the first step, as often as the recipe says, and after the last step; once each."""
        due = self.step in (0, self.recipe.steps) or self.step % self.recipe.evaluate_every == 0
        if due and self._looks() and self.looked != self.step:
            yield from self._look()

    def _look(self) -> Iterator[TrainingEvent]:
        self.learner.switch(learning=False)
        loss: float | None = None
        answers: tuple[str, ...] = ()
        if self.validation:
            loss = yield from reading_losses(self.objective, self.learner, self.validation)
        if prompts := [encode(self.tokenizer, messages) for messages in self.watched.prompts]:
            most = self.watched.most_tokens
            answers = yield from sample_answers(self.learner, self.tokenizer, prompts, most, self.device)
        better = loss is not None and (self.best_loss is None or loss < self.best_loss)
        if loss is not None:  # prompts alone tell nothing of whether it gets better
            self.missed = 0 if better else self.missed + 1
        if loss is not None and better:
            self.best_step, self.best_loss = self.step, loss
            if self.checkpoints:
                self.checkpoints.write_best(self.learner.state(), self.step, loss)
        self.in_look, self.looked = self._tick(), self.step
        yield Look(step=self.step, loss=loss, answers=answers, best=better)

    def _tick(self) -> float:
        """The seconds since the last tick."""
        now = time.monotonic()
        passed, self._clock = now - self._clock, now
        self.seconds += passed
        return passed

    def _left(self) -> float:
        """Seconds until the last step, with the looks that are still to come."""
        steps = self.recipe.steps - self.step
        looks = -(-steps // self.recipe.evaluate_every) if self._looks() else 0
        return steps * self.in_steps / self.step + looks * self.in_look

    # ------------------------------------------------------------------------------------- checkpoints
    def _checkpoint(self) -> Iterator[TrainingEvent]:
        if self.checkpoints:
            self._write()
            self._written = time.monotonic()
            yield CheckpointWritten(step=self.step)

    def _write(self) -> None:
        if self.checkpoints:
            standing = {name: getattr(self, name) for name in STANDING}
            self.checkpoints.write(
                {
                    "standing": standing,
                    "weights": self.learner.state(),
                    "optimizer": self.optimizer.state_dict(),
                    "schedule": self.schedule.state_dict(),
                    "random": torch.get_rng_state(),
                }
            )

    def _go_on(self) -> None:
        if self.checkpoints and (state := self.checkpoints.read()):
            self.learner.restore(state["weights"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.schedule.load_state_dict(state["schedule"])
            torch.set_rng_state(state["random"])
            for name, value in state["standing"].items():
                setattr(self, name, value)


def _groups(learner: Learner, recipe: Recipe) -> list[dict[str, Any]]:
    """The weights as the optimizer takes them: those that decay, and the others."""
    shrunk = {id(weight) for weight in learner.shrunk}
    parts = [[weight for weight in learner.weights if (id(weight) in shrunk) == decays] for decays in (True, False)]
    decays = (recipe.decay, 0.0)
    return [{"params": part, "weight_decay": decay} for part, decay in zip(parts, decays, strict=True) if part]
