"""Who a request comes from: a cookie that this server signed, or the address if there is none."""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

import gradio as gr
from starlette.types import Scope

NAME = "playground_visitor"
BEGINNINGS = ("/", "/config")  # where a browser and a program begin: their answers hand out the cookie
UNKNOWN = "unknown"  # the address of who came through a proxy that said nothing that can be read


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser, or all programs without a cookie at one address. Both are empty for calls inside this process."""

    id: str
    address: str
    by_cookie: bool = False


NOBODY = Visitor("", "")


def visitor_of(request: gr.Request | None) -> Visitor:
    """Whose request it is, as the gate saw it; nobody's if it did not come over HTTP."""
    http = getattr(request, "request", None)
    seen = http.scope.get(NAME, NOBODY) if http is not None else NOBODY
    assert isinstance(seen, Visitor)
    return seen


class Visitors:
    """Tells visitors apart. A cookie holds an id and its signature, so nobody can choose an id, or another's."""

    def __init__(self, *, embedded: bool) -> None:
        """`embedded`: the page is shown inside another site's, as on a Space."""
        self._secret = secrets.token_bytes(32)  # cookies of an earlier start count as none
        self._embedded = embedded

    def recognise(self, scope: Scope) -> tuple[Visitor, str]:
        """Whose request this is; and a Set-Cookie header if it should become one, else "" ."""
        name, address = _name(scope), _address(scope)
        id, _, signature = _cookie(scope, name).partition(".")
        if id and hmac.compare_digest(signature.encode(), self._sign(id).encode()):
            return Visitor(id, address, True), ""
        if scope["method"] == "GET" and scope["path"] in BEGINNINGS:
            id = secrets.token_urlsafe(16)
            return Visitor(id, address, True), self._set_cookie(name, f"{id}.{self._sign(id)}", scope["scheme"])
        return Visitor(self._sign(address), address), ""

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _set_cookie(self, name: str, value: str, scheme: str) -> str:
        secure = self._embedded or scheme == "https"
        # Inside another site's page a browser sends no other kind than the first.
        site = "SameSite=None; Partitioned" if self._embedded else "SameSite=Lax"
        return f"{name}={value}; HttpOnly; Path=/; {site}{'; Secure' if secure else ''}"


def _name(scope: Scope) -> str:
    """With the port: browsers do not tell two servers of one machine apart, and each would overwrite the other's."""
    server = scope.get("server") or ("", "")
    return f"{NAME}_{server[1]}"


def _cookie(scope: Scope, name: str) -> str:
    """As it was sent. Ours has no quotes, and Python takes seconds to read some that a stranger can send."""
    headers = [value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"]
    pairs = (pair.strip().partition("=") for pair in "; ".join(headers).split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def _address(scope: Scope) -> str:
    """The peer's address, or what the proxies that the operator named say: uvicorn has read their headers by now.

    Of IPv6 only the network: one household has 2**64 addresses, and may use each of them once.
    """
    try:
        address = ipaddress.ip_address((scope.get("client") or ("",))[0].partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
