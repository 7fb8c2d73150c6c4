"""The undocumented parts of transformers that the engine relies on, each with a test."""

import inspect
from typing import Any

from transformers.cache_utils import Cache, CacheLayerMixin, DynamicCache, DynamicLayer
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask
from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.models.llama.modeling_llama import LlamaDecoderLayer
from transformers.models.mistral.modeling_mistral import MistralDecoderLayer
from transformers.models.qwen2.modeling_qwen2 import Qwen2DecoderLayer
from transformers.pytorch_utils import Conv1D

__all__ = [
    "CACHE",
    "CACHE_NAMES",
    "CONFIG_MAPPING_NAMES",
    "GGUF_SUPPORTED_ARCHITECTURES",
    "KNOWN_LAYERS",
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "Cache",
    "CacheLayerMixin",
    "Conv1D",
    "DynamicCache",
    "DynamicLayer",
    "accepts_argument",
    "cache_of",
    "sdpa_attention_forward",
    "sdpa_mask",
]  # fmt: skip

# Decoder layers that are attention, then a gated feed-forward, each behind an RMS norm and beside a residual path.
KNOWN_LAYERS = (LlamaDecoderLayer, MistralDecoderLayer, Qwen2DecoderLayer)


def accepts_argument(forward: Any, name: str) -> bool:
    """Whether a forward has an argument of its own of that name."""
    return name in inspect.signature(forward).parameters


# How models and their layers are handed keys and values, and how outputs name them: the first since 5.24.
CACHE_NAMES = ("cache", "past_key_values")
CACHE = next(name for name in CACHE_NAMES if accepts_argument(LlamaDecoderLayer.forward, name))


def cache_of(output: Any) -> Any:
    """Keys and values in a model's output."""
    return getattr(output, CACHE)
