"""Keeps what probes found beside what was learned, as data that its card is written from."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playground.errors import TrainingFailed
from playground.finetuning.probes.figures import Estimate, ProbeFigure, ProbeResult
from playground.json_values import as_json

log = logging.getLogger(__name__)
FILE = "probes.json"
INFINITE = {"low": float("-inf"), "high": float("inf")}  # JSON has null for them


def write_probes(folder: Path, results: Sequence[ProbeResult]) -> None:
    """Raises TrainingFailed when they cannot be written."""
    try:
        data = as_json([asdict(result) for result in results])
        (folder / FILE).write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    except OSError as error:
        log.warning("What was found cannot be kept in %s.", folder, exc_info=True)  # a path is not for strangers
        raise TrainingFailed(f"What was found cannot be kept with what was learned: {error.strerror}.") from error


def read_probes(folder: Path) -> tuple[ProbeResult, ...]:
    """What was found before; none where nothing was probed yet."""
    if not (folder / FILE).is_file():
        return ()
    data: list[dict[str, Any]] = json.loads((folder / FILE).read_text("utf-8"))
    return tuple(
        ProbeResult(**{**one, "figures": tuple(map(_figure, one["figures"])), "examples": tuple(one["examples"])})
        for one in data
    )


def _figure(data: dict[str, Any]) -> ProbeFigure:
    return ProbeFigure(**{**data, **{name: _estimate(data[name]) for name in ("before", "after", "change")}})


def _estimate(data: dict[str, Any]) -> Estimate:
    return Estimate(**{name: INFINITE[name] if value is None else value for name, value in data.items()})
