"""What is trained and how, each number declared once, and the folder of a head."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from playground import setups
from playground.errors import InvalidSetup, TrainingFailed
from playground.finetuning.heads.kinds import HeadName
from playground.finetuning.heads.own import Parts
from playground.finetuning.heads.rows import from_json_lines, to_json_lines
from playground.finetuning.recipe import MAX_SEED, Recipe
from playground.finetuning.whole_file import write_json_whole
from playground.parameters import STRICT, choice, number, text

RATES = {"encoder_and_head": 2e-4, "head_alone": 1e-2}
Trains = Literal["encoder_and_head", "head_alone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPlan:
    """A head on an encoder, and how it is trained."""

    __pydantic_config__ = STRICT
    kind: HeadName = choice("classification", help="What it is to do.")
    encoder_source: str = text(
        max_length=500, label="Encoder",
        help="Empty: all-MiniLM-L6-v2, which the playground has. Else a folder, or a name at the hub: BERT, RoBERTa, "
        "DeBERTa and T5 among others.",
    )  # fmt: skip
    trains: Trains = choice(
        "encoder_and_head", label="What learns", help="The head alone is quicker, and learns less. All else stays."
    )
    steps: int = number(120, 1, 3000, step=1, help="Updates of the weights; each looks at one batch.")
    batch: int = number(16, 1, 64, step=1, help="Rows of one step.")
    rate: float | None = number(
        None, 1e-6, 1.0, step=1e-5, label="Learning rate", empty="what suits what is trained",
        help="How far a step goes, at its peak.",
    )  # fmt: skip
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of the data's order and of the first weights.")

    @property
    def recipe(self) -> Recipe:
        """Its numbers as the loop takes them."""
        return Recipe(
            steps=self.steps, batch=self.batch, rate=RATES[self.trains] if self.rate is None else self.rate,
            seed=self.seed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A measure with its 95 % interval, on so many rows, before training and after it."""

    name: str
    rows: int
    before: tuple[float, float, float]
    after: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedHead:
    """What came of a plan. `trained` counts the weights that learned, of so many `parameters`."""

    key: str
    plan: HeadPlan
    encoder: str
    data: str
    scores: tuple[Score, ...]
    trained: int
    parameters: int
    seconds: float
    made: float


@dataclass(frozen=True, slots=True)
class HeadFolder:
    """The folder of one head."""

    path: Path

    @property
    def result(self) -> Path:
        """The model, once it is trained."""
        return self.path / "result"

    def write(self, plan: HeadPlan, parts: Parts, data: str) -> None:
        """Raises TrainingFailed where it cannot be kept."""
        try:
            self.path.mkdir(parents=True)
            (self.path / "rows.jsonl").write_text(to_json_lines(parts[0]), "utf-8")
            (self.path / "held_out.jsonl").write_text(to_json_lines(parts[1]), "utf-8")
            write_json_whole(self.path / "plan.json", {"plan": asdict(plan), "data": data})
        except OSError as error:
            raise TrainingFailed(f"The head cannot be kept in {self.path}: {error.strerror}.") from error

    def read(self) -> tuple[HeadPlan, Parts, str]:
        kept = json.loads((self.path / "plan.json").read_text("utf-8"))
        plan: HeadPlan = setups.build(HeadPlan, kept["plan"], ("head",))
        rows, held_out = (
            from_json_lines(plan.kind, (self.path / f"{name}.jsonl").read_text("utf-8"))
            for name in ("rows", "held_out")
        )
        return plan, (rows, held_out), kept["data"]

    def write_trained(self, head: TrainedHead) -> None:
        write_json_whole(self.path / "head.json", asdict(head))

    def read_trained(self) -> TrainedHead | None:
        """None for a head that was not trained to its end, or by another version."""
        try:
            kept: Mapping[str, Any] = json.loads((self.path / "head.json").read_text("utf-8"))
            plan: HeadPlan = setups.build(HeadPlan, kept["plan"], ("head",))
            scores = tuple(
                Score(name=one["name"], rows=one["rows"], before=tuple(one["before"]), after=tuple(one["after"]))
                for one in kept["scores"]
            )
            return TrainedHead(**{**kept, "plan": plan, "scores": scores, "key": self.path.name})
        except (OSError, ValueError, KeyError, TypeError, InvalidSetup):
            return None


def new_folder(heads: Path) -> HeadFolder:
    """A folder that is not there yet, below that of all heads."""
    return HeadFolder(heads / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}")


def trained_heads(heads: Path) -> tuple[TrainedHead, ...]:
    """All that were trained to their end, the newest first."""
    found = [HeadFolder(path.parent).read_trained() for path in heads.glob("*/head.json")]
    return tuple(sorted(filter(None, found), key=lambda head: -head.made))
