"""The decoder: a model whose fast paths were tried and compared before its first use."""

from typing import Any

import torch

from playground.backends.local.forward.forward_pass import ForwardPass
from playground.backends.local.forward.probe import probe_fast_paths, probe_layout
from playground.backends.local.weights.thread_count import ThreadCount
from playground.backends.local.weights.threads import all_threads


class Decoder(ForwardPass):
    """A model that reads and writes slots. Raises ModelUnavailable for an architecture that cannot."""

    def __init__(self, model: Any) -> None:
        attention = model.config.get_text_config()._attn_implementation
        if attention not in {"sdpa", "eager"}:
            model.set_attn_implementation("eager")
        layout, logits = probe_layout(model.eval(), model.config.get_text_config())
        super().__init__(model, layout, logits.shape[-1])
        self.ways = probe_fast_paths(self, logits)
        # Other types give the same numbers with any number of threads; float32 does not, and a seed must.
        if self.layout.device.type == "cpu" and self.layout.dtype == torch.bfloat16:
            self._thread_count = ThreadCount(all_threads())
