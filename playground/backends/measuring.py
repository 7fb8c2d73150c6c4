"""How likely a model finds words that it is given: measured, or taken over from an earlier run."""

import time

from playground.backends.base import Backend, Request
from playground.types import Completion, Delta, Step, Usage


def measure(backend: Backend, request: Request, text: str) -> Delta:
    """All of it was read, and nothing written. Raises NotSupported without `logits`, PromptTooLong."""
    started = time.monotonic()
    tokens = backend.score(request, text)
    read = backend.count_tokens(request.messages) + len(tokens)
    return _news(Completion(text=text, tokens=tokens, prompt_tokens=read, seconds=time.monotonic() - started))


def known_measure(step: Step, text: str, earlier: Step | None) -> Delta | None:
    """What an earlier run measured of the same words after the same prompt; nothing that somebody wrote by hand."""
    if earlier is None or not earlier.measured or earlier.messages != step.messages or len(earlier.completions) != 1:
        return None
    (known,) = earlier.completions
    return _news(known) if known.text == text and known.tokens and not known.edited else None


def _news(measured: Completion) -> Delta:
    usage = Usage(prompt_tokens=measured.prompt_tokens, completion_tokens=0)
    return Delta(
        index=0, text=measured.text, tokens=measured.tokens, finish_reason="stop", usage=usage, seconds=measured.seconds
    )
