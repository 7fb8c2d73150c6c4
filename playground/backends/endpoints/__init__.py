"""Models behind any OpenAI-compatible server; the only folder that imports aiohttp.

backend.py       The backend of a model behind an endpoint
choice_text.py   Reads text, reasoning and refusal out of a choice, in the shapes that servers give them
connection.py    Connects to an endpoint: lists its models, probes one, and makes catalog entries of all
dialect.py       Builds the body of a chat completions request, as one server and model understand it
encoder.py       Turns texts into vectors at an endpoint, by the call `/embeddings` of OpenAI's protocol
endpoint.py      An endpoint: its address, its key, and the limits for calls to it
failures.py      Turns HTTP and connection errors into messages, in the words of the server and without the key
http_client.py   The HTTP client: one thread whose event loop makes all calls to endpoints
limits.py        Limits for calls to an endpoint: how many at once and how many a minute
models.py        Reads an endpoint's list of models, and loads adapters on servers that can
payloads.py      Reads one JSON payload of an answer: a chunk, or an error of the server
providers.py     Facts about known providers, read strictly from `providers.yaml`
retry.py         Repeats calls that failed for a moment, with exponential backoff and full jitter
secret.py        An API key that is never printed, logged, stored or copied
stream.py        The events of one request to an endpoint, as the caller iterates over them
probing/         Probes what an endpoint supports by trying each setting
reading/         Reads a server's answer: event stream, chunks, tokens and finish reason
"""
