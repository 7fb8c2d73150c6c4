"""One forward pass of a causal model over slots, and the quick ways it may take.

decoder.py        A model tried before its first use: which quick ways it takes, and that it gives the same numbers on
                  each
forward_pass.py   One forward pass over slots: any causal transformers model, prompt chunks and decode steps
fused_layers.py   Llama-like layers in a third of the operations, with the same weights
precision.py      How a model's numbers are stored and multiplied: float32, bfloat16, int8, or whatever is fastest here
probe.py          What a model stores, whether slots give what its own cache gives, and which quick ways it takes:
                  found by trying
"""
