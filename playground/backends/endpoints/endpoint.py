"""An endpoint: its address, its key, and the limits for calls to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from playground.backends.endpoints.providers import Provider, provider_of
from playground.backends.endpoints.secret import Secret
from playground.errors import InvalidSetup
from playground.settings import Settings

ENDPOINT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MAX_PARALLEL = 64
CALL_PATHS = re.compile(  # ends of addresses of single calls, of this protocol and of Ollama's own
    r"(?P<call>/chat/completions|/completions|/embeddings|/responses|/messages|/api/(?:chat|generate|tags|embed)"
    r"|(?<=/v\d)/models)(?P<more>(?<=/models)/[^/]+)?/*$",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLimits:
    """`parallel` calls at once, calls `per_minute` (0 is any number), `seconds` for a call from first to last byte,
    and `silence`: how many seconds the server may say nothing."""

    parallel: int = 16
    per_minute: int = 0
    seconds: float = 600.0
    silence: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where requests go, and the key that goes there and nowhere else. `name` begins its models' names."""

    name: str
    base_url: str
    key: Secret = field(default=Secret(""), repr=False)
    limits: EndpointLimits = EndpointLimits()

    @property
    def provider(self) -> Provider | None:
        return provider_of(self.base_url)


def parse_endpoint(
    name: str, base_url: str, key: str, settings: Settings, *, parallel: int = 16, per_minute: int = 0
) -> Endpoint:
    """What a person typed, checked. Raises InvalidSetup, which never repeats the key or what may hold one."""
    for what, typed in (("name", name), ("base_url", base_url), ("key", key)):
        if not isinstance(typed, str):
            raise InvalidSetup(path=(what,), rule="must be text.")
    if not ENDPOINT_NAME.fullmatch(name):
        raise InvalidSetup(
            "An endpoint's name has small letters, digits, dashes and underscores, 40 at most; choose another."
        )
    for what, value, low, high in (("parallel", parallel, 1, MAX_PARALLEL), ("per_minute", per_minute, 0, 100_000)):
        if type(value) is not int or not low <= value <= high:
            raise InvalidSetup(path=(what,), value=value, rule=f"it must be a whole number from {low} to {high:,}.")
    limits = EndpointLimits(parallel=parallel, per_minute=per_minute, seconds=settings.max_seconds)
    return Endpoint(
        name=name, base_url=check_address(parse_address(base_url), settings), key=Secret(key), limits=limits
    )


def parse_address(text: str) -> str:
    """An address in one form: http or https, no user, no query, no slash at the end. Raises InvalidSetup."""
    try:
        parts = urlsplit(text.strip())
        port = f":{parts.port}" if parts.port is not None else ""
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise _invalid_address("is not an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f\\]", text.strip()):
        raise _invalid_address("is not an address")
    if "@" in parts.netloc:
        raise _invalid_address("holds a user or a password; a key belongs into the field for it")
    if call := CALL_PATHS.search(parts.path):
        also = " and all that follows it" if parts.query or parts.fragment or call["more"] else ""
        end = call["call"]
        instead = "enter /v1 in its place" if end.lower().startswith("/api/") else "it is added to each call"
        raise _invalid_address(f"is that of a single call: leave out {end}{also}, {instead}")
    if parts.query or parts.fragment:
        raise _invalid_address("has a part after ? or #; a key belongs into the field for it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if port == {"http": ":80", "https": ":443"}[parts.scheme] else port
    return urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))


def check_address(base_url: str, settings: Settings) -> str:
    """In public, only what the operator listed: strangers do not choose where this server connects to."""
    listed = operator_endpoints(settings)
    if settings.public and base_url not in listed.values():
        choose = f"choose one of {', '.join(listed)}" if listed else "it offers none"
        raise InvalidSetup(f"This server connects to its operator's endpoints only; {choose}.")
    return base_url


def operator_endpoints(settings: Settings) -> Mapping[str, str]:
    """The endpoints that whoever runs this server listed, by name. Raises InvalidSetup on one that is none."""
    listed = {}
    for item in settings.endpoints:
        name, _, url = item.partition("=")
        if not ENDPOINT_NAME.fullmatch(name.strip()) or not url:
            raise InvalidSetup(f"PLAYGROUND_ENDPOINTS has {item!a}; it must be name=address.")
        listed[name.strip()] = parse_address(url)
    return listed


def _invalid_address(why: str) -> InvalidSetup:
    return InvalidSetup(f"The base URL {why}; it looks like https://api.example.com/v1.")
