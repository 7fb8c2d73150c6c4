"""Reads tokens with their log-probabilities, where these are finite numbers."""

import math
import zlib
from typing import Any

from playground.types import Alternative, Token

MAX_ALTERNATIVES = 20
ROUNDING = 0.01  # above 0, as no log-probability is, but as arithmetic in half precision gives them


def read_token_entries(logprobs: Any) -> tuple[list[Token], int]:
    """The tokens whose log-probability is known, and how many were listed.

    Whatever is wrong with these never costs the text: an entry without a finite number is left out.
    """
    listed = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(listed, list):
        return [], 0
    return [token for entry in listed if (token := _read_token(entry))], len(listed)


def split_half_character(text: str) -> tuple[str, str]:
    """Text that can be stored, and the half of a character at its end. Some servers cut between the two halves."""
    if text.isascii():
        return text, ""
    half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
    return text.removesuffix(half).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), half


def _read_token(entry: Any) -> Token | None:
    """A server names no ids: the same bytes get the same number, which is all that is asked of one here."""
    if (own := _read_alternative(entry)) is None:
        return None
    others = entry.get("top_logprobs")
    listed = others[:MAX_ALTERNATIVES] if isinstance(others, list) else ()
    top = tuple(found for other in listed if (found := _read_alternative(other)))
    return Token(id=own.id, text=own.text, logprob=own.logprob, top=top)


def _read_alternative(entry: Any) -> Alternative | None:
    if not isinstance(entry, dict) or not isinstance(text := entry.get("token"), str):
        return None
    logprob = entry.get("logprob")
    if isinstance(logprob, bool) or not isinstance(logprob, int | float):
        return None
    if not math.isfinite(logprob) or logprob > ROUNDING:
        return None
    clean, half = split_half_character(text)
    return Alternative(
        _token_id(entry.get("bytes"), text), clean + "\ufffd" * len(half), min(float(logprob), 0.0), _is_control(text)
    )


def _token_id(listed: Any, text: str) -> int:
    if isinstance(listed, list) and all(type(byte) is int and 0 <= byte < 256 for byte in listed) and listed:
        return zlib.crc32(bytes(listed))
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _is_control(token: str) -> bool:
    return (token.startswith("<|") and token.endswith("|>")) or token in ("</s>", "<eos>", "<end_of_turn>")
