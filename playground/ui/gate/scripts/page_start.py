"""What the page begins with: scripts between Gradio's configuration and Gradio's own, and all of it written once.

By hand, because Gradio puts what its `head` holds into the page when it has read the configuration, which is too late,
and copies and writes down all components anew for each visitor: a tenth of a second before the first byte.
"""

import gzip
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.lessons.shelf import ORIGINAL
from playground.ui.language.choosing import ASKED, NAME, offered
from playground.ui.language.opening import language_script, translate_page
from playground.ui.language.translating import speaking

NAMES = ("fixed_events", "newer_stays", "sure_answers")
SCRIPTS = (Path(__file__).with_name(f"{name}.js").read_text("utf-8") for name in NAMES)
SCRIPT = "".join(f"<script>{script}</script>" for script in SCRIPTS).encode()
END, GRADIO = b"</head>", b"<gradio-app"


KEPT = 16  # pages: addresses that one server may have, as its own name and that of a proxy, each in each language
# All that Gradio makes the page from, beside the scheme: it writes its own address into it.
READ = ("host", "x-forwarded-host", "x-forwarded-proto", "x-gradio-server")


class PageStart:
    """Answers the question for the page of this app, which is the same for all visitors at one address."""

    def __init__(self, app: ASGIApp, first_words: Callable[[], str] = str) -> None:
        """`first_words` is what is shown while the page is built, as HTML in the language that is spoken."""
        self._app = app
        self._first_words = first_words
        self._pages: dict[tuple[str, ...], bytes] = {}  # packed, by where it is asked for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        language = scope.get(NAME, ORIGINAL)
        where = (scope["scheme"], language, *(headers.get(name, "") for name in READ))
        if scope["query_string"] not in plain_queries() or "gzip" not in headers.get("accept-encoding", ""):
            await self._app(scope, receive, self._begun(send, language))
            return
        if where not in self._pages:
            answer = self._begun(send, language)
            await self._app(scope, receive, answer)
            if answer.is_page:
                for oldest in list(self._pages)[: 1 - KEPT]:
                    del self._pages[oldest]
                self._pages[where] = gzip.compress(answer.body)
            return
        page = Response(self._pages[where], media_type="text/html")
        page.headers.update({"content-encoding": "gzip", "vary": "accept-encoding, accept-language"})
        await page(scope, receive, send)

    def _begun(self, send: Send, language: str) -> "WithScript":
        with speaking(language):
            return WithScript(send, language, self._first_words().encode())


def plain_queries() -> set[bytes]:
    """The queries that change nothing of a page but its language."""
    return {b"", *(f"{ASKED}={language}".encode() for language in offered())}


class WithScript:
    """Passes on the answer to the question for the page in this language, with the scripts at the end of its head and
    the first words before Gradio's own part."""

    def __init__(self, send: Send, language: str = ORIGINAL, first_words: bytes = b"") -> None:
        self._send = send
        self._language = language
        self._first_words = first_words
        self._start: Message = {}
        self.body = b""
        self.is_page = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        headers = MutableHeaders(scope=self._start)
        self.is_page = self._start["status"] == HTTPStatus.OK and END in self.body
        if self.is_page:
            page = translate_page(self.body, self._language)
            page = page.replace(END, language_script(self._language) + SCRIPT + END, 1)
            self.body = page.replace(GRADIO, self._first_words + GRADIO, 1)
            headers["content-length"] = str(len(self.body))
            headers.add_vary_header("accept-language")
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self.body})
