"""What learns in methods that put an adapter of PEFT into a model."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file

from playground.errors import InvalidSetup
from playground.finetuning.methods.quick_layers import quicken
from playground.finetuning.read_logits import read_logits


class PeftLearner:
    """An adapter of PEFT. Its weights are float32 while they learn, since bfloat16 swallows small updates.

    The model's own weights stay as they are, in their own precision.
    """

    def __init__(self, model: Any, config: Any) -> None:
        """Raises InvalidSetup for a model that has none of the weights which the config names."""
        try:
            self.adapted = get_peft_model(model, config)
        except ValueError as error:
            raise InvalidSetup(f"This model cannot be trained in this way: {str(error)[:300]}") from error
        self._slow_down = quicken(self.adapted)

    @property
    def weights(self) -> list[torch.Tensor]:
        return list(self._trained().values())

    @property
    def shrunk(self) -> list[torch.Tensor]:
        """LoRA's matrices: a factor or a length of 0 would take away what is there."""
        return [weight for name, weight in self._trained().items() if is_low_rank(name)]

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int, cache: Any = None) -> Any:
        return read_logits(self.adapted, keep, cache, input_ids=ids, attention_mask=mask, position_ids=positions)

    def switch(self, *, learning: bool) -> None:
        self.adapted.train(learning)

    def state(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().clone() for name, weight in self._trained().items()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, weight in self._trained().items():
                weight.copy_(state[name])

    def save(self, folder: Path, base: str) -> None:
        """A PEFT folder: matrices in bfloat16, factors in float32, and a config that names no place on a disk."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = get_peft_model_state_dict(self.adapted)
        write_weights(weights, folder / "adapter_model.safetensors", is_low_rank)
        config = self.adapted.peft_config["default"]
        config.base_model_name_or_path = base
        config.inference_mode = True
        config.save_pretrained(str(folder))

    def detach(self) -> None:
        self._slow_down()
        self.adapted.unload()

    def _trained(self) -> dict[str, torch.Tensor]:
        return {name: weight for name, weight in self.adapted.named_parameters() if weight.requires_grad}


def is_low_rank(name: str) -> bool:
    """Whether a weight of an adapter is one of LoRA's matrices, and no factor or length of what is there."""
    return "lora_A" in name or "lora_B" in name or "lora_embedding_" in name


def write_weights(
    weights: Mapping[str, torch.Tensor], file: Path, rounded: Callable[[str], bool] = lambda name: True
) -> None:
    """Tensors as safetensors that everybody may read: in bfloat16 where that is fine enough, else in float32."""
    kinds = {name: torch.bfloat16 if rounded(name) else torch.float32 for name in weights}
    save_file(
        {name: weight.detach().to(kinds[name]).cpu().contiguous() for name, weight in weights.items()},
        file,
        metadata={"format": "pt"},
    )
    file.chmod(0o644)  # it is written for its owner alone
