"""Calls of functions as servers send them: apart from the text, and in pieces."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MOST_CALLS = 64


@dataclass
class SentCall:
    """One call as far as it has come; the server's number of it tells its pieces from others'."""

    number: Any
    name: str = ""
    arguments: str = ""


def add_calls(known: list[SentCall], pieces: Iterable[Any]) -> None:
    """Add what is new of calls. Raises AttributeError or TypeError on what is not of the protocol."""
    for place, piece in enumerate(pieces):
        number, function = piece.get("index"), piece.get("function") or {}
        number = number if number is not None else piece.get("id") or place
        call = next((call for call in known if call.number == number), None)
        if call is None:
            if len(known) == MOST_CALLS:
                raise TypeError("more calls than are read")
            known.append(call := SentCall(number))
        call.name += function.get("name") or ""
        arguments = function.get("arguments") or ""
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)
