"""Reads bottleneck adapters, which PEFT has not, from the folder that a training here leaves.

Beside each module `path` of the model that has one stand four tensors: `path.down.weight` `[width, out]`,
`path.down.bias`, `path.up.weight` `[out, width]` and `path.up.bias`. Its config names the width as `r`.
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from playground.backends.local.adapters.adapter_folder import BOTTLENECK, CONFIG, WEIGHTS, AdapterFolder
from playground.backends.local.weights.lora import LoraAdapter
from playground.backends.local.weights.wide_bottleneck import BottleneckWeights
from playground.errors import ModelUnavailable

PARTS = (".down.weight", ".down.bias", ".up.weight", ".up.bias")
ACTIVATION = "relu"


def bottleneck_config(base: str, width: int, modules: list[str]) -> dict[str, Any]:
    """What the config of such a folder says; `base` is the name of the model it is for."""
    return {
        "peft_type": BOTTLENECK, "task_type": "CAUSAL_LM", "base_model_name_or_path": base, "r": width,
        "activation": ACTIVATION, "target_modules": modules,
    }  # fmt: skip


def bottleneck_adapter(folder: AdapterFolder, name: str, tensors: Mapping[str, Tensor]) -> LoraAdapter:
    """The adapter for the engine, which checks whether it fits the model. Raises ModelUnavailable naming what is wrong
    with the folder."""
    if (activation := folder.config.get("activation")) != ACTIVATION:
        raise ModelUnavailable(
            f"{folder.path / CONFIG}: the activation is {activation!a}; bottleneck adapters here have {ACTIVATION!a}."
        )
    paths = {key.removesuffix(part) for key in tensors for part in PARTS if key.endswith(part)}
    wanted = {f"{path}{part}" for path in paths for part in PARTS}
    if odd := sorted(wanted ^ tensors.keys()):
        if odd[0] in wanted:
            raise ModelUnavailable(f"{folder.path / WEIGHTS} lacks {odd[0]}.")
        raise ModelUnavailable(f"{folder.path / WEIGHTS} has a tensor that is none of a bottleneck adapter, {odd[0]}.")
    weights = {path: BottleneckWeights(*(tensors[f"{path}{part}"] for part in PARTS)) for path in sorted(paths)}
    for path, one in weights.items():
        if len(one.down) != folder.rank:
            raise ModelUnavailable(
                f"{folder.path / CONFIG} says width {folder.config.get('r')!a}; in {WEIGHTS} that of {path} is "
                f"{len(one.down)}."
            )
    return LoraAdapter(name, weights, label=name)
