"""Makes a head from its plan: the encoder is opened, measured, trained, and measured again."""

import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from playground.backends.local.files import hub
from playground.backends.local.files.packaged_encoder import fetch_encoder
from playground.backends.sources import parse_source
from playground.errors import ModelUnavailable
from playground.finetuning.heads.kept import write_trained
from playground.finetuning.heads.plan import ENCODER, MOST_MEASURED, HeadPlan, HeadScore, TrainedHead
from playground.finetuning.heads.rows import HeadRow
from playground.finetuning.heads.scoring import measure
from playground.finetuning.heads.training import new_head, train_head
from playground.finetuning.training.checkpoints import Checkpoints
from playground.finetuning.training.events import TrainingEvent, TrainingStep
from playground.types import Progress

Say = Callable[[str], None]


def make_head(
    plan: HeadPlan, rows: Sequence[HeadRow], held_out: Sequence[HeadRow], data: str, result: Path,
    checkpoints: Checkpoints, cache: Path, say: Say, check: Callable[[], None] = lambda: None,
) -> Generator[TrainingEvent, None, TrainedHead]:  # fmt: skip
    """What happens while it learns, and what came of it, which is in the folder `result` then.

    `say` is told of what else is done, in words, and `check` may refuse the encoder once it is here. Raises
    ModelUnavailable, InvalidSetup, TrainingFailed.
    """
    name, seconds = plan.encoder_source or ENCODER, 0.0
    say(f"Opening {name}")
    folder = _fetch(plan.encoder_source, cache, say)
    check()
    model, tokenizer = new_head(folder, plan, rows)
    measured = held_out[:MOST_MEASURED]
    say("Measuring it before it has learned anything")
    before = measure(model, tokenizer, plan.kind, measured)
    for event in train_head(model, tokenizer, rows, plan, checkpoints):
        seconds = event.seconds if isinstance(event, TrainingStep) else seconds
        yield event
    say("Measuring what it has learned")
    after = measure(model, tokenizer, plan.kind, measured)
    model.save_pretrained(result)
    tokenizer.save_pretrained(result)
    trained = TrainedHead(
        plan=plan, encoder=name, data=data,
        scores=tuple(
            HeadScore(name=one, rows=len(measured), before=before[one], after=after[one]) for one in after
        ),
        trained=sum(weight.numel() for weight in model.parameters() if weight.requires_grad),
        parameters=sum(weight.numel() for weight in model.parameters()), seconds=seconds, made=time.time(),
    )  # fmt: skip
    write_trained(result, trained)
    return trained


def _fetch(encoder: str, cache: Path, say: Say) -> Path:
    """The folder of an encoder, fetched first where it is elsewhere. Raises ModelUnavailable, InvalidSetup."""

    class Report:
        """A load of which the page is told, and which has the whole machine's memory."""

        def __call__(self, progress: Progress) -> None:
            say(progress.what)

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
