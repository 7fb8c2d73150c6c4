"""Puts scripts into the page, between Gradio's configuration and Gradio's own scripts.

By hand, because Gradio puts what its `head` holds into the page when it has read the configuration, which is too late.
"""

from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

SCRIPTS = (Path(__file__).with_name(f"{name}.js").read_text("utf-8") for name in ("fixed_events", "sure_answers"))
SCRIPT = "".join(f"<script>{script}</script>" for script in SCRIPTS).encode()
END = b"</head>"


class WithScript:
    """Passes on the answer to the question for the page, with the script at the end of its head."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        headers = MutableHeaders(scope=self._start)
        if self._start["status"] == HTTPStatus.OK and END in self._body:
            self._body = self._body.replace(END, SCRIPT + END, 1)
            headers["content-length"] = str(len(self._body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._body})
