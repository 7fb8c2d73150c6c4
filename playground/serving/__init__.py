"""The models as a server: programs ask in OpenAI's protocol, and are answered by the same runs.

answers.py     Writes a run as the protocol has it: one completion, or the chunks of a stream
app.py         The ASGI application: models, and chat completions, for whoever has the key
errors.py      What a program is told when something cannot be done, in the protocol's shape
forms.py       The form of an answer, as a program asks for it: `response_format`, or vLLM's `structured_outputs`
following.py   A run in a thread of its own, followed from the server's event loop until the program has gone
names.py       The names by which a program chooses a model, an adapter of it and a technique
replies.py     Sends an answer: whole, in events as it grows, or in words why there is none
requests.py    What a program asks: counted and checked once, refused by name where it would have no effect
tools.py       Functions that a program offers, the calls that a model made, and what they gave, in OpenAI's protocol
work.py        The run that answers a request: a conversation as it is, or a technique on one input
"""
