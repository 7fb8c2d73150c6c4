"""Probes a model before its first use: what it stores, and which fast paths give the same numbers."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.backends.details import FastPaths
from playground.backends.local.forward.forward_pass import ForwardPass
from playground.backends.local.forward.fused_layers import fused_layers_of, why_not_fused
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.layout import LayerShape, Layout
from playground.backends.local.transformers_internals import CACHE, KNOWN_LAYERS, DynamicCache, DynamicLayer
from playground.backends.local.weights.weight_layouts import PackedLinear
from playground.backends.local.weights.wide_lora import BASE
from playground.errors import ModelUnavailable

MAX_ROUNDING = (
    0.02  # largest difference of two log-probability vectors' likely tokens that counts as rounding, in float32
)
PROBE_TOKENS = (5, 17, 3, 11)  # that are read to try a model
NOT_USED = "transformers calls them in a way that they do not know, so they run as it wrote them"
NO_KERNEL = "its layers are not fused, and transformers' own read each row by itself"


def probe_tokens(vocabulary: int) -> list[int]:
    """The tokens that are read to try a model, for one with so many."""
    return [token % vocabulary for token in PROBE_TOKENS]


@torch.inference_mode()
def probe_layout(model: Any, config: Any) -> tuple[Layout, Tensor]:
    """What a model stores, as its own cache has it, and the logits after each of `ids`, `[tokens, vocabulary]`.

    Raises ModelUnavailable for a state that is not keys and values.
    """
    device = next(model.parameters()).device
    own = DynamicCache(config=config)
    tokens = torch.tensor([probe_tokens(config.vocab_size)], device=device)
    output = model(input_ids=tokens, use_cache=True, **{CACHE: own})
    if not all(isinstance(layer, DynamicLayer) and layer.is_initialized for layer in own.layers):
        raise ModelUnavailable(
            f"{type(model).__name__} keeps a state that is not keys and values; it cannot run in the shared batch."
        )
    shapes = tuple(LayerShape(layer.keys.shape[1], layer.keys.shape[3], layer.values.shape[3]) for layer in own.layers)
    return Layout(shapes, own.layers[0].keys.dtype, device), output.logits[0].float()


@torch.inference_mode()
def probe_fast_paths(decoder: ForwardPass, expected: Tensor) -> FastPaths:
    """Read the `ids` in every way, and keep those that work and give what the model `expected` after each.

    Raises ModelUnavailable for a model that does not even go on from slots as it goes on from its own cache.
    """
    layers, tokens = fused_layers_of(decoder.model), probe_tokens(decoder.config.vocab_size)
    before = [layer.pass_count for layer in layers]
    difference = _largest_difference(expected[-1:], _logits_from_slots(decoder, tokens)[None])
    if not difference <= _max_rounding(decoder):
        name = type(decoder.model).__name__
        raise ModelUnavailable(
            f"{name} gives other answers in the shared batch (off by {difference:.2g}); it cannot be used."
        )
    passes = len(tokens) - 1  # the first two are read in one
    lost = [layer for layer, had in zip(layers, before, strict=True) if layer.pass_count - had != passes]
    for layer in lost:  # what it holds for others, such as products that adapters add to, would never be used
        layer.undo()
    not_shared = _why_not_shared(decoder, expected, tokens)
    not_joined = not_shared or _why_not_joined(decoder, expected, tokens)
    products = [product for layer in fused_layers_of(decoder.model) for product in layer.products]
    products += [module.product for module in decoder.model.modules() if isinstance(module, PackedLinear)]
    bits = [product.packed.bits for product in products if product.packed is not None]
    return FastPaths(
        layers=len(decoder.layout.layers),
        fused=len(layers) - len(lost),
        not_fused=_why_not_fused(decoder, len(layers), len(lost)),
        shares=not not_shared,
        not_shared=not_shared,
        joins=not not_joined,
        not_joined=not_joined,
        products=len(products),
        four_bits=bits.count(4),
        eight_bits=bits.count(8),
    )


def _logits_from_slots(decoder: ForwardPass, tokens: list[int]) -> Tensor:
    cache = SlotCache(decoder.layout, 1, len(tokens))
    cache.add_row()
    try:
        decoder.prefill(cache, tokens[:2], BASE)
        return [decoder.decode(cache, [token], [BASE])[0] for token in tokens[2:]][-1]
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        name = type(decoder.model).__name__
        raise ModelUnavailable(f"{name} cannot run in the shared batch", error) from error


def _why_not_fused(decoder: ForwardPass, fit: int, lost: int) -> str:
    """Why not all layers are; empty if they are."""
    total, name = len(decoder.layout.layers), type(decoder.model).__name__
    known = [layer for layer in decoder.model.modules() if type(layer) in KNOWN_LAYERS]
    reasons = [f"{lost} of them were: {NOT_USED}"] if lost else []
    reasons += sorted({why for layer in known if (why := why_not_fused(layer))})
    if len(known) < total:
        kinds = ", ".join(kind.__name__.removesuffix("DecoderLayer") for kind in KNOWN_LAYERS)
        reasons.append(f"{name} has layers of another kind than {kinds}")
    if not reasons and fit - lost < total:
        reasons.append("they were not prepared")
    return "; ".join(reasons)


def _why_not_shared(decoder: ForwardPass, expected: Tensor, tokens: list[int]) -> str:
    """Why rows may not share a prefix; empty where each layer attends through its slots, to all that came before."""
    if decoder.window is not None:
        return f"the model looks back {decoder.window:,} tokens at most"
    prefix, row = SlotCache(decoder.layout, 1, 2), SlotCache(decoder.layout, 1, 2)
    prefix.add_row()
    row.add_row(prefix)
    try:
        decoder.prefill(prefix, tokens[:2], BASE)
        for token in tokens[2:]:
            logits = decoder.decode(row, [token], [BASE])
    except NotImplementedError:  # of a layer that cannot share prefixes, or no such kernel on the device
        return NO_KERNEL
    return _why_different(decoder, expected[-1:], logits)


def _why_not_joined(decoder: ForwardPass, expected: Tensor, tokens: list[int]) -> str:
    """Why several prompts may not be read at once; empty where each layer attends through its slots."""
    if not decoder.limits_logits:
        return f"{type(decoder.model).__name__} cannot give the logits of chosen tokens only"
    runs: Sequence[Sequence[int]] = (tokens[:2], tokens)
    caches = [SlotCache(decoder.layout, 1, len(run)) for run in runs]
    for cache in caches:
        cache.add_row()
    try:
        logits = decoder.prefill_together(caches, runs, BASE)
    except NotImplementedError:
        return NO_KERNEL
    return _why_different(decoder, expected[[1, -1]], logits)


def _why_different(decoder: ForwardPass, expected: Tensor, logits: Tensor) -> str:
    difference = _largest_difference(expected, logits)
    return "" if difference <= _max_rounding(decoder) else f"it gives other numbers so (off by {difference:.2g})"


def _largest_difference(expected: Tensor, logits: Tensor) -> float:
    """The largest difference of the log-probabilities of likely tokens; no number if any is none."""
    wanted, actual = expected.float().log_softmax(-1), logits.float().log_softmax(-1)
    likely = wanted > wanted.amax(-1, keepdim=True) - 3
    return float((wanted - actual).abs()[likely].max())


def _max_rounding(decoder: ForwardPass) -> float:
    return MAX_ROUNDING * (1 if decoder.layout.dtype == torch.float32 else 25)
