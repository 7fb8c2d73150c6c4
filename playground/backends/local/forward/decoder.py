"""A model tried before its first use: which quick ways it takes, and that it gives the same numbers on each."""

from typing import Any

import torch

from playground.backends.local.forward.forward_pass import ForwardPass
from playground.backends.local.forward.probe import stored, tried
from playground.backends.local.weights.thread_count import Pace
from playground.backends.local.weights.threads import all_threads


class Decoder(ForwardPass):
    """A model that reads and writes slots. Raises ModelUnavailable for an architecture that cannot."""

    def __init__(self, model: Any) -> None:
        attention = model.config.get_text_config()._attn_implementation
        if attention not in {"sdpa", "eager"}:
            model.set_attn_implementation("eager")
        layout, logits = stored(model.eval(), model.config.get_text_config())
        super().__init__(model, layout, logits.shape[-1])
        self.ways = tried(self, logits)
        # Other types give the same numbers with any number of threads; float32 does not, and a seed must.
        if self.layout.device.type == "cpu" and self.layout.dtype == torch.bfloat16:
            self._pace = Pace(all_threads())
