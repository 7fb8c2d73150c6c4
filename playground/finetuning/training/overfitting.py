"""Names overfitting when it shows: the validation loss turns while the training loss goes on falling."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.finetuning.training.events import Look, TrainingStep

LOOKS = 2  # above the lowest one, one after the other, before it is said
RISE = 0.02  # share of the lowest loss by which the last look is above it: less is noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfitting:
    """Since the look after which the validation loss rose: that step, and both losses then and now."""

    since: int
    validation_then: float
    validation_now: float
    training_then: float
    training_now: float


def find_overfitting(steps: Sequence[TrainingStep], looks: Sequence[Look]) -> Overfitting | None:
    """None as long as it does not show. Training losses are means around the looks: single batches jump."""
    known = [(look.step, look.loss) for look in looks if look.loss is not None]
    if len(known) <= LOOKS:
        return None
    at = min(range(len(known)), key=lambda place: known[place][1])
    (step, lowest), (now, last) = known[at], known[-1]
    if at > len(known) - 1 - LOOKS or last < lowest * (1 + RISE) or not step:
        return None
    half = max(1, (now - step) // (2 * LOOKS))
    then_training, now_training = (_mean(steps, end - half, end + half) for end in (step, now))
    if then_training is None or now_training is None or now_training >= then_training:
        return None
    return Overfitting(
        since=step, validation_then=lowest, validation_now=last, training_then=then_training,
        training_now=now_training,
    )  # fmt: skip


def _mean(steps: Sequence[TrainingStep], first: int, last: int) -> float | None:
    losses = [step.loss for step in steps if first < step.step <= last]
    return sum(losses) / len(losses) if losses else None
