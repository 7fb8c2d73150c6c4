"""What the gate answers to a request that it does not let through."""

import html
import json
from http import HTTPStatus
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import Scope, Send

from playground.lessons.shelf import ORIGINAL
from playground.serving.errors import refusal_body
from playground.ui.language.texts import texts_of

PAGE = """<!doctype html>
<html lang="{language}">
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
PROTOCOL = "/v1/"  # OpenAI's: the beginning of its addresses
Shape = Literal["page", "detail", "error"]
WAY_ON, OPEN = '<p><a href="/">{}</a></p>', "Open the playground"


class Refusal(Exception):
    """A request that goes no further: the HTTP status, and the words for whoever sent it."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status

    async def answer(self, send: Send, shape: Shape = "detail", language: str = ORIGINAL) -> None:
        """The words as JSON, in the field in which Gradio's clients or OpenAI's look for them; or as a page. What a
        person reads is in this language."""
        words = texts_of(language).translate(str(self))
        if shape == "page":
            kind, text = "text/html; charset=utf-8", self._page(words, language)
        else:
            said = {"detail": words} if shape == "detail" else refusal_body(str(self), self.status)
            kind, text = "application/json", json.dumps(said)
        body = text.encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        if self.status >= HTTPStatus.BAD_REQUEST:
            headers.append((b"connection", b"close"))  # what is left of its body is not waited for
        await send({"type": "http.response.start", "status": int(self.status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _page(self, words: str, language: str) -> str:
        way_on = WAY_ON.format(texts_of(language).translate(OPEN)) if self.status == HTTPStatus.NOT_FOUND else ""
        title = f"{int(self.status)} {self.status.phrase}"
        return PAGE.format(language=language, title=title, words=html.escape(words), way_on=way_on)


def shape_for(scope: Scope) -> Shape:
    """For a person when a browser is to show the answer as a page; scripts and programs ask for other kinds."""
    if scope["path"].startswith(PROTOCOL):
        return "error"
    readable = scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")
    return "page" if readable else "detail"


def no_such_page() -> Refusal:
    """For all that is not part of this app, whatever Gradio would say to it."""
    return Refusal(HTTPStatus.NOT_FOUND, "There is nothing here.")
