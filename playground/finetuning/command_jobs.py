"""What commands that train have in common: a model, data and a folder are named, and a training is followed."""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.background import interruptible
from playground.errors import InvalidSetup
from playground.finetuning.chosen_models import TEACHER, choose_model, choose_teacher
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.methods import method_of
from playground.finetuning.preparation.checks import refuse_useless
from playground.finetuning.preparation.own_rows import read_rows
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.telling import try_text
from playground.finetuning.training_data import (
    Parts,
    TrainingData,
    built_in,
    left_out_text,
    offered,
    own,
    parts_text,
    split,
)
from playground.settings import Settings
from playground.types import Weights

DONE, BROKEN, STOPPED = 0, 1, 130
INTERVAL = 0.2  # seconds between two looks at a training
SHARES = "0.1,0.2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those that say on what is trained, and where it goes."""
    parser.add_argument("--data", required=True, help=f"one of {', '.join(offered())}, or a file of rows")
    parser.add_argument("--folder", type=Path, required=True, metavar="NEW", help="where the training is kept")
    parser.add_argument("--model", default="default", help="a language model that the Models tab lists")
    parser.add_argument("--teacher", default="", metavar="MODEL[+ADAPTER]", help=TEACHER)
    parser.add_argument("--most", type=int, metavar="N", help="use at most so many rows")
    parser.add_argument("--shares", default=SHARES, metavar="V,H", help="of validation and, of own rows, sealed rows")
    parser.add_argument("--title", default="", help="what it is called")


def read_text(path: Path) -> str:
    """Raises InvalidSetup for a file that cannot be read."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InvalidSetup(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise InvalidSetup(f"{path} is not UTF-8 text; save it as UTF-8.") from None


def data_of(recipe: Recipe, arguments: argparse.Namespace) -> tuple[TrainingData, Parts]:
    """The data that was named, and its parts by the recipe's seed. Raises InvalidSetup."""
    try:
        validation, held_out = map(float, arguments.shares.split(","))
    except ValueError:
        raise InvalidSetup(f"--shares takes two shares, such as {SHARES}.") from None
    if not 0 <= validation < 1:
        raise InvalidSetup(path=("validation",), value=validation, rule="it must be a share from 0 to below 1.")
    if arguments.most is not None and arguments.most < 1:
        raise InvalidSetup(path=("most",), value=arguments.most, rule="it must be 1 or more.")
    if arguments.data in offered():
        data = built_in(arguments.data, recipe.seed)
        return data, split(data, arguments.most, validation, recipe.seed)
    path = Path(arguments.data)
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path} is none of {', '.join(offered())}, and cannot be read: {error.strerror or error}."
        raise InvalidSetup(message) from None
    rows = read_rows(content, path.name).rows
    return own(rows, path.stem[:60], arguments.most, validation, held_out, recipe.seed)


def job_of(recipe: Recipe, arguments: argparse.Namespace) -> Job:
    """The training that was asked for, but for its data. Raises UnknownModel, NotSupported, InvalidSetup."""
    catalog = Catalog(offered_entries(Settings.from_environment()))
    info, source = choose_model(catalog, arguments.model)
    teacher = choose_teacher(catalog, _weights(arguments.teacher), info.name) if arguments.teacher else None
    title = arguments.title or f"{Path(arguments.data).stem[:60]}, {method_of(recipe).title}"
    return Job(
        id="", title=title[:80], model=info.name, model_title=info.title, source=source, recipe=recipe, data="",
        prompts=(), made=time.time(), teacher=teacher.source if teacher else None,
        teacher_title=teacher.title if teacher else "", teacher_adapter=teacher.adapter if teacher else None,
    )  # fmt: skip


def _weights(named: str) -> Weights:
    """A model, or one with an adapter, as a person names them: default+sentiment."""
    model, _, adapter = (part.strip() for part in named.partition("+"))
    return Weights(model=model, adapter=adapter)


def run(job: Job, data: TrainingData, parts: Parts, arguments: argparse.Namespace) -> int:
    """Train, printing what happens, until the end or Ctrl-C; returns the exit status. Raises PlaygroundError."""
    print(" ".join(filter(None, [parts_text(parts), left_out_text(parts)])), flush=True)
    refuse_useless(parts.training, (*parts.validation, *parts.held_out))
    job = replace(job, data=data.title, prompts=data.prompts)
    jobs = TrainingJobs(arguments.folder, Settings.from_environment().cache)
    try:
        with interruptible() as interrupted:
            key = jobs.start(job, parts.training, parts.validation, parts.held_out)
            print(f"{job.title}: kept in {arguments.folder / key}", flush=True)
            standing = _follow(jobs, key, interrupted)
    finally:
        jobs.close()
    assert standing.end
    print(standing.end.words)
    if standing.phase == "done":
        print(f"What was learned is in {jobs.result(key)}")
    return {"done": DONE, "stopped": STOPPED}.get(standing.phase, BROKEN)


def _follow(jobs: TrainingJobs, key: str, interrupted: Event) -> Standing:
    """Print the stages, looks and now and then a step, until it has ended."""
    said: set[str] = set()
    asked_to_stop = False
    while True:
        standing = jobs.standing(key)
        for line in _lines(standing):
            if line not in said:
                said.add(line)
                print(line, flush=True)
        if not standing.going:
            return standing
        if interrupted.wait(0 if asked_to_stop else INTERVAL) and not asked_to_stop:
            asked_to_stop = True
            print("Stopping; what is done is kept.", file=sys.stderr, flush=True)
            jobs.stop(key)
        elif asked_to_stop:
            time.sleep(INTERVAL)


def _lines(standing: Standing) -> Iterator[str]:
    history = standing.history
    if history.stage:
        yield f"{history.stage} ..."
    yield from map(try_text, history.tries)
    if standing.job.search:
        return
    looks = {look.step: look for look in history.looks}
    for step in history.steps:
        look = looks.get(step.step)
        seen = f", validation {look.loss:.3f}" if look and look.loss is not None else ""
        if seen or step.step == 1 or step.step % max(1, step.steps // 10) == 0:
            yield f"step {step.step:,} of {step.steps:,}: loss {step.loss:.3f}{seen}"
