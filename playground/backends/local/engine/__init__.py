"""The running batch: requests come in, are admitted, prefilled, decoded and sampled.

admission.py        Rules for which request gets the next place in the batch, and for how much memory it is promised
batch.py            The running batch: rows that decode one token each per step, each with its own settings
chat_template.py    Inspects and renders a chat template: which roles it takes, and whether their words reach the prompt
constraint.py       Holds a row to the form of its answer: which tokens may come next, and when the form is complete
detokenise.py       Turns token ids into text as they arrive, without half characters
engine.py           The decode loop: one thread per model, whose running batch requests join and leave at any step
honoured.py         Lists the sampling settings that the engine acts on, one by one; others are refused by name
kv_budget.py        KV-cache memory budget of one engine
next_token.py       Keeps the logits after a prompt, so that any sampling settings can be applied to them at once
prefill.py          Prefill: computes keys and values of prompts, several in a pass, and scores answers
prompt.py           Encodes messages as token ids through the chat template; control tokens that people type stay text
requests.py         Turns a request into a ticket for the engine, or refuses it before it is queued
sampling.py         Samples a token for each row from its logits, with the row's own settings and random stream
ticket.py           A ticket is one request inside the engine; a task is other work for the engine's thread
token_readings.py   Reads log-probability, entropy and likeliest alternatives of tokens off their logits
vocabulary.py       The parts of a tokenizer that the engine needs: text of ids, and which ids end an answer
"""
