"""Trains a head, and the encoder below it where that is wanted."""

import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR
from transformers import AutoTokenizer

from playground.backends.local.files.loading import CLASSES, device
from playground.errors import ModelUnavailable, TrainingHopeless
from playground.finetuning.heads.encoding import NONE, batch_loss, encode_row
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.own import labels_of
from playground.finetuning.heads.plan import HeadPlan
from playground.finetuning.heads.rows import HeadRow
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training.loss import batches
from playground.finetuning.training.schedules import rate_share

DECAY = 0.01
LONGEST_GRADIENT = 1.0


def new_head(folder: Path, plan: HeadPlan, rows: Sequence[HeadRow]) -> tuple[Any, Any]:
    """The encoder of a folder with a new head on it, and its tokenizer. Raises ModelUnavailable for what is none."""
    torch.manual_seed(plan.seed)
    where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **where)
        model = CLASSES[HEADS[plan.kind].task].from_pretrained(
            folder,
            use_safetensors=True,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
            **_labels(plan, rows),
            **where,
        )
    except Exception as error:  # whatever the libraries raise at files that are not as they expect them
        raise ModelUnavailable(f"No head can be put on {plan.encoder_source or 'the encoder'}", error) from error
    if not tokenizer.is_fast:
        raise ModelUnavailable(
            f"The tokenizer of {plan.encoder_source} cannot say where its tokens lie; it needs a fast one."
        )
    if tokenizer.pad_token_id is None:
        raise ModelUnavailable(
            f"The tokenizer of {plan.encoder_source} has no token to pad with; choose another encoder."
        )
    tokenizer.padding_side = "right"
    below = f"{model.base_model_prefix}."
    for name, weight in model.named_parameters():
        weight.requires_grad_(plan.trains == "encoder_and_head" or not name.startswith(below))
    return model.to(device()), tokenizer


def _labels(plan: HeadPlan, rows: Sequence[HeadRow]) -> dict[str, Any]:
    """What the head tells apart, as the config of a model says it."""
    match plan.kind:
        case "answers":
            return {}
        case "reward":
            names: tuple[str, ...] = ("preferred",)
        case "tokens":
            names = (NONE, *labels_of(tuple(rows)))
        case "classification":
            names = labels_of(tuple(rows))
    return {"id2label": dict(enumerate(names)), "label2id": {name: at for at, name in enumerate(names)}}


def train_head(
    model: Any, tokenizer: Any, rows: Sequence[HeadRow], plan: HeadPlan
) -> Generator[TrainingStep, None, None]:
    """Train in place; closing stops it where it is. Raises TrainingHopeless for a loss that is no number."""
    recipe, number_of = plan.recipe, model.config.label2id
    encoded = [encode_row(tokenizer, row, number_of) for row in rows]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.rate or 0.0, weight_decay=DECAY)
    schedule = LambdaLR(optimizer, lambda step: rate_share(recipe, step))
    torch.manual_seed(plan.seed)  # of what is left out by chance
    started = time.monotonic()
    model.train()
    for step, batch in enumerate(batches(encoded, recipe), 1):
        rate = float(schedule.get_last_lr()[0])
        loss = batch_loss(model, tokenizer, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(weights, LONGEST_GRADIENT).item()
        if not (loss.isfinite() and norm < float("inf")):
            raise TrainingHopeless(
                f"The loss is not a number any more at step {step}: the learning rate of {rate:.2g} is too high. "
                "Lower it and start again."
            )
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        seconds = time.monotonic() - started
        yield TrainingStep(
            step=step, steps=plan.steps, loss=loss.item(), seconds=seconds, rate=rate, norm=norm,
            tokens=sum(len(one["input_ids"]) for row in batch for one in row),
            left=seconds / step * (plan.steps - step),
        )  # fmt: skip
    model.eval()
