"""One forward pass of a causal model over slots, and the quick ways it may take.

decoder.py        The decoder: a model whose fast paths were tried and compared before its first use
forward_pass.py   Forward passes of any causal transformers model over slots: prompt chunks and decode steps
fused_layers.py   Fused decoder layers: Llama-like layers in a third of the operations, with the same weights
precision.py      Brings a model to a precision: float32, bfloat16, int8, or whatever is fastest on this machine
probe.py          Probes a model before its first use: what it stores, and which fast paths give the same numbers
"""
