"""What came of a head, kept beside its weights, and all heads that were trained here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playground.errors import InvalidSetup
from playground.finetuning.heads.plan import HeadScore, TrainedHead, parse_head_plan
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.whole_file import write_json_whole

FILE = "head.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHead:
    """A head that was trained to its end: how its training stands, what came of it, and the folder of its weights."""

    standing: Standing
    head: TrainedHead
    folder: Path

    @property
    def key(self) -> str:
        return self.standing.job.id


def write_trained(result: Path, head: TrainedHead) -> None:
    write_json_whole(result / FILE, asdict(head))


def read_trained(result: Path) -> TrainedHead | None:
    """None for one that was not trained to its end, or by another version."""
    try:
        kept: Mapping[str, Any] = json.loads((result / FILE).read_text("utf-8"))
        scores = tuple(
            HeadScore(name=one["name"], rows=one["rows"], before=tuple(one["before"]), after=tuple(one["after"]))
            for one in kept["scores"]
        )
        return TrainedHead(**{**kept, "plan": parse_head_plan(kept["plan"]), "scores": scores})
    except (OSError, ValueError, KeyError, TypeError, InvalidSetup):
        return None


def kept_heads(jobs: TrainingJobs) -> tuple[KeptHead, ...]:
    """All that were trained to their end, the newest first."""
    found = []
    for standing in jobs.standings():
        if standing.job.head is not None and standing.phase == "done":
            folder = jobs.place_of_result(standing.job.id)
            if (head := read_trained(folder)) is not None:
                found.append(KeptHead(standing=standing, head=head, folder=folder))
    return tuple(found)


def find_head(jobs: TrainingJobs, key: object) -> KeptHead:
    """Raises InvalidSetup for a head that is not there."""
    head = next((head for head in kept_heads(jobs) if head.key == key), None)
    if head is None:
        raise InvalidSetup("This head is not there any more; train one, or choose another.")
    return head
