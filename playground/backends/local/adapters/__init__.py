"""PEFT adapters: checked, attached to a base, decoded in one batch, or merged into a copy.

adapter_folder.py     What a PEFT adapter's folder says of itself, checked before a tensor is read
adapter_registry.py   The adapters of one model: what a request may use, and which weights made a row
adapter_settings.py   Which settings of an adapter's config are followed here: by a list of those that are, not of
                      those that are not
effect.py             What an adapter makes of a model, measured: what comes next after a fixed prompt, with it and
                      without
merged_adapter.py     Adapters that cannot share a batch: merged by PEFT into a copy of the base that decodes for them
                      alone
tensors.py            A checked PEFT adapter -> what the engine takes: matrices that share a batch, or virtual tokens
virtual_tokens.py     Virtual tokens: what prompt tuning, p-tuning and prefix tuning put before a prompt
"""
