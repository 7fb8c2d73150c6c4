"""What any model looks like from outside, and where models come from.

base.py              What a model looks like from outside: a request goes in, deltas stream out
catalog.py           What can be chosen, what is loaded, and the one owner of everything loaded
commands.py          Load and unload models and adapters by what a person typed
details.py           What can be said of a model or an adapter that is loaded: plain data, known without torch
entries.py           What a catalog holds: models and adapters that can be chosen, and what a list shows of them
loads.py             One load, done in a thread of its own and watched by everybody who wants what it loads
memory.py            How much memory there is: of the machine, or of the container that it pretends to be
offered.py           The models and adapters this server offers, before anything is loaded
packaged_models.py   The models that are fetched whole from a hub or from the package index: what they are and what must
                     arrive
scripted.py          A model without a model: answers by a rule, the same ones every time
sources.py           Where models and adapters come from, as a person types it: a hub's name for it, a folder, a GGUF
                     file
stop_strings.py      Text up to a stop string, whatever the pieces it arrives in
suggested.py         Small models at the hub that are worth a click, and which of them this machine can hold
endpoints/           Models behind any OpenAI-compatible server; the only folder that imports aiohttp
local/               Models on this machine; with finetuning/ the only folder that imports torch, transformers and peft
"""
