"""How tokens are chosen: every parameter once, with its range, what it is for, and the kind of effect it has."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from playground.parameters import STRICT, Short, many, mapping, number

TokenId = Annotated[int, Field(ge=0)]
MAX_BIAS = 100  # either way
Bias = Annotated[float, Field(ge=-MAX_BIAS, le=MAX_BIAS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are chosen. Applied in this order: penalties and bias, temperature, filters as they stand here.

    A backend that honours a new one says so itself: until then it is refused by name.
    """

    __pydantic_config__ = STRICT
    # fmt: off
    temperature: float = number(0.7, 0, 2, step=0.05, effect="temperature", neutral=1.0, strong=1.5,
                                help="Divides the logits: higher is more varied. 0 always takes the likeliest token.")
    top_k: int = number(0, 0, 1000, step=1, effect="filter", strong=1,
                        label="Top-k", help="Keep the k likeliest tokens. 0 keeps all.")
    top_p: float = number(1.0, 0, 1, step=0.01, effect="filter", strong=0.001,
                          label="Top-p", help="Keep the likeliest tokens that together have probability p. 1: all.")
    min_p: float = number(0.0, 0, 1, step=0.01, effect="filter", strong=1.0,
                          label="Min-p", help="Keep tokens at least p times as likely as the likeliest. 0 keeps all.")
    max_tokens: int = number(256, 1, 4096, step=1, effect="length", strong=1, help="Stop after this many tokens.")
    frequency_penalty: float = number(0.0, -2, 2, step=0.05, effect="penalty", strong=2.0,
                                      help="Lowers a token's logit by this for each time it has come.")
    presence_penalty: float = number(0.0, -2, 2, step=0.05, effect="penalty", strong=2.0,
                                     help="Lowers a token's logit by this once it has come.")
    repetition_penalty: float = number(1.0, 0.5, 2, step=0.01, effect="penalty", strong=1.8,
                                       help="Makes every token seen so far less likely. 1 is off.")
    logit_bias: dict[TokenId, Bias] = mapping(max_length=300, effect="bias",
                                              help=f"Token id: amount to add to its logit, -{MAX_BIAS} to {MAX_BIAS}.")
    stop: tuple[Short, ...] = many(max_length=8, effect="stop",
                                   label="Stop strings", help="End the answer before any of these.")
    seed: int | None = number(None, 0, 2**32 - 1, step=1, effect="seed",
                              empty="new each run", help="Same seed, same text (almost always).")
    top_logprobs: int = number(0, 0, 20, step=1, effect="record", strong=3,
                               label="Alternatives per token",
                              help="How many likely tokens to keep at each place, to look at and continue from.")
    # fmt: on
