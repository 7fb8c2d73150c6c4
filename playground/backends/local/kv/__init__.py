"""Keys and values: slots, shared prefixes, cascade attention and the prefix cache.

cache.py           KV cache of preallocated slots, in which every row has its own length and may share a prefix
cascade.py         Cascade attention: keys and values of a shared prefix are read once for the queries of all its rows
joint_prefill.py   Prefill several prompts in one forward pass
layout.py          The shape of the keys and values that a model stores
prefix_cache.py    Prefix cache: computed prompts, reused by longest common prefix, least recently used forgotten first
slot_layer.py      One layer's slots: where its keys and values lie, how they are written and read
"""
