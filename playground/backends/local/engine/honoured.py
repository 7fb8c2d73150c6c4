"""Lists the sampling settings that the engine acts on, one by one; others are refused by name.

Apart from the code that acts on them, which imports torch: the page says what a model honours before that is there.
"""

# sampling.py: what may come next, and what is drawn of it.
DRAWN = frozenset(
    {
        *("temperature", "top_k", "top_p", "min_p", "seed"),
        *("frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias"),
    }
)
# batch.py ends an answer; token_readings.py records what else was likely.
# constraint.py: forms that an answer is held to.
FORMS = frozenset({"json_schema", "example", "labels", "regex", "grammar"})
HONOURED = DRAWN | {"max_tokens", "stop", "top_logprobs"}
