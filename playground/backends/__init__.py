"""Backends: what every model offers, and where models and adapters come from.

account.py           What somebody's requests are charged to: a budget of tokens
base.py              The interface of every model: a request goes in, deltas stream out
catalog.py           The catalog of models and adapters: loads each once, counts its users and unloads it
commands.py          Loads and unloads models and adapters by the source or name that a person typed
details.py           Plain data about a loaded model or adapter, which the page shows without importing torch
encoders.py          What this server searches documents with: the encoder for vectors, and where vectors are kept
entries.py           Entries of a catalog: models and adapters that can be chosen, and what a list shows of them
loads.py             Loading in a thread of its own, which several callers can watch and the last one stops
measuring.py         How likely a model finds words that it is given: measured, or taken over from an earlier run
memory.py            Free and total memory, as a container limits it, and the memory budget of all models
offered_entries.py   The models and adapters that this server offers at start
packaged_models.py   The models that are fetched whole from a hub or from the package index, with their checksums
scripted.py          A backend that answers by a fixed rule, for tests and for classes without a model
sources.py           Parses where a model comes from: a hub's name, a folder, a GGUF file or a packaged model
stop_strings.py      Cuts streamed text at the first stop string, however the text is split into pieces
suggestions.py       Small models at the hub that the page suggests, and which of them fit this machine
use_counts.py        How many hold each model and each adapter, and how many of them are runs
endpoints/           Models behind any OpenAI-compatible server; the only folder that imports aiohttp
local/               Models on this machine; with finetuning/ the only folder that imports torch, transformers and peft
"""
