"""Forward passes of any causal transformers model over slots: prompt chunks and decode steps."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.joint_prefill import JointCache
from playground.backends.local.kv.layout import Layout
from playground.backends.local.transformers_internals import CACHE, accepts_argument
from playground.backends.local.weights.lora import LoraBank
from playground.backends.local.weights.thread_count import ThreadCount
from playground.backends.local.weights.wide_lora import BASE, AdapterUse


class ForwardPass:
    """A model that reads and writes slots of a known layout."""

    def __init__(self, model: Any, layout: Layout, vocabulary_size: int) -> None:
        self.model = model
        self.lora = LoraBank(model)
        self.config = model.config.get_text_config()
        self.context_length: int | None = getattr(self.config, "max_position_embeddings", None)
        self.limits_logits = accepts_argument(model.forward, "logits_to_keep")
        kinds = set(getattr(self.config, "layer_types", None) or ())
        self._masks_by_layer_kind = "sliding_attention" in kinds
        self.window: int | None = getattr(self.config, "sliding_window", None)
        self._thread_count = ThreadCount(1)
        self.layout, self.vocabulary_size = layout, vocabulary_size

    def prefill(self, cache: SlotCache, ids: Sequence[int], use: AdapterUse) -> Tensor:
        """Append a chunk of prompt tokens to a one-row cache; float logits after the last, `[vocabulary]`."""
        if len(ids) == 1:
            return self.decode(cache, ids, [use])[0].float()
        return self._append(cache, len(ids), use, input_ids=self._tensor(ids)[None])[-1].float()

    def prefill_together(self, caches: Sequence[SlotCache], chunks: Sequence[Sequence[int]], use: AdapterUse) -> Tensor:
        """`prefill` of several caches in one pass; float logits after each chunk, `[caches, vocabulary]`.

        Raises NotImplementedError for a model with other layers than fused ones.
        """
        self.lora.apply([use])
        sizes = [len(run) for run in chunks]
        positions: list[Tensor] = []
        masks: list[Tensor] = []
        for cache, size in zip(caches, sizes, strict=True):
            cache.begin_chunk(size)
            own = torch.arange(cache.lengths[0], cache.lengths[0] + size, device=self.layout.device)[None]
            positions.append(own + cache.offsets[:, None])
            masks.append(self._mask(own, cache.layers[0].width))
        output = self.model(
            input_ids=self._tensor([token for run in chunks for token in run])[None],
            position_ids=torch.cat(positions, 1),
            attention_mask=masks[0],  # that there is one keeps the model from making one
            use_cache=True,
            logits_to_keep=self._tensor(sizes).cumsum(0) - 1,
            **{CACHE: JointCache(caches, sizes, masks)},
        )
        for cache, size in zip(caches, sizes, strict=True):
            cache.lengths[0] += size
        logits: Tensor = output.logits[0].float()
        return logits

    def logits_after_each(self, cache: SlotCache, ids: Sequence[int], use: AdapterUse) -> Tensor:
        """Append a chunk of tokens to a one-row cache; float logits after each, `[tokens, vocabulary]`."""
        if len(ids) == 1:
            return self.decode(cache, ids, [use]).float()
        return self._append(cache, len(ids), use, keep=len(ids), input_ids=self._tensor(ids)[None]).float()

    def decode(self, cache: SlotCache, ids: Sequence[int], uses: Sequence[AdapterUse]) -> Tensor:
        """Append one token to every row; logits `[rows, vocabulary]` in the model's dtype."""
        self.lora.apply(uses)
        positions = cache.begin_step()[:, None]
        with self._thread_count.step(len(ids)):
            logits = self._forward(cache, positions, 1, input_ids=self._tensor(ids)[:, None])
        cache.lengths = [length + 1 for length in cache.lengths]
        return logits[:, -1]

    def cache_from_embeddings(self, embeddings: Tensor) -> SlotCache:
        """A row that begins with tokens given as embeddings, `[tokens, hidden]`."""
        weight = self.model.get_input_embeddings().weight
        cache = SlotCache(self.layout, 1, len(embeddings))
        cache.add_row()
        self._append(cache, len(embeddings), BASE, inputs_embeds=embeddings.to(weight)[None])
        return cache

    def cache_from_tensors(self, keys_values: Sequence[tuple[Tensor, Tensor]]) -> SlotCache:
        """A row that begins with these keys and values, layer by layer, each `[heads, tokens, size]`."""
        cache = SlotCache(self.layout, 1, keys_values[0][0].shape[1])
        cache.add_row()
        for layer, (keys, values) in zip(cache.layers, keys_values, strict=True):
            layer.keys[0], layer.values[0] = keys, values
        cache.lengths = [cache.capacity]
        return cache

    def _tensor(self, ids: Sequence[int]) -> Tensor:
        return torch.tensor(ids, device=self.layout.device)

    def _append(self, cache: SlotCache, tokens: int, use: AdapterUse, keep: int = 1, **inputs: Tensor) -> Tensor:
        """Append tokens to a one-row cache; logits after the last `keep` at least, `[keep, vocabulary]`."""
        self.lora.apply([use])
        (start,) = cache.lengths
        cache.begin_chunk(tokens)
        positions = torch.arange(start, start + tokens, device=cache.layout.device)[None]
        logits = self._forward(cache, positions, keep, **inputs)
        cache.lengths[0] += tokens
        return logits[0]

    def _forward(self, cache: SlotCache, positions: Tensor, keep: int, **inputs: Tensor) -> Tensor:
        """`places` are those of the new tokens in their rows' own slots, `[rows, tokens]`."""
        output = self.model(
            **inputs,
            position_ids=positions + cache.offsets[:, None],
            attention_mask=self._mask(positions, cache.layers[0].width),
            use_cache=True,
            **{CACHE: cache},
            **({"logits_to_keep": keep} if self.limits_logits else {}),
        )
        logits: Tensor = output.logits
        return logits

    def _mask(self, positions: Tensor, width: int) -> Any:
        """Additive mask `[rows, 1, queries, width]`: a query sees the keys up to its own place."""
        behind = positions[:, None, :, None] - torch.arange(width, device=positions.device)
        dtype = self.layout.dtype
        hidden = torch.finfo(dtype).min

        def additive(seen: Tensor) -> Tensor:
            return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, hidden)

        full = behind >= 0
        if self.window is None:
            return additive(full)
        near = additive(full & (behind < self.window))
        return {"full_attention": additive(full), "sliding_attention": near} if self._masks_by_layer_kind else near
