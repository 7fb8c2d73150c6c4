"""Folders as people have them: tiny models, and adapters that PEFT itself saved."""

import copy
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from gguf import GGMLQuantizationType, GGUFWriter
from peft import get_peft_model
from tiny_models import tiny_model

Report = Callable[..., None]


class Quiet:
    """A `Report` to which everything fits."""

    def __call__(self, progress: Any) -> None: ...

    def reserve(self, size: int, free: int | None = None) -> None: ...


def save_model(folder: Path, name: str, tokenizer: Any, **options: Any) -> Path:
    """A tiny random language model with its tokenizer."""
    tiny_model(name).save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)
    return folder


def save_adapter(folder: Path, base: Path, config: Any, seed: int = 1) -> Any:
    """An adapter with random weights, large enough to be seen; gives the PEFT model that it was saved from."""
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PEFT warns of what is meant here
        tuned = get_peft_model(AutoModelForCausalLM.from_pretrained(base), copy.deepcopy(config))
        with torch.no_grad():
            for name, parameter in tuned.named_parameters():
                if parameter.requires_grad:
                    spread = 0.02 if "vera" in name or "oft" in name else 0.1
                    parameter.add_(torch.randn_like(parameter) * spread)
        tuned.save_pretrained(folder)
    return tuned.eval()


def edit_config(folder: Path, **changes: Any) -> None:
    """Rewrite an adapter's or a model's config."""
    path = next(p for p in (folder / "adapter_config.json", folder / "config.json") if p.is_file())
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def write_gguf(path: Path, tokenizer: Any, architecture: str = "llama", tied: bool = False) -> None:
    """A tiny Llama or Qwen2 as llama.cpp would write it; `tied`: its output's matrix is the input's, stored again."""
    torch.manual_seed(0)
    size, hidden = len(tokenizer), 64
    writer = GGUFWriter(path, architecture)
    writer.add_string("general.license", "mit")
    writer.add_block_count(1)
    writer.add_context_length(256)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(size)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([tokenizer.convert_ids_to_tokens(i) for i in range(size)])
    writer.add_token_types([3 if i < 3 else 1 for i in range(size)])
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    shapes = {
        "token_embd": (size, hidden), "output_norm": (hidden,), "output": (size, hidden), "blk.0.attn_norm": (hidden,),
        "blk.0.ffn_norm": (hidden,), "blk.0.attn_q": (hidden, hidden), "blk.0.attn_k": (32, hidden),
        "blk.0.attn_v": (32, hidden), "blk.0.attn_output": (hidden, hidden), "blk.0.ffn_gate": (128, hidden),
        "blk.0.ffn_up": (128, hidden), "blk.0.ffn_down": (hidden, 128),
    }  # fmt: skip
    tensors = {f"{name}.weight": torch.randn(shape).numpy() * 0.3 for name, shape in shapes.items()}
    if tied:
        tensors["output.weight"] = tensors["token_embd.weight"]
    if architecture == "qwen2":
        biases = {"q": hidden, "k": 32, "v": 32}
        tensors |= {f"blk.0.attn_{part}.bias": torch.randn(wide).numpy() for part, wide in biases.items()}
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor, raw_dtype=GGMLQuantizationType.F32)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
