"""What stops in the middle until a test lets it go on, an answer or a post: no test has to be faster than one."""

import threading
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass, field

from folded import PATIENCE, until
from playwright.sync_api import Page, Route

from playground.backends.base import Request
from playground.backends.scripted import ScriptedBackend
from playground.running.runner import INTERVAL
from playground.types import Delta


@dataclass(frozen=True, kw_only=True)
class Held(ScriptedBackend):
    """Says so many pieces of an answer that it was not given the beginning of, and the rest when `go` is set.

    Where the last message has one of the `words`; everywhere without them.
    """

    pieces: int = 2
    words: str = ""
    go: threading.Event = field(default_factory=threading.Event)

    def _stream(self, request: Request, prompt_tokens: int) -> Generator[Delta, None, None]:
        holds = self.words in request.messages[-1].content and not (request.prefill or request.generated_text)
        said = 0
        for news in super()._stream(request, prompt_tokens):
            if holds and news.text and said == self.pieces - 1:
                self.go.wait(INTERVAL)  # what comes sooner after other news is told with the next
            if holds and news.text and said >= self.pieces:
                self.go.wait(PATIENCE / 1000)
            said += bool(news.text)
            yield news


RUN_OF = '"phase":"asked"'  # what is posted with a run: that it has been asked for


def hold_post(page: Page, words: Collection[str], act: Callable[[], object]) -> tuple[Route, list[str]]:
    """What the page posts with all of these words when this is done, which is on its way until it is continued; and all
    that is posted with them meanwhile."""
    held: list[Route] = []
    posted: list[str] = []

    def hold(route: Route) -> None:
        body = route.request.post_data or ""
        if meant := all(word in body for word in words):
            posted.append(body)
        held.append(route) if meant and not held else route.continue_()

    page.route("**/queue/join*", hold)
    act()
    until(page, lambda: bool(held))
    return held[0], posted
