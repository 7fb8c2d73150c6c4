"""Keys and values: slots, shared prefixes, cascade attention and the prefix cache.

cache.py           Key/value slots: preallocated, every row at its own position, nothing concatenated per step
cascade.py         Attention where rows share a beginning: its keys and values are read once, for the queries of all
                   its rows
joint_prefill.py   Several prompts in one pass: to the model their runs of new tokens are one row, and each attends to
                   its own slots
layout.py          The shape of the keys and values that a model stores
prefix_cache.py    Prompts already computed: longest common prefix, least recently used first out
"""
