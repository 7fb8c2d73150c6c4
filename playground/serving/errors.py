"""What a program is told when something cannot be done, in the protocol's shape and in our words."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from playground.errors import (
    EndpointFailed,
    GenerationFailed,
    LimitReached,
    ModelUnavailable,
    PlaygroundError,
    PromptTooLong,
    UnknownModel,
    dotted_path,
)

BUG = "This is a bug in the playground, not in what was sent. The server's log has the details."
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the protocol names one kind of error."""

    status: HTTPStatus
    type: str
    code: str | None = None


INVALID = Kind(status=HTTPStatus.BAD_REQUEST, type="invalid_request_error")
BROKEN = Kind(status=HTTPStatus.INTERNAL_SERVER_ERROR, type="server_error")
KINDS: dict[type[PlaygroundError], Kind] = {
    PromptTooLong: Kind(status=HTTPStatus.BAD_REQUEST, type="invalid_request_error", code="context_length_exceeded"),
    UnknownModel: Kind(status=HTTPStatus.NOT_FOUND, type="invalid_request_error", code="model_not_found"),
    LimitReached: Kind(status=HTTPStatus.TOO_MANY_REQUESTS, type="rate_limit_error", code="limit_reached"),
    ModelUnavailable: Kind(status=HTTPStatus.SERVICE_UNAVAILABLE, type="server_error", code="model_unavailable"),
    EndpointFailed: Kind(status=HTTPStatus.BAD_GATEWAY, type="server_error"),
    GenerationFailed: BROKEN,
}
BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: ("authentication_error", "invalid_api_key"),
    HTTPStatus.TOO_MANY_REQUESTS: ("rate_limit_error", "rate_limit_exceeded"),
}


def error_body(words: str, kind: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The protocol's shape of an error."""
    return {"error": {"message": words, "type": kind, "param": param, "code": code}}


def refusal_body(words: str, status: HTTPStatus) -> dict[str, Any]:
    """For a request that does not get as far as to be read."""
    kind, code = BY_STATUS.get(status, ("invalid_request_error", None))
    return error_body(words, kind if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error", code=code)


def describe_error(error: BaseException) -> tuple[HTTPStatus, dict[str, Any]]:
    """The status and the body for what went wrong. Anything but a PlaygroundError is logged as the bug it is."""
    if not isinstance(error, PlaygroundError):
        log.error("A bug in the playground", exc_info=error)
        return BROKEN.status, error_body(BUG, BROKEN.type)
    kind = next((kind for of, kind in KINDS.items() if isinstance(error, of)), INVALID)
    param = dotted_path(error.path) if error.path else "model" if isinstance(error, UnknownModel) else None
    return kind.status, error_body(str(error), kind.type, param=param, code=kind.code)
