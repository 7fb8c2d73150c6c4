"""One forward pass over slots: any causal transformers model, prompt chunks and decode steps."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer

from playground.backends.local.cache import LayerShape, Layout, SlotCache
from playground.errors import ModelUnavailable

BASE = "__base__"  # peft's name for a row without adapter
SAME = 0.02  # largest difference of two log-probability vectors' likely tokens that counts as rounding, in float32


class Decoder:
    """A model that reads and writes slots. Raises ModelUnavailable for an architecture that cannot."""

    def __init__(self, model: Any) -> None:
        self.model = model.eval()
        self.config = model.config.get_text_config()
        if self.config._attn_implementation not in {"sdpa", "eager"}:
            model.set_attn_implementation("eager")
        self.context_length: int | None = getattr(self.config, "max_position_embeddings", None)
        self._keep_last = (
            {"logits_to_keep": 1} if "logits_to_keep" in inspect.signature(_base(model).forward).parameters else {}
        )
        kinds = set(getattr(self.config, "layer_types", None) or ())
        self._per_kind = "sliding_attention" in kinds
        self._window: int | None = getattr(self.config, "sliding_window", None)
        self.layout, self.vocabulary_size = self._probe()

    @property
    def adapters(self) -> frozenset[str]:
        """Names of the adapters a row may use."""
        return frozenset(getattr(self.model, "peft_config", ()))

    def prefill(self, cache: SlotCache, ids: Sequence[int], adapter: str | None) -> Tensor:
        """Append a run of prompt tokens to a one-row cache; float logits after the last, `[vocabulary]`."""
        (start,) = cache.lengths
        if len(ids) == 1:
            return self.decode(cache, ids, [adapter])[0].float()
        cache.begin_run(len(ids))
        positions = torch.arange(start, start + len(ids), device=cache.layout.device)[None]
        logits = self._forward(cache, torch.tensor([ids], device=positions.device), positions, [adapter])
        cache.lengths[0] += len(ids)
        return logits[0, -1].float()

    def decode(self, cache: SlotCache, ids: Sequence[int], adapters: Sequence[str | None]) -> Tensor:
        """Append one token to every row; logits `[rows, vocabulary]` in the model's dtype."""
        positions = cache.begin_step()[:, None]
        logits = self._forward(cache, torch.tensor(ids, device=positions.device)[:, None], positions, adapters)
        cache.lengths = [length + 1 for length in cache.lengths]
        return logits[:, -1]

    def _forward(self, cache: SlotCache, ids: Tensor, positions: Tensor, adapters: Sequence[str | None]) -> Tensor:
        named = {"adapter_names": [name or BASE for name in adapters]} if self.adapters else {}
        output = self.model(
            input_ids=ids,
            position_ids=positions,
            attention_mask=self._mask(positions, cache.layers[0].width),
            past_key_values=cache,
            use_cache=True,
            **self._keep_last,
            **named,
        )
        logits: Tensor = output.logits
        return logits

    def _mask(self, positions: Tensor, width: int) -> Tensor | dict[str, Tensor]:
        """Additive mask `[rows, 1, queries, width]`: a query sees the keys up to its own position."""
        behind = positions[:, None, :, None] - torch.arange(width, device=positions.device)
        dtype = self.layout.dtype
        hidden = torch.finfo(dtype).min

        def additive(seen: Tensor) -> Tensor:
            return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, hidden)

        full = behind >= 0
        if self._window is None:
            return additive(full)
        near = additive(full & (behind < self._window))
        return {"full_attention": additive(full), "sliding_attention": near} if self._per_kind else near

    @torch.inference_mode()
    def _probe(self) -> tuple[Layout, int]:
        """Ask the model itself what it stores, and check that slots give what its own cache gives."""
        device = next(self.model.parameters()).device
        tokens = [token % self.config.vocab_size for token in (5, 17, 3, 11)]
        named = {"adapter_names": [BASE]} if self.adapters else {}
        own = DynamicCache(config=self.config)
        expected = self.model(
            input_ids=torch.tensor([tokens], device=device), past_key_values=own, use_cache=True, **named
        )
        if not all(isinstance(layer, DynamicLayer) and layer.is_initialized for layer in own.layers):
            raise ModelUnavailable(
                f"{_name(self.model)} keeps a state that is not keys and values; it cannot run in the shared batch."
            )
        shapes = tuple(
            LayerShape(layer.keys.shape[1], layer.keys.shape[3], layer.values.shape[3]) for layer in own.layers
        )
        self.layout = Layout(shapes, own.layers[0].keys.dtype, device)
        cache = SlotCache(self.layout, 1, len(tokens))
        cache.lengths = [0]
        try:
            self.prefill(cache, tokens[:2], None)
            logits = [self.decode(cache, [token], [None])[0] for token in tokens[2:]][-1]
        except (TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise ModelUnavailable(f"{_name(self.model)} cannot run in the shared batch: {error}") from error
        wanted = expected.logits[0, -1].float().log_softmax(-1)
        off = (wanted - logits.float().log_softmax(-1)).abs()[wanted > wanted.max() - 3].max().item()
        if not off <= SAME * (1 if self.layout.dtype == torch.float32 else 25):
            raise ModelUnavailable(
                f"{_name(self.model)} gives other answers in the shared batch (off by {off:.2g}); it cannot be used."
            )
        return self.layout, len(wanted)


def _base(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "peft_config") and hasattr(model, "get_base_model") else model


def _name(model: Any) -> str:
    return type(_base(model)).__name__
