"""Adapters: checked, attached to a base, decoded in one batch, or merged into a copy.

adapter_folder.py     Reads and checks the folder of an adapter before any tensor is loaded
adapter_registry.py   The adapters attached to one model: which a request may use, and which made a row's logits
adapter_settings.py   Lists the settings of an adapter's config that are followed here; all others are reported
bottleneck_folder.py  Reads bottleneck adapters, which PEFT has not, from the folder that a training here leaves
effect.py             Measures the effect of an adapter on the next-token probabilities after a fixed prompt
merged_adapter.py     Merges an adapter that cannot share a batch into a copy of the base, with PEFT
tensors.py            Reads the tensors of a checked adapter as low-rank matrices, virtual tokens or bottlenecks
virtual_tokens.py     Virtual tokens, which prompt tuning, p-tuning and prefix tuning put before a prompt
"""
