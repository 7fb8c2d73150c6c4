"""A training as its folder keeps it: what it is, what happened in it, and how it ended."""

import json
import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from playground.backends.sources import ModelSource
from playground.errors import TrainingFailed
from playground.finetuning.heads import rows as head_rows
from playground.finetuning.heads.plan import HeadPlan, parse_head_plan
from playground.finetuning.preparation.rows import from_json_lines, to_json_lines
from playground.finetuning.recipe import Recipe, parse_recipe, recipe_to_dict
from playground.finetuning.search.space import Search, parse_search
from playground.finetuning.training.events import LATEST
from playground.finetuning.whole_file import write_json_whole
from playground.types import Message

log = logging.getLogger(__name__)
Rows = tuple[Any, ...]  # of a model, or of a head
Ending = Literal["done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is trained on what. `model` is the base's name in the catalog, `prompts` are answered at every look.

    `owner` is the visitor whose it is, where strangers share the server, and `address` a name of where they came from;
    `made` is when, in seconds since 1970. `teacher` is another model whose probabilities are learned, called
    `teacher_title`, with an adapter if one is named.
    After `most_seconds`, of all its sittings together, it is stopped; None is never. `sittings` are when each that is
    over ended, and the seconds that its process took, also before the first step. With a `search` several recipes are
    tried, and at the end `recipe` is the best of them. With a `head` that is put on an encoder and trained, by the
    numbers of its plan, which `recipe` repeats; its rows are those of heads.
    """

    id: str
    title: str
    model: str
    model_title: str
    source: ModelSource
    recipe: Recipe
    data: str
    prompts: tuple[tuple[Message, ...], ...]
    made: float
    owner: str = ""
    address: str = ""
    most_seconds: float | None = None
    sittings: tuple[tuple[float, float], ...] = ()
    search: Search | None = None
    teacher: ModelSource | None = None
    teacher_title: str = ""
    teacher_adapter: ModelSource | None = None
    head: HeadPlan | None = None

    @property
    def last_used(self) -> float:
        """When it was begun, or last ended."""
        return max([self.made, *(ended for ended, _ in self.sittings)])

    def learns_as(self, other: "Job") -> bool:
        """Whether both do the same to the same model: from the same rows they would end in the same weights."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("model", "source", "recipe", "search", "teacher", "teacher_adapter", "head")
        )

    def after_sitting(self, ended: float, took: float) -> "Job":
        """The same with one more sitting, which has just ended."""
        return replace(self, sittings=(*self.sittings, (ended, took)))


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How it ended, with words for a person. `best_step` is the look whose weights were kept, `sealed` their loss on
    rows sealed for the end.

    `hopeless`: going on with it would end in the same way.
    """

    ending: Ending
    words: str
    step: int = 0
    best_step: int | None = None
    hopeless: bool = False
    sealed: float | None = None


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The folder of one training."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoint"

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to go on from; else it would begin anew."""
        return any(place.exists() for place in (self.checkpoints / LATEST, *self.checkpoints.glob(f"try-*/{LATEST}")))

    @property
    def result(self) -> Path:
        """What was learned, once it has ended well."""
        return self.path / "result"

    @property
    def merged(self) -> Path:
        """The base with what was learned in its weights, once somebody has asked for it."""
        return self.path / "merged"

    @property
    def merging(self) -> FileLock:
        """A lock that is held by whoever merges or deletes it, over several threads; taking it waits for nobody."""
        return FileLock(self.path / "merge.lock", timeout=0, thread_local=False)

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.path / "worker.log"

    @property
    def size(self) -> int:
        """Bytes of all its files, of which some may go while they are counted."""
        found = 0
        for path in self.path.rglob("*"):
            with suppress(FileNotFoundError):
                found += path.stat().st_size
        return found

    def create(self, job: Job, rows: Sequence[Any], validation: Sequence[Any], held_out: Sequence[Any] = ()) -> None:
        """`held_out` are rows sealed for the end. Raises TrainingFailed when it cannot be written."""
        as_lines = to_json_lines if job.head is None else head_rows.to_json_lines
        try:
            self.path.mkdir(parents=True)
            (self.path / "rows.jsonl").write_text(as_lines(rows), "utf-8")
            (self.path / "validation.jsonl").write_text(as_lines(validation), "utf-8")
            (self.path / "held_out.jsonl").write_text(as_lines(held_out), "utf-8")
            self.write_job(job)
        except OSError as error:
            shutil.rmtree(self.path, ignore_errors=True)
            log.warning("A training cannot be kept in %s.", self.path, exc_info=True)
            where = "on this server" if job.owner else f"in {self.path}"
            raise TrainingFailed(f"The training cannot be kept {where}: {error.strerror}.") from error

    def write_job(self, job: Job) -> None:
        write_json_whole(self.path / "job.json", {**asdict(job), "recipe": recipe_to_dict(job.recipe)})

    def read_job(self) -> Job:
        """Raises TrainingFailed for a folder that holds none, or InvalidSetup for a recipe that is not of today."""
        data = self._read("job.json")
        if data is None:
            raise TrainingFailed(f"{self.path} holds no training.")
        turns = [tuple(Message(**turn) for turn in prompt) for prompt in data["prompts"]]
        recipe = parse_recipe(data["recipe"])
        search = parse_search(data["search"], recipe) if data.get("search") else None
        parts = {"source": ModelSource(**data["source"]), "recipe": recipe, "search": search}
        sittings = tuple((ended, took) for ended, took in data.get("sittings", ()))
        teachers = {
            name: ModelSource(**data[name]) if data.get(name) else None for name in ("teacher", "teacher_adapter")
        }
        head = parse_head_plan(data["head"]) if data.get("head") else None
        return Job(**{**data, **parts, "prompts": tuple(turns), "sittings": sittings, "head": head, **teachers})

    def read_owner(self) -> str:
        """Whose it is, also where the rest is not of today; nobody's where not even that can be read."""
        try:
            data = self._read("job.json")
        except (OSError, ValueError):
            return ""
        owner = data.get("owner") if isinstance(data, dict) else ""
        return owner if isinstance(owner, str) else ""

    def read_rows(self) -> tuple[Rows, Rows, Rows]:
        """Rows to train on, those to look at, and those sealed for the end, which older trainings have none of."""
        head = self.read_job().head
        parse = from_json_lines if head is None else partial(head_rows.from_json_lines, head.kind)
        files = [self.path / f"{name}.jsonl" for name in ("rows", "validation", "held_out")]
        rows, validation, held_out = (parse(file.read_text("utf-8")) if file.exists() else () for file in files)
        return rows, validation, held_out

    def write_end(self, end: End) -> None:
        write_json_whole(self.path / "end.json", asdict(end))

    def read_end(self) -> End | None:
        data = self._read("end.json")
        return None if data is None else End(**data)

    def write_base(self, digest: str) -> None:
        """Which files the base was read from: with others what was learned is another model."""
        write_json_whole(self.path / "base.json", {"digest": digest})

    def read_base(self) -> str:
        """Empty where it is not known, as of an older training."""
        data = self._read("base.json")
        return str(data["digest"]) if data else ""

    def put_end_aside(self) -> None:
        """It goes on: how it ended is from now on how it ended before."""
        with suppress(FileNotFoundError):
            (self.path / "end.json").replace(self.path / "end_before.json")

    def read_end_before(self) -> End | None:
        """How it ended the time before, which is where it stands until it has begun again."""
        data = self._read("end_before.json")
        return None if data is None else End(**data)

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.path / name
        if not path.exists():
            return None
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return data
