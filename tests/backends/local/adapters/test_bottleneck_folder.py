"""The folder of bottleneck adapters: what is wrong with one is said by name, and a whole one is read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from playground.backends.local.adapters.adapter_folder import read_adapter
from playground.backends.local.adapters.bottleneck_folder import PARTS, bottleneck_adapter, bottleneck_config
from playground.backends.local.adapters.tensors import load_tensors
from playground.backends.local.weights.lora import LoraAdapter
from playground.errors import ModelUnavailable

Tensors = dict[str, torch.Tensor]
PATH = "model.layers.0.mlp.down_proj"
SHAPES = ((4, 8), (4,), (8, 4), (8,))


def read(folder: Path, change: Callable[[Tensors], object] = dict, **config: object) -> LoraAdapter:
    tensors = {f"{PATH}{part}": torch.randn(shape) for part, shape in zip(PARTS, SHAPES, strict=True)}
    change(tensors)
    save_file(tensors, folder / "adapter_model.safetensors")
    whole = bottleneck_config("tiny", 4, [PATH]) | config
    (folder / "adapter_config.json").write_text(json.dumps(whole), "utf-8")
    found = read_adapter(folder, "tiny")
    assert (found.title, found.rank, found.why_merged) == ("bottleneck adapter", config.get("r", 4), "")
    return bottleneck_adapter(found, "mine", load_tensors(found))


def test_a_whole_one_is_read(tmp_path: Path) -> None:
    adapter = read(tmp_path)
    assert list(adapter.weights) == [PATH]
    assert [tuple(part.shape) for part in adapter.weights[PATH].parts] == list(SHAPES)


@pytest.mark.parametrize(
    ("change", "config", "match"),
    [
        (lambda tensors: tensors.pop(f"{PATH}.up.bias"), {}, r"lacks model\.layers\.0\.mlp\.down_proj\.up\.bias"),
        (lambda tensors: tensors.update(norm=torch.ones(2)), {}, "none of a bottleneck adapter, norm"),
        (dict, {"r": 5}, r"says width 5; in adapter_model\.safetensors that of .* is 4"),
        (dict, {"activation": "gelu"}, "the activation is 'gelu'"),
    ],
)
def test_what_is_wrong_with_one_is_said(
    tmp_path: Path, change: Callable[[Tensors], object], config: dict[str, object], match: str
) -> None:
    with pytest.raises(ModelUnavailable, match=match):
        read(tmp_path, change, **config)
