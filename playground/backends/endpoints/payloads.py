"""Reads one JSON payload of an answer: a chunk, or an error of the server."""

import json
from typing import Any

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import TRANSIENT_STATUSES, TRY_OTHERWISE, error_message, quote_server
from playground.backends.endpoints.reading.endings import withholding_word
from playground.errors import AnswerWithheld, EndpointFailed

Chunk = dict[str, Any]
TRANSIENT_TYPES = {"overloaded_error", "server_error", "rate_limit_error", "rate_limit_exceeded", "unavailable_error"}


def read_chunk(endpoint: Endpoint, text: str, name: str = "") -> Chunk:
    """The chunk in the data of an event of this name. Raises EndpointFailed, with the server's words if it has some."""
    try:
        chunk = json.loads(text, strict=False)  # some servers leave control characters in texts as they are
    except (ValueError, RecursionError):
        chunk = None
    if isinstance(chunk, list) and len(chunk) == 1:  # Gemini's errors come in a list
        chunk = chunk[0]
    if name != "error" and not isinstance(chunk, dict):
        raise EndpointFailed(f"{endpoint.name} sent something that is not JSON{quote_server(endpoint, text)}.")
    if not isinstance(chunk, dict):
        raise EndpointFailed(f"{endpoint.name} failed while it was answering{quote_server(endpoint, text)}.")
    if (fault := _error_part(chunk, name)) is not None:
        if withholding_word(fault):
            raise AnswerWithheld(
                f"{endpoint.name} withheld the answer{quote_server(endpoint, json.dumps(fault))}. {TRY_OTHERWISE}"
            )
        status = _error_status(fault, chunk)
        raise EndpointFailed(
            f"{endpoint.name} failed while it was answering{quote_server(endpoint, json.dumps(fault))}.",
            is_transient=status in TRANSIENT_STATUSES or _error_type(fault) in TRANSIENT_TYPES,
            status=status,
        )
    return chunk


def _error_part(chunk: Chunk, name: str) -> Any:
    """The part of a chunk that says what went wrong; None if it is an ordinary one."""
    if chunk.get("error") or chunk.get("errors"):
        return chunk
    if name == "error" or "error" in (chunk.get("object"), chunk.get("type")):
        return chunk
    choices = chunk.get("choices")
    if not choices and error_message(chunk):
        return chunk
    if isinstance(choices, list):
        return next((c for c in choices if isinstance(c, dict) and c.get("error")), None)
    return None


def _error_status(*places: Any) -> int:
    """The number in the manner of HTTP that an error has, wherever it is; 0 if it has none."""
    for place in places:
        for one in (place.get("error"), place):
            for key in ("code", "status_code", "status", "http_code") if isinstance(one, dict) else ():
                value = str(one.get(key))
                if value.isascii() and value.isdigit() and len(value) == 3:
                    return int(value)
    return 0


def _error_type(fault: Any) -> str:
    error = fault.get("error")
    return str((error if isinstance(error, dict) else fault).get("type"))
