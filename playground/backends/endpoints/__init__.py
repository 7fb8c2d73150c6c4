"""Models behind any OpenAI-compatible server; the only folder that imports aiohttp.

backend.py      A model that a server elsewhere runs, behind `Backend`
connection.py   Connect to an endpoint: list its models, try one, and offer them all
dialect.py      A request in the words of the chat completions protocol, as one server and model understand it
endpoint.py     A server elsewhere: its address, the key for it, and how hard it may be used
failures.py     What a server elsewhere answered instead of an answer, told to the person: in its own words, without the
                key
limits.py       How hard an endpoint is used: so many calls at once, so many a minute
models.py       What a server says it has: models, and adapters of them
payloads.py     One event or body of an answer: a chunk of the protocol, or what the server says went wrong
providers.py    Who serves models over the OpenAI protocol: the facts of `providers.yaml`, read strictly
retry.py        Ask again what may succeed later: with backoff and full jitter, as the server wishes where it says so
secret.py       A key: used where it was typed for, shown nowhere
stream.py       What the caller holds of a request that is on its way
wire.py         The one thread whose event loop holds every conversation with servers elsewhere
words.py        What a choice of the protocol says: text, reasoning, or a refusal, in the shapes that servers give them
probing/        What a server can do, found out by trying each setting
reading/        What a server sends: event streams, answers, tokens and why an answer ended
"""
