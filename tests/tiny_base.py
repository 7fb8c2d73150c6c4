"""A catalog whose default model is tiny, with random weights, and is trained in no time."""

from pathlib import Path
from typing import Any

from playground.backends.catalog import Catalog
from playground.backends.local.entries import model_entry
from playground.backends.sources import ModelSource
from playground.settings import Settings


def tiny_base(tokenizer: Any, folder: Path) -> Catalog:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **shape)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    source = ModelSource(kind="folder", place=str(folder))
    return Catalog([model_entry(source, "default", Settings(), title="Tiny")])
