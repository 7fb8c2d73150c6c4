"""The routes that the page and programs need. Gradio has some thirty more: they are not there."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from starlette.types import Scope

from playground.ui.gate.refusals import Refusal, no_such_page
from playground.ui.gate.scripts import mended_scripts

API = "/gradio_api"
LONGEST_PATH, LONGEST_QUERY = 1000, 2000
HASH = r"[A-Za-z0-9_-]{1,64}"  # of a session or an event, as browsers and programs make them
NAME = r"[A-Za-z0-9_]{1,64}"
HASH_PATTERN = re.compile(HASH)
READ, SENT = ("GET", "HEAD"), ("POST",)


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request; `kind` says what the gate looks at beside its path."""

    methods: tuple[str, ...]
    pattern: re.Pattern[str]
    kind: str = "page"


def _route(methods: tuple[str, ...], path: str, kind: str = "page") -> Route:
    return Route(methods, re.compile(path), kind)


ROUTES = (
    _route(READ, "/", "start"),
    _route(READ, "/config/?"),
    _route(READ, r"/(theme\.css|favicon\.ico|manifest\.json|robots\.txt)"),
    _route(READ, mended_scripts.PATH, "script"),
    _route(READ, r"/assets/[A-Za-z0-9_.-]+-[A-Za-z0-9_-]{8,9}\.[a-z0-9]+", "asset"),  # named by what it holds
    _route(READ, r"/(assets|static)/[A-Za-z0-9_./-]+"),
    _route(READ, rf"{API}/(info/?|app_id|startup-events|theme\.css)"),
    _route(READ, rf"{API}/file=(?P<file>.+)", "file"),
    _route(READ, rf"{API}/upload_progress"),
    _route(READ, rf"{API}/heartbeat/(?P<session>{HASH})", "heartbeat"),
    _route(READ, rf"{API}/queue/data", "data"),
    _route(READ, rf"{API}/call/{NAME}/(?P<event>{HASH})", "result"),
    _route(SENT, rf"{API}/queue/join", "join"),
    _route(SENT, rf"{API}/call/(?P<name>{NAME})", "call"),
    _route(SENT, rf"{API}/cancel", "cancel"),
    _route(SENT, rf"{API}/reset", "reset"),
    _route(SENT, rf"{API}/upload", "upload"),
    _route(READ, r"/v1/models(/.+)?", "serve"),
    _route(SENT, r"/v1/chat/completions", "serve"),
)


def find_route(scope: Scope) -> tuple[Route, dict[str, str]]:
    """What is asked for, and the parts of its path by name. Raises Refusal: not found, or the wrong method."""
    path = scope["path"]
    if len(path) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        raise Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "This address is too long.")
    for route in ROUTES:
        if match := route.pattern.fullmatch(path):
            if scope["method"] not in route.methods:
                raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Only {' and '.join(route.methods)} is possible here.")
            return route, match.groupdict()
    raise no_such_page()


def without_deep_link(query: bytes) -> bytes:
    """The query without Gradio's deep link: it would show what a stranger saved as if it were this page."""
    if b"deep" not in query.lower() and b"%" not in query:
        return query
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name != "deep_link"]).encode()


def session_of_query(query: bytes) -> str:
    """The one session hash of the query. Raises Refusal when there is none, or several."""
    hashes = [value for name, value in parse_qsl(query.decode("latin-1")) if name == "session_hash"]
    if len(hashes) != 1 or not HASH_PATTERN.fullmatch(hashes[0]):
        raise Refusal(HTTPStatus.BAD_REQUEST, "`session_hash` must be given once, as letters and digits.")
    return hashes[0]
