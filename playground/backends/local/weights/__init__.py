"""How weights are stored and multiplied: layouts, thread counts and LoRA beside them.

lora.py             LoRA for rows of one batch: all adapters of a model are one wide LoRA, masked by row
page_out.py         Memory that is given back to the system
thread_count.py     How many threads a step uses: all of them or one, whichever was quicker lately
threads.py          Who multiplies with all cores
weight_layouts.py   Copies of weights in the layout that is fastest for the number of rows: narrow for few, tiled for
                    many
wide_lora.py        The adapters on one product of the model, side by side, and the mask that says which row takes what
                    of them
"""
