"""Which tokens a text can go on from."""

from playground.types import Alternative

TORN = "\ufffd"  # how a part of a character reads


def unfit(token: Alternative) -> str:
    """Why an answer cannot be continued with this token, in words; empty when it can."""
    if token.control:
        return "This token ends the answer or steers the model; no text stands for it. Take another."
    if TORN in token.text:
        return "This token is a part of a character, which no text can be continued from; take another."
    return ""
