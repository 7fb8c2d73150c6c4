"""The running batch: requests come in, are admitted, prefilled, decoded and sampled.

admission.py        Who gets a place in the batch, and what may still be promised of the memory
batch.py            Rows decoded together: one token each per step, each with its own settings, text and end
chat_template.py    A tokenizer's chat template: which turns it takes, in which form, and whether the words arrive in
                    the prompt
detokenise.py       Token ids to text as they arrive, without half characters
engine.py           The decode loop: one thread per model, one running batch that requests join and leave at any step
kv_budget.py        Keys and values of one engine: who holds them, what is promised, and what is left to remember
                    prompts with
next_token.py       The logits after a prompt, kept: what any sampling settings make of them, without asking the model
                    again
prefill.py          Prompts on their way into slots, some tokens at a time and several in a pass; and given answers, to
                    be judged
prompt.py           Messages to token ids, through the model's own chat template
requests.py         Requests to tickets: token ids, limits, and what is refused before it is queued
sampling.py         Logits to tokens, row by row: every row has its own settings and its own random stream
ticket.py           A request on its way, or an errand: what the caller's thread and the engine's thread share
token_readings.py   What the model itself thinks of a token: its log-probability, the entropy and the likeliest others
"""
