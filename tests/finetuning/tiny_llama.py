"""A tiny random Llama, the same each time, over the vocabulary of a tokenizer."""

from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

SHAPE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}


def tiny_llama(tokenizer: Any) -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=len(tokenizer), eos_token_id=tokenizer.eos_token_id, **SHAPE)
    return LlamaForCausalLM(config).eval().requires_grad_(False)
