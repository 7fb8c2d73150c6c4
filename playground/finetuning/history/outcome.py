"""What came of a training, in the figures by which trainings are compared."""

from dataclasses import dataclass
from pathlib import Path

from playground.finetuning.held_out.kept import read_held_out
from playground.finetuning.held_out.report import interval_text, score_text
from playground.finetuning.jobs.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """None where it is not known: of a training that goes on, that broke off, or that had no rows for it.

    `lowest` is the validation loss of the best look, of a search that of its best try; `sealed` is the loss on sealed
    rows at the end; `held_out` is what it scored on sealed items, asked bare, where somebody asked them; `bytes` is how
    large its weights are.
    """

    lowest: float | None
    sealed: float | None
    held_out: str
    seconds: float | None
    bytes: int | None


def outcome_of(standing: Standing, result: Path) -> Outcome:
    """Of a training, with the folder of what it left, or will leave."""
    history, end = standing.history, standing.end
    tried = [one.loss for one in history.tries if one.loss is not None]
    losses = tried or [look.loss for look in history.looks if look.loss is not None]
    left = [path.stat().st_size for path in result.glob("*.safetensors")] if standing.phase == "done" else []
    return Outcome(
        lowest=min(losses) if losses else None,
        sealed=end.sealed if end else None,
        held_out=_held_out(result),
        seconds=_seconds(standing),
        bytes=sum(left) if left else None,
    )


def _held_out(result: Path) -> str:
    kept = read_held_out(result)
    score = next((score for score in kept.scores if score.learned), None) if kept else None
    return f"{score_text(score)}, {interval_text(score)}" if score else ""


def _seconds(standing: Standing) -> float | None:
    """How long it took, a search with all its tries."""
    tries, steps = standing.history.tries, standing.history.steps
    if tries:
        return sum(one.seconds for one in tries)
    return steps[-1].seconds if steps else None
