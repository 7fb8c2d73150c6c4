"""Keeps what the sealed part said beside what was learned, and counts how often it has been looked at."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from playground.errors import TrainingFailed
from playground.finetuning.held_out.judging import HeldOutResult, HeldOutScore
from playground.finetuning.whole_file import write_json_whole
from playground.json_values import as_json

log = logging.getLogger(__name__)
FILE = "held_out.json"


def write_held_out(folder: Path, result: HeldOutResult, others: Sequence[Path] = ()) -> HeldOutResult:
    """Keep the result in the folder of what was learned, and give it with all looks at its sealed part counted.

    `others` are folders of what else was learned: picking the best of them by one sealed part flatters it. Raises
    TrainingFailed when it cannot be written.
    """
    here = [kept for kept in [read_held_out(folder)] if kept and kept.digest == result.digest]
    own = 1 + sum(kept.looks for kept in here)
    try:
        write_json_whole(folder / FILE, as_json(asdict(replace(result, looks=own))))
    except OSError as error:
        log.warning("What the sealed part said cannot be kept in %s.", folder, exc_info=True)
        raise TrainingFailed(f"What was found cannot be kept with what was learned: {error.strerror}.") from error
    return with_looks(folder, others) or result


def with_looks(folder: Path, others: Sequence[Path]) -> HeldOutResult | None:
    """What was found before, with the looks at its sealed part that the others took as well; None where nothing was."""
    result = read_held_out(folder)
    if result is None:
        return None
    elsewhere = [kept for other in others if other != folder and (kept := read_held_out(other))]
    return replace(result, looks=result.looks + sum(kept.looks for kept in elsewhere if kept.digest == result.digest))


def read_held_out(folder: Path) -> HeldOutResult | None:
    """What was found with this one, with its own looks; None where nothing was asked yet."""
    if not (folder / FILE).is_file():
        return None
    data: dict[str, Any] = json.loads((folder / FILE).read_text("utf-8"))
    scores = tuple(HeldOutScore(**score) for score in data["scores"])
    return HeldOutResult(**{**data, "scores": scores, "sentences": tuple(data["sentences"])})
