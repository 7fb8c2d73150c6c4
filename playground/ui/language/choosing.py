"""Which language a request is answered in: what the page's address says, else what the browser asks for."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Scope

from playground.lessons.shelf import LANGUAGES, ORIGINAL

HERE = Path(__file__).parent
NAME = "playground_language"  # in a request's scope
ASKED = "lang"  # in the address of the page, which sends it along with all that it asks
LONGEST = 200  # letters of a browser's wishes that are read
LONGEST_QUERY = 2000  # bytes of an address that are read
WISH = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]+)*(?:\s*;\s*q=([01](?:\.\d{1,3})?))?", re.I)


@cache
def offered() -> dict[str, str]:
    """The languages that the page has texts in, by code: what each calls itself. The original first."""
    folders = sorted(path.name for path in HERE.iterdir() if any(path.glob("*.yaml")))
    return {code: LANGUAGES.get(code, code) for code in (ORIGINAL, *folders)}


def choose_language(scope: Scope) -> str:
    """The language of this request; the original, where neither is one that is offered."""
    asked = dict(parse_qsl(scope["query_string"][:LONGEST_QUERY].decode("latin-1"))).get(ASKED)
    if asked is not None and asked in offered():
        return str(asked)
    wishes = WISH.findall(Headers(scope=scope).get("accept-language", "")[:LONGEST])
    ranked = sorted(wishes, key=lambda wish: -float(wish[1] or 1))
    return next((code.lower() for code, _ in ranked if code.lower() in offered()), ORIGINAL)


def language_of(request: Any) -> str:
    """The language of a handler's request, as the gate saw it; the original if it did not come over HTTP."""
    http = getattr(request, "request", None)
    return str(http.scope.get(NAME, ORIGINAL)) if http is not None else ORIGINAL
