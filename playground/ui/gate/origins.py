"""Whether a request is meant for this server: the name it was asked under, and the page that asks."""

import socket
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from playground.settings import Settings
from playground.ui.gate.refusals import Refusal

LOOPBACK = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")
PORTS = {"http": 80, "https": 443}
FORWARDED = ("x-forwarded-host", "x-gradio-server")  # no page of another site can have a browser send them
WRONG_HOST = "This playground is private, and is not reached under that name. See PLAYGROUND_HOSTS in the README."
FOREIGN = "A page of another site asked for this; open the playground itself."


class Origins:
    """The names of this server, and who may ask under them."""

    def __init__(self, settings: Settings) -> None:
        self._public = settings.public
        self._names = {_bare(name) for name in (*LOOPBACK, *settings.hosts, settings.host)} - {*EVERYWHERE}
        self._outside = settings.host in EVERYWHERE
        if self._outside:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}

    def check(self, scope: Scope) -> None:
        """Raises Refusal.

        A name that anybody can point at this machine (DNS rebinding) would make a stranger's page one of ours, so a
        private server knows its names. An address cannot be pointed elsewhere: it is one of them where the server
        listens to all.
        """
        headers = Headers(scope=scope)
        if not self._public and not self._is_ours(headers.getlist("host")):
            raise Refusal(HTTPStatus.MISDIRECTED_REQUEST, WRONG_HOST)
        if _foreign(headers, scope["method"]):
            raise Refusal(HTTPStatus.FORBIDDEN, FOREIGN)

    def _is_ours(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        name = _bare(_split(f"//{hosts[0]}").hostname or "")
        return name in self._names or (self._outside and _is_address(name))


def _foreign(headers: Headers, method: str) -> bool:
    """Whether a browser says that another site's page asks. Programs say nothing of the kind."""
    site = headers.get("sec-fetch-site", "")
    if site in ("same-origin", "none"):
        return False
    if origins := headers.getlist("origin"):
        asked = [headers.get("host", ""), *(headers.get(name, "").split(",")[0].strip() for name in FORWARDED)]
        return len(origins) != 1 or not any(_same(origins[0], host) for host in asked if host)
    return site in ("cross-site", "same-site") and method not in ("GET", "HEAD")


def _same(origin: str, host: str) -> bool:
    """Whether they name one server; the port counts, but for those that need not be written."""
    here, there = _split(origin), _split(host if "://" in host else f"//{host}")
    usual = PORTS.get(here.scheme)
    if usual is None or not here.hostname:
        return False
    return _bare(here.hostname) == _bare(there.hostname or "") and (_port(here) or usual) == (_port(there) or usual)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:
        return -1


def _bare(name: str) -> str:
    return name.strip("[]").lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
