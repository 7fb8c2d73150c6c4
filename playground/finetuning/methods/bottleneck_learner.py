"""What learns in bottleneck adapters: small networks that add to what parts of each block put out."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from playground.backends.local.adapters.adapter_folder import CONFIG, WEIGHTS
from playground.backends.local.adapters.bottleneck_folder import PARTS, bottleneck_config
from playground.errors import InvalidSetup
from playground.finetuning.methods.peft_learner import write_weights
from playground.finetuning.methods.quick_layers import quicken
from playground.finetuning.read_logits import read_logits
from playground.finetuning.recipe import Recipe

# The last layer of each part of a block, as models call it.
FEED_FORWARD = ("mlp.down_proj", "mlp.c_proj", "mlp.dense_4h_to_h", "mlp.fc2")
ATTENTION = ("self_attn.o_proj", "attn.c_proj", "attention.dense", "self_attn.dense")
SMALL = 0.01  # the spread of the first weights down, as in the paper; those up begin as zero


class Bottlenecks:
    """Float32 weights while they learn, beside a model whose own stay as they are, in their own precision."""

    def __init__(self, model: Any, recipe: Recipe) -> None:
        """Raises InvalidSetup for a model that has none of the layers after which they stand."""
        self.model, self._width = model, recipe.width
        ends = FEED_FORWARD if recipe.places == "feed_forward" else FEED_FORWARD + ATTENTION
        modules = {path: module for path, module in model.named_modules() if path.endswith(ends)}
        if not modules:
            raise InvalidSetup(
                "This model cannot be trained in this way: it has no layer with a name that ends in "
                f"{' or '.join(ends)}. Choose another method."
            )
        torch.manual_seed(recipe.seed)
        self._learned = {
            path: _beginning(_outputs(module), self._width, model.device) for path, module in modules.items()
        }
        self._slow_down = quicken(model)
        self._hooks = [module.register_forward_hook(_adding(self._learned[path])) for path, module in modules.items()]

    @property
    def weights(self) -> list[torch.Tensor]:
        return list(self._named().values())

    @property
    def shrunk(self) -> list[torch.Tensor]:
        """Its matrices: where they are zero nothing is changed."""
        return [weight for weight in self.weights if weight.ndim > 1]

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int, cache: Any = None) -> Any:
        return read_logits(self.model, keep, cache, input_ids=ids, attention_mask=mask, position_ids=positions)

    def switch(self, *, learning: bool) -> None:
        for weight in self.weights:
            weight.requires_grad_(learning)

    def state(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().clone() for name, weight in self._named().items()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, weight in self._named().items():
                weight.copy_(state[name])

    def save(self, folder: Path, base: str) -> None:
        """A folder of safetensors and a config, laid out as `bottleneck_folder` reads it: matrices in bfloat16."""
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(self._named(), folder / WEIGHTS, lambda name: name.endswith(".weight"))
        config = bottleneck_config(base, self._width, list(self._learned))
        (folder / CONFIG).write_text(json.dumps(config, indent=2), "utf-8")

    def detach(self) -> None:
        self._slow_down()
        for hook in self._hooks:
            hook.remove()

    def _named(self) -> dict[str, torch.Tensor]:
        return {
            f"{path}{part}": weight
            for path, learned in self._learned.items()
            for part, weight in zip(PARTS, learned, strict=True)
        }


def _outputs(module: Any) -> int:
    """How wide what a linear layer puts out is; GPT-2's calls that otherwise."""
    return int(module.out_features if hasattr(module, "out_features") else module.nf)


def _beginning(outputs: int, width: int, device: Any) -> tuple[torch.nn.Parameter, ...]:
    """Down, its bias, up and its bias: what begins as no change."""
    first = torch.randn(width, outputs) * SMALL
    rest = (torch.zeros(width), torch.zeros(outputs, width), torch.zeros(outputs))
    return tuple(torch.nn.Parameter(weight.to(device)) for weight in (first, *rest))


def _adding(learned: tuple[torch.nn.Parameter, ...]) -> Callable[[Any, Any, torch.Tensor], torch.Tensor]:
    """A hook that adds to what a module puts out."""
    down, down_bias, up, up_bias = learned

    def add(module: Any, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        inner = functional.linear(output.float(), down, down_bias).relu()
        return output + functional.linear(inner, up, up_bias).to(output.dtype)

    return add
