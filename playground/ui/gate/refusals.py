"""What the gate answers to a request that it does not let through."""

import json
from http import HTTPStatus

from starlette.types import Send


class Refused(Exception):
    """A request that goes no further: the HTTP status, and the words for whoever sent it."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status

    async def answer(self, send: Send) -> None:
        """The words as JSON, in the field in which Gradio's clients look for them."""
        body = json.dumps({"detail": str(self)}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if self.status >= HTTPStatus.BAD_REQUEST:
            headers.append((b"connection", b"close"))  # what is left of its body is not waited for
        await send({"type": "http.response.start", "status": int(self.status), "headers": headers})
        await send({"type": "http.response.body", "body": body})


def no_such_page() -> Refused:
    """For all that is not part of this app, whatever Gradio would say to it."""
    return Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
