"""Converts a GGUF file to bfloat16 safetensors, which load in a tenth of the time.

It runs in a process of its own.
Tensors are read, widened and written one after the other, so that this takes a gigabyte of memory and not three
copies of the model. Architectures are those of the packaged models; all other GGUF files are read by transformers.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging as transformers_logging

from playground.backends.local.files.child_process import listen_to_parent

ARCHITECTURES = ("llama", "qwen2")
SHARD = 512 << 20  # bytes of a file of weights
ROWS_AT_ONCE = 16_384  # rows of a matrix that are widened at a time
OUTER = {
    "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}  # fmt: skip
INNER = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}  # fmt: skip
BLOCK = re.compile(r"blk\.(\d+)\.(\w+)\.(weight|bias)")
INPUT, OUTPUT = "model.embed_tokens.weight", "lm_head.weight"


def convert(gguf: Path, target: Path, tied: bool = False, corrections: list[tuple[str, str]] | None = None) -> None:
    """Write the model, its configuration and its tokenizer to `target`.

    `tied`: one matrix is kept for input and output, the finer of the two in the file.
    """
    reader = GGUFReader(gguf)
    architecture = str(reader.fields["general.architecture"].contents())
    if architecture not in ARCHITECTURES:
        raise ValueError(f"the architecture {architecture!r} is not one of {', '.join(ARCHITECTURES)}")
    target.mkdir()
    config = AutoConfig.from_pretrained(gguf.parent, gguf_file=gguf.name)
    names = {tensor.name: _name(tensor.name) for tensor in reader.tensors}
    if tied and OUTPUT in names.values():
        config.tie_word_embeddings = True
        names.pop("token_embd.weight")
        names["output.weight"] = INPUT
    config.dtype = torch.bfloat16
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    config = model.config
    wanted = {name: tensor.shape for name, tensor in model.state_dict().items()}
    if config.tie_word_embeddings:
        wanted.pop(OUTPUT, None)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    shapes = {}

    def tensors() -> Iterator[tuple[str, torch.Tensor]]:
        for tensor in reader.tensors:
            if name := names.get(tensor.name):
                wide = _widen(tensor)
                if architecture == "llama" and (part := name.split(".")[-2]) in heads:
                    wide = _unpermute(wide, heads[part])
                shapes[name] = wide.shape
                yield name, wide

    _save(tensors(), target)
    if different := [name for name in {**wanted, **shapes} if wanted.get(name) != shapes.get(name)]:
        raise ValueError(
            f"the file does not hold what its architecture has: {sorted(different)[0]} is not as it must be"
        )
    model.config.architectures = [type(model).__name__]  # which a model server asks for
    model.config.save_pretrained(target)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer.chat_template = _apply_corrections(tokenizer.chat_template, corrections or [])
    tokenizer.save_pretrained(target)
    generation = GenerationConfig.from_model_config(config)
    generation.eos_token_id, generation.bos_token_id = tokenizer.eos_token_id, tokenizer.bos_token_id
    generation.pad_token_id = tokenizer.pad_token_id
    generation.save_pretrained(target)


def _name(name: str) -> str:
    """A tensor's name as transformers has it. Raises ValueError for one that neither architecture has."""
    match = BLOCK.fullmatch(name)
    if match and match[2] in INNER:
        return f"model.layers.{match[1]}.{INNER[match[2]]}.{match[3]}"
    if name not in OUTER:
        raise ValueError(f"the file holds a tensor {name!r} that its architecture does not have")
    return OUTER[name]


def _widen(tensor: Any) -> torch.Tensor:
    shape = tuple(int(size) for size in reversed(tensor.shape))
    wide = torch.empty(shape, dtype=torch.bfloat16)
    rows = tensor.data.reshape(shape[0], -1) if len(shape) > 1 else tensor.data[None]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = np.ascontiguousarray(rows[start : start + ROWS_AT_ONCE])
        numbers = torch.from_numpy(dequantize(part, tensor.tensor_type).copy())
        wide.view(len(rows), -1)[start : start + ROWS_AT_ONCE] = numbers.view(len(part), -1)
    return wide


def _unpermute(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """llama.cpp keeps the two halves of each rotated pair side by side; transformers one half after the other."""
    return weight.view(heads, -1, 2, *weight.shape[1:]).transpose(1, 2).reshape(weight.shape).contiguous()


def _save(tensors: Iterator[tuple[str, torch.Tensor]], target: Path) -> None:
    """Files of about `SHARD` bytes and, if there are several, their index."""
    shards: list[list[str]] = []
    shard: dict[str, torch.Tensor] = {}
    total = 0

    def write() -> None:
        save_file(shard, target / f"part-{len(shards)}", metadata={"format": "pt"})
        shards.append(list(shard))
        shard.clear()

    for name, tensor in tensors:
        if shard and sum(other.nbytes for other in shard.values()) + tensor.nbytes > SHARD:
            write()
        shard[name] = tensor
        total += tensor.nbytes
    write()
    if not shards[1:]:
        (target / "part-0").rename(target / "model.safetensors")
        return
    files = [f"model-{number + 1:05}-of-{len(shards):05}.safetensors" for number in range(len(shards))]
    for number, file in enumerate(files):
        (target / f"part-{number}").rename(target / file)
    places = {name: file for file, shard in zip(files, shards, strict=True) for name in shard}
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (target / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))


def _apply_corrections(template: str | None, corrections: list[tuple[str, str]]) -> str | None:
    for wrong, right in corrections:
        if template is None or wrong not in template:
            raise ValueError(f"the chat template does not have {wrong!r} in it")
        template = template.replace(wrong, right)
    return template


if __name__ == "__main__":
    listen_to_parent()
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    options = json.loads(sys.argv[3])
    convert(Path(sys.argv[1]), Path(sys.argv[2]), options["tied"], options["corrections"])
