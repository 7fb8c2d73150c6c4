"""Brings a model to a precision: float32, bfloat16, int8, or whatever is fastest on this machine.

Decoding a few rows is bound by reading the weights, so a narrow copy of them is kept for that; prompts and
large batches are bound by arithmetic and use wide weights, tiled. Only weights are narrow, never activations.
"""

from typing import Any, get_args

import torch
from torch import nn

from playground.backends.local.forward.fused_layers import fuse_layers
from playground.backends.local.weights.weight_layouts import PackedLinear, Packer, pack, pack4, pack8
from playground.backends.memory import MAX_TILED, return_freed_memory
from playground.errors import ModelUnavailable
from playground.settings import Precision


def prepare(model: Any, precision: Precision) -> Any:
    """Bring a model, in place, to a precision; returns it. Raises ModelUnavailable for one this machine has not.

    `auto` on a CPU: bfloat16 where the processor multiplies it, else float32, with packed copies (`pack`);
    on a GPU: bfloat16. `idle_weights` are those that nothing reads while decoding: the engine has tiled ones.
    """
    if precision not in get_args(Precision):
        raise ModelUnavailable(f"Precision {precision!r} is unknown; choose one of {', '.join(get_args(Precision))}.")
    on_cpu = next(model.parameters()).device.type == "cpu"
    if precision == "int8" and not on_cpu:
        raise ModelUnavailable("Precision 'int8' is for models on the CPU; use bfloat16 on a GPU.")
    packer: Packer | None = {"auto": pack, "int8": pack8}.get(precision) if on_cpu else None
    quick = on_cpu and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    wide = precision == "float32" or (packer is not None and not quick)
    model.to(torch.float32 if wide else torch.bfloat16).eval()
    tile = quick and not wide and sum(parameter.nbytes for parameter in model.parameters()) <= MAX_TILED
    with torch.no_grad():
        covered = fuse_layers(model, packer, tile)
        for module in model.modules():
            if (packer or tile) and type(module) is nn.Linear and module not in covered:
                # Eight bits in the output head blur the logits people look at: only int8 asks for that.
                blurs = precision == "auto" and module is model.get_output_embeddings() and pack4(module.weight) is None
                PackedLinear.take_over(module, None if blurs else packer, tile)
    model.idle_weights = [m.weight for m in model.modules() if tile and isinstance(m, nn.Linear)]
    return_freed_memory()  # of packing
    return model
