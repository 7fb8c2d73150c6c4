"""What the gate answers to a request that it does not let through."""

import html
import json
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import Scope, Send

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title} - Prompt Playground</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>Prompt Playground</h1>
<p>{words}</p>
{way_on}
</body>
</html>
"""
WAY_ON = '<p><a href="/">Open the playground</a></p>'


class Refused(Exception):
    """A request that goes no further: the HTTP status, and the words for whoever sent it."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status

    async def answer(self, send: Send, *, readable: bool = False) -> None:
        """The words as JSON, in the field in which Gradio's clients look for them; or as a page, for a person."""
        kind, text = ("text/html; charset=utf-8", self._page()) if readable else ("application/json", self._data())
        body = text.encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        if self.status >= HTTPStatus.BAD_REQUEST:
            headers.append((b"connection", b"close"))  # what is left of its body is not waited for
        await send({"type": "http.response.start", "status": int(self.status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _data(self) -> str:
        return json.dumps({"detail": str(self)})

    def _page(self) -> str:
        words = html.escape(str(self))
        way_on = WAY_ON if self.status == HTTPStatus.NOT_FOUND else ""
        return PAGE.format(title=f"{int(self.status)} {self.status.phrase}", words=words, way_on=way_on)


def opened_by_a_person(scope: Scope) -> bool:
    """Whether a browser shows the answer as a page; scripts and programs ask for other kinds."""
    return scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")


def no_such_page() -> Refused:
    """For all that is not part of this app, whatever Gradio would say to it."""
    return Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
