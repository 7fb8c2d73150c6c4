"""What learns in full fine-tuning: a copy of the model in float32."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from playground.finetuning.methods.peft_learner import write_weights
from playground.finetuning.read_logits import read_logits


class WholeModel:
    """The copy; the model itself is not touched."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.model = copy.deepcopy(model).float().requires_grad_(True)

    @property
    def weights(self) -> list[torch.Tensor]:
        return list(self.model.parameters())

    @property
    def shrunk(self) -> list[torch.Tensor]:
        """Its matrices: norms and biases stand around what they scale."""
        return [weight for weight in self.model.parameters() if weight.ndim > 1]

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int, cache: Any = None) -> Any:
        return read_logits(self.model, keep, cache, input_ids=ids, attention_mask=mask, position_ids=positions)

    def switch(self, *, learning: bool) -> None:
        self.model.train(learning)

    def state(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().clone() for name, weight in self.model.named_parameters()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, weight in self.model.named_parameters():
                weight.copy_(state[name])

    def save(self, folder: Path, base: str) -> None:
        save_model(self.model, self._tokenizer, folder)

    def detach(self) -> None:
        """The model is as it was: only a copy has learned."""


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write a model's folder: bfloat16 safetensors, config and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    # A matrix that input and output share is one parameter, and stands in the file once.
    write_weights(dict(model.named_parameters()), folder / "model.safetensors")
    config = copy.deepcopy(model.config)
    config.dtype = torch.bfloat16
    config.architectures = [type(model).__name__]
    if hasattr(config, "quantization_config"):  # of the file that the base was read from
        del config.quantization_config
    config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
