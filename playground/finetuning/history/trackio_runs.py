"""Writes trainings into trackio, for those who have it: a run for each, with its recipe, curves and outcome."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from playground.errors import NotSupported
from playground.finetuning.history.side_by_side import Compared
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.recipe import recipe_to_dict

MISSING = "This needs the package trackio: pip install 'trackio>=0.43,<1'."


def write_runs(project: str, compared: Sequence[Compared]) -> int:
    """Add them to a project, and say how many there were. Raises NotSupported without trackio.

    It keeps them on this machine, unless its own variables (TRACKIO_SPACE_ID, TRACKIO_SERVER_URL) say otherwise.
    """
    try:
        import trackio
    except ImportError:
        raise NotSupported(MISSING) from None
    for standing, outcome in compared:
        job = standing.job
        config = {**recipe_to_dict(job.recipe), "model": job.model, "data": job.data}
        run = trackio.init(
            project=project, name=f"{job.title} ({job.id})", config=config, embed=False, auto_log_gpu=False,
            auto_log_cpu=False,
        )  # fmt: skip
        for step, curves in sorted(_curves(standing).items()):
            run.log(curves, step=step)
        figures = {f"outcome/{name}": value for name, value in asdict(outcome).items()}
        run.log({name: value for name, value in figures.items() if isinstance(value, (int, float))})
        run.finish()
    return len(compared)


def _curves(standing: Standing) -> dict[int, dict[str, Any]]:
    """All figures of each step."""
    found: dict[int, dict[str, Any]] = {}
    for step in standing.history.steps:
        figures = {"train/loss": step.loss, "train/learning_rate": step.rate, "train/gradient": step.norm}
        found[step.step] = {name: value for name, value in figures.items() if value is not None}
    for look in standing.history.looks:
        if look.loss is not None:
            found.setdefault(look.step, {})["validation/loss"] = look.loss
    return found
