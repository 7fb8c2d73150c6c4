"""One event or body of an answer: a chunk of the protocol, or what the server says went wrong."""

import json
from typing import Any

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import OTHERWISE, PASSING, message_of, told
from playground.backends.endpoints.reading.endings import withheld
from playground.errors import AnswerWithheld, EndpointFailed

Chunk = dict[str, Any]
PASSING_TYPES = {"overloaded_error", "server_error", "rate_limit_error", "rate_limit_exceeded", "unavailable_error"}


def read_chunk(endpoint: Endpoint, text: str, name: str = "") -> Chunk:
    """The chunk in the data of an event of this name. Raises EndpointFailed, with the server's words if it has some."""
    try:
        chunk = json.loads(text, strict=False)  # some servers leave control characters in texts as they are
    except (ValueError, RecursionError):
        chunk = None
    if isinstance(chunk, list) and len(chunk) == 1:  # Gemini's errors come in a list
        chunk = chunk[0]
    if name != "error" and not isinstance(chunk, dict):
        raise EndpointFailed(f"{endpoint.name} sent something that is not JSON{told(endpoint, text)}.")
    if not isinstance(chunk, dict):
        raise EndpointFailed(f"{endpoint.name} failed while it was answering{told(endpoint, text)}.")
    if (fault := _fault(chunk, name)) is not None:
        if withheld(fault):
            raise AnswerWithheld(f"{endpoint.name} withheld the answer{told(endpoint, json.dumps(fault))}. {OTHERWISE}")
        status = _status(fault, chunk)
        raise EndpointFailed(
            f"{endpoint.name} failed while it was answering{told(endpoint, json.dumps(fault))}.",
            passing=status in PASSING or _type(fault) in PASSING_TYPES,
            status=status,
        )
    return chunk


def _fault(chunk: Chunk, name: str) -> Any:
    """The part of a chunk that says what went wrong; None if it is an ordinary one."""
    if chunk.get("error") or chunk.get("errors"):
        return chunk
    if name == "error" or "error" in (chunk.get("object"), chunk.get("type")):
        return chunk
    choices = chunk.get("choices")
    if not choices and message_of(chunk):
        return chunk
    if isinstance(choices, list):
        return next((c for c in choices if isinstance(c, dict) and c.get("error")), None)
    return None


def _status(*places: Any) -> int:
    """The number in the manner of HTTP that an error has, wherever it is; 0 if it has none."""
    for place in places:
        for one in (place.get("error"), place):
            for key in ("code", "status_code", "status", "http_code") if isinstance(one, dict) else ():
                value = str(one.get(key))
                if value.isascii() and value.isdigit() and len(value) == 3:
                    return int(value)
    return 0


def _type(fault: Any) -> str:
    error = fault.get("error")
    return str((error if isinstance(error, dict) else fault).get("type"))
