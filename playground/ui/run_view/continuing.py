"""Which tokens a text can go on from."""

from dataclasses import replace

from playground.errors import InvalidSetup, NotSupported
from playground.formats import format_count
from playground.types import Alternative, Completion

TORN = "\ufffd"  # how a part of a character reads


def unfit(token: Alternative) -> str:
    """Why an answer cannot be continued with this token, in words; empty when it can."""
    if token.control:
        return "This token ends the answer or steers the model; no text stands for it. Take another."
    if token.barred:
        return "The form of the answer rules this token out; take another."
    if TORN in token.text:
        return "This token is a part of a character, which no text can be continued from; take another."
    return ""


def with_token(known: Completion, at: int, token: int) -> Completion:
    """An output's words up to a place, with another token there; left unfinished. Raises InvalidSetup, NotSupported."""
    if at >= len(known.tokens):
        raise InvalidSetup(
            f"That output has {format_count(len(known.tokens), 'token')}, none at {at + 1}; choose another."
        )
    here = known.tokens[at]
    other = next((a for a in here.top if a.id == token), None)
    if other is None:
        raise InvalidSetup(f"Token {token} was not recorded as an alternative there; choose one that was.")
    if why := unfit(other):
        raise NotSupported(why)
    taken = replace(here, id=other.id, text=other.text, logprob=other.logprob, forced=True)
    tokens = (*known.tokens[:at], taken)
    words = "".join(t.text for t in tokens)
    return replace(known, text=words, tokens=tokens, completion_tokens=len(tokens), finish_reason=None)
