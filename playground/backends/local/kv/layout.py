"""The shape of the keys and values that a model stores."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What one layer keeps per token: `heads` keys of `key_size` numbers and values of `value_size`."""

    heads: int
    key_size: int
    value_size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of the keys and values of a model, layer by layer."""

    layers: tuple[LayerShape, ...]
    dtype: torch.dtype
    device: torch.device

    @property
    def bytes_per_token(self) -> int:
        numbers = sum(layer.heads * (layer.key_size + layer.value_size) for layer in self.layers)
        return numbers * self.dtype.itemsize
