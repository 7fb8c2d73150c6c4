"""Models on this machine; with finetuning/ the only folder that imports torch, transformers and peft.

adapted_model.py         One base with its adapters behind one `Backend`: those that share a batch, and those that run
                         alone
backend.py               A local model behind `Backend`: prompts in through its chat template, text out of the shared
                         batch
entries.py               What a catalog holds of models and adapters on this machine; torch is imported when the first
                         one is loaded
fingerprints.py          Which weights a source stands for: the same text as long as they are the same, for results
                         that are kept
lent_gpu.py              The GPU that a Space lends for a moment, as seen in the process that has it
opening.py               A source -> a model that can be asked, or an adapter attached to one: fetched, checked, then
                         loaded
transformers_habits.py   What the engine relies on in transformers beyond its documented interface, all of it here,
                         with a test for each
adapters/                PEFT adapters: checked, attached to a base, decoded in one batch, or merged into a copy
engine/                  The running batch: requests come in, are admitted, prefilled, decoded and sampled
files/                   From a name to files on disk: fetched, verified, converted, inspected and loaded
forward/                 One forward pass of a causal model over slots, and the quick ways it may take
kv/                      Keys and values: slots, shared prefixes, cascade attention and the prefix cache
tasks/                   Models made for one task: a text goes in, labels, spans, an answer or another text comes out
weights/                 How weights are stored and multiplied: layouts, thread counts and LoRA beside them
"""
