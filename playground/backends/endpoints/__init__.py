"""Models behind any OpenAI-compatible server; the only folder that imports aiohttp.

answer.py          Chunks of the chat completions protocol -> deltas: text up to stop strings, reasoning, tokens, and
                   what it cost
backend.py         A model that a server elsewhere runs, behind `Backend`
checks.py          How each feature shows in what a model answers: what changes nothing is ignored, whatever the server
                   says
connection.py      Connect to an endpoint: list its models, try one, and offer them all
dialect.py         A request in the words of the chat completions protocol, as one server and model understand it
endings.py         How an answer ended, in the words of many servers: complete, cut, withheld, or broken off
endpoint.py        A server elsewhere: its address, the key for it, and how hard it may be used
event_parser.py    Parses an event stream from bytes in whatever pieces they come; the events do not depend on the
                   pieces
failures.py        What a server elsewhere answered instead of an answer, told to the person: in its own words, without
                   the key
limits.py          How hard an endpoint is used: so many calls at once, so many a minute
models.py          What a server says it has: models, and adapters of them
payloads.py        One event or body of an answer: a chunk of the protocol, or what the server says went wrong
probe.py           What a model honours, found out by asking: some servers take a setting without an error and ignore
                   it
providers.py       Who serves models over the OpenAI protocol: the facts of `providers.yaml`, read strictly
retry.py           Ask again what may succeed later: with backoff and full jitter, as the server wishes where it says
                   so
sample.py          One sample of an answer while it grows: its text up to a stop string, its reasoning, tokens, and how
                   it ended
secret.py          A key: used where it was typed for, shown nowhere
sse.py             The body of an answer as chunks, those of one read together: told by what it holds, whatever it is
                   called
stream.py          What the caller holds of a request that is on its way
token_counts.py    How many tokens an answer took: what a server counts, as far as it can be believed, in parts for
                   each sample
token_entries.py   Tokens with their log-probabilities, as far as a server gives finite ones
trial.py           Short questions to a model, to see what it does with a setting
wire.py            The one thread whose event loop holds every conversation with servers elsewhere
words.py           What a choice of the protocol says: text, reasoning, or a refusal, in the shapes that servers give
                   them
"""
