"""What every method leaves is loaded like any other adapter or model, and says what it said while it learned."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from folders import Quiet
from peft import PeftModel
from plain_bottleneck import bottlenecks, plain_bottleneck
from safetensors.torch import load_file
from tiny_llama import tiny_llama

from playground.backends.base import Request
from playground.backends.local.files.loading import load
from playground.backends.local.opening import open_model
from playground.backends.sources import ModelSource
from playground.finetuning.methods import METHODS
from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.loop import train
from playground.finetuning.training.loss import pad
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Message, Sampling

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in ("one", "two", "three", "four")]


def logits_of(model: Any, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0, -1].float()


def read_plainly(model: Any, folder: Path) -> Any:
    """The model with an adapter, by PEFT; by hooks for bottleneck adapters, which PEFT has not."""
    if json.loads((folder / "adapter_config.json").read_text("utf-8"))["peft_type"] != "BOTTLENECK":
        return PeftModel.from_pretrained(model, folder).eval()
    for path, parts in bottlenecks(load_file(folder / "adapter_model.safetensors")).items():
        model.get_submodule(path).register_forward_hook(plain_bottleneck(*parts))
    return model


@pytest.mark.parametrize("name", METHODS)
def test_what_a_method_leaves_is_loaded_and_has_its_effect(tokenizer: Any, tmp_path: Path, name: Any) -> None:
    base = tmp_path / "base"
    tiny_llama(tokenizer).save_pretrained(base)
    tokenizer.save_pretrained(base)
    model, _ = load(base)
    recipe = Recipe(method=name, steps=6, batch=4, rank=4, tokens=5, rate=METHODS[name].rate * 10)
    with Returning(train(model, tokenizer, ROWS, recipe)) as work:
        list(work)
    learner = work.value.learner
    ids = list(encode_row(tokenizer, ROWS[0]).ids[:-2])
    padded = pad([ids, ids[:7]], "cpu")  # beside a shorter row, which is padded
    with torch.no_grad():
        said = learner.logits(padded.ids, padded.mask, padded.positions, 1)[:, -1].float()
    learner.save(tmp_path / "result", "tiny")
    learner.detach()
    untouched = logits_of(model, ids)
    assert (said[0] - untouched).abs().max() > 1e-3

    settings = Settings(precision="float32")
    if METHODS[name].makes_model:
        loaded = load(tmp_path / "result")[0].float()
        assert torch.allclose(logits_of(loaded, ids), said[0], atol=0.05)  # it is stored as bfloat16
        backend: Any = open_model(ModelSource(kind="folder", place=str(tmp_path / "result")), "New", settings, Quiet())
    else:
        peft = read_plainly(model, tmp_path / "result")
        for row, single in enumerate((ids, ids[:7])):
            assert torch.allclose(logits_of(peft, single), said[row], atol=0.05)
        backend = open_model(ModelSource(kind="folder", place=str(base)), "Tiny", settings, Quiet())
        details = backend.attach(tmp_path / "result", "new", "New", "", Quiet())
        assert details.effect
    adapter = "" if METHODS[name].makes_model else "new"
    asked = Request(messages=(Message("user", "Say one."),), adapter=adapter, sampling=Sampling(max_tokens=2))
    assert list(backend.stream(asked))
    backend.close()
