"""A backend that answers by a fixed rule, for tests and for classes without a model."""

import math
import random
import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from playground.backends.base import Capabilities, NextToken, Request
from playground.errors import NotSupported, PromptTooLong
from playground.types import Alternative, Delta, FinishReason, Message, Token

HONOURED = frozenset({"temperature", "seed", "max_tokens", "stop", "top_logprobs"})  # a rule has no distribution
PIECE = re.compile(r"\s*\S{1,6}|\s+$")
ReplyRule = Callable[[Request, random.Random], str]


def echo_prompt(request: Request, rng: random.Random) -> str:
    """Says what it was asked and, so that samples differ and votes have something to count, a number."""
    asked = (request.messages[-1].content.strip().splitlines() or [""])[-1][:80]
    if request.prefill.rstrip().endswith(" is"):
        return f" {rng.choice([18, 18, 18, 17])}."
    number = rng.choice([18, 18, 18, 17])
    return f" You asked: {asked} I was not trained, I was written. The answer is {number}."


@dataclass(frozen=True, kw_only=True)
class ScriptedBackend:
    """`reply` gives the text of a sample; `delay` is seconds per token, so that streaming can be watched."""

    reply: ReplyRule = echo_prompt
    delay: float = 0.0
    capabilities: Capabilities = Capabilities(sampling=HONOURED, context_length=8192)

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        return sum(1 + len(PIECE.findall(m.content)) for m in messages) + len(PIECE.findall(prefill))

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        return "\n".join([*(f"{m.role}: {m.content}" for m in messages), f"assistant: {prefill}"])

    def next_token(self, request: Request) -> NextToken:
        raise NotSupported("The scripted model follows a rule and has no logits; choose a local model.")

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        raise NotSupported("The scripted model follows a rule and gives no probabilities; choose a local model.")

    def stream(self, request: Request) -> Generator[Delta, None, None]:
        prompt = self.count_tokens(request.messages, request.prefill + request.generated_text)
        window = self.capabilities.context_length or 0
        if prompt >= window:
            raise PromptTooLong(
                f"The prompt is {prompt:,} tokens long; the context window holds {window:,}. Shorten the prompt."
            )
        return self._stream(request, prompt)

    def _stream(self, request: Request, prompt_tokens: int) -> Generator[Delta, None, None]:
        started, sampling = time.monotonic(), request.sampling
        seed = sampling.seed if sampling.seed is not None else random.randrange(2**32)
        if sampling.temperature == 0:
            seed = 0
        samples = [
            self._sample(request, random.Random(f"{seed}/{i if sampling.temperature else 0}")) for i in range(request.n)
        ]
        for i in range(request.n):
            yield Delta(index=i, prompt_tokens=prompt_tokens)
        for at in range(max(len(tokens) for tokens, _ in samples)):
            for i, (tokens, reason) in enumerate(samples):
                if at < len(tokens):
                    now, token, last = time.monotonic() - started, tokens[at], at == len(tokens) - 1
                    yield Delta(
                        index=i, text=token.text, tokens=(token,), finish_reason=reason if last else None, seconds=now
                    )
            if self.delay:
                time.sleep(self.delay)

    def _sample(self, request: Request, rng: random.Random) -> tuple[list[Token], FinishReason]:
        text = self.reply(request, rng)
        for stop in request.sampling.stop:
            text = text.split(stop)[0]
        pieces = PIECE.findall(text)[: request.sampling.max_tokens] or [""]
        reason: FinishReason = "stop" if "".join(pieces) == "".join(PIECE.findall(text)) else "length"
        return [self._token(piece, rng, request.sampling.top_logprobs) for piece in pieces], reason

    def _token(self, piece: str, rng: random.Random, alternatives: int) -> Token:
        p = rng.uniform(0.3, 0.99)
        token = Token(id=sum(piece.encode()), text=piece, logprob=math.log(p), entropy=-math.log(p))
        top = [Alternative(token.id, piece, token.logprob)]
        top += [Alternative(i, f" other{i}", math.log((1 - p) / 2**i)) for i in range(1, alternatives)]
        return replace(token, top=tuple(top[:alternatives]))
