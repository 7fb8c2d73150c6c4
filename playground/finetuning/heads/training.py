"""Trains a head, and the encoder below it where that is wanted."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from playground.backends.local.files.loading import CLASSES, device
from playground.errors import ModelUnavailable
from playground.finetuning.heads.encoding import NONE, Encoded, batch_loss, encode_row
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.own import labels_of
from playground.finetuning.heads.plan import HeadPlan
from playground.finetuning.heads.rows import HeadRow
from playground.finetuning.search.telling import is_out_of_memory
from playground.finetuning.training.checkpoints import Checkpoints
from playground.finetuning.training.events import TrainingEvent
from playground.finetuning.training.loop import Trained, Watched, learn


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
        if is_out_of_memory(error):
            raise
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
    model: Any, tokenizer: Any, rows: Sequence[HeadRow], plan: HeadPlan, checkpoints: Checkpoints | None = None
) -> Generator[TrainingEvent, None, Trained]:
    """Train in place, from where the checkpoints stand; closing writes one. Raises TrainingHopeless for a loss that is
    no number."""
    objective = LearnHead(model, tokenizer, model.config.label2id)
    encoded = list(objective.encode(rows))
    torch.manual_seed(plan.seed)  # of what is left out by chance
    learner = HeadLearner(model)
    return (
        yield from learn(
            learner, objective, tokenizer, (encoded, ()), plan.recipe, Watched(), checkpoints, model.device
        )
    )


@dataclass(frozen=True, slots=True)
class HeadLearner:
    """What learns: the head, and the encoder with it unless that stays as it is."""

    model: Any

    @property
    def weights(self) -> list[torch.Tensor]:
        return list(self._learned().values())

    @property
    def shrunk(self) -> list[torch.Tensor]:
        return self.weights

    def switch(self, *, learning: bool) -> None:
        self.model.train(learning)

    def state(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().clone() for name, weight in self._learned().items()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, weight in self._learned().items():
                weight.copy_(state[name])

    def detach(self) -> None:
        """There is nothing to take off: the process ends, or the model is loaded anew."""

    def _learned(self) -> dict[str, torch.Tensor]:
        return {name: weight for name, weight in self.model.named_parameters() if weight.requires_grad}


@dataclass(frozen=True, slots=True)
class LearnHead:
    """What is made smaller: see `Objective`. What learns is the model that it is made with."""

    model: Any
    tokenizer: Any
    number_of: Mapping[str, int]

    @property
    def slower(self) -> float:
        return 1.0

    def encode(self, rows: Sequence[Any]) -> Iterator[list[Encoded]]:
        return (encode_row(self.tokenizer, row, self.number_of) for row in rows)

    def total(self, learner: Any, batch: Sequence[list[Encoded]]) -> tuple[torch.Tensor, int]:
        return batch_loss(self.model, self.tokenizer, batch) * len(batch), len(batch)

    def tokens(self, row: list[Encoded]) -> int:
        return sum(len(one["input_ids"]) for one in row)
