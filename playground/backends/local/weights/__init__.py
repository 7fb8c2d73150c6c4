"""How weights are stored and multiplied: layouts, thread counts and adapters beside them.

lora.py             LoRA adapters of rows in one batch, as one wide LoRA that is masked by row
page_out.py         Gives pages of weights that are no longer read back to the system
thread_count.py     Chooses the number of threads of a step: all of them or one, whichever was quicker lately
threads.py          OpenMP thread counts: only threads that ask for it multiply with all cores
weight_layouts.py   Copies of weights in the fastest layout for the number of rows: packed for few, tiled for many
wide_bottleneck.py  Bottleneck adapters of rows in one batch, masked by row as a wide LoRA is
wide_lora.py        A wide LoRA: all adapters on one matrix product side by side, and a mask of which row uses which
"""
