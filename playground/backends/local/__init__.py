"""Models on this machine; with finetuning/ the only folder that imports torch, transformers and peft.

adapted_model.py            A base model with its adapters behind one backend, sharing a batch or run as merged copies
backend.py                  The backend of a local language model, over its chat template, engine and adapters
entries.py                  Catalog entries of local models and adapters; torch is imported when the first one is loaded
fingerprints.py             Fingerprints of the weights at a source, under which results are kept and machines are
                            compared
lent_gpu.py                 Describes the GPU that a Hugging Face Space lends for a moment
opening.py                  Opens a source: fetches, checks and loads a model, or an adapter for a loaded model
transformers_internals.py   The undocumented parts of transformers that the engine relies on, each with a test
adapters/                   PEFT adapters: checked, attached to a base, decoded in one batch, or merged into a copy
engine/                     The running batch: requests come in, are admitted, prefilled, decoded and sampled
files/                      From a name to files on disk: fetched, verified, converted, inspected and loaded
forward/                    One forward pass of a causal model over slots, and the quick ways it may take
kv/                         Keys and values: slots, shared prefixes, cascade attention and the prefix cache
tasks/                      Models made for one task: a text goes in, labels, spans, an answer or another text comes out
weights/                    How weights are stored and multiplied: layouts, thread counts and LoRA beside them
"""
