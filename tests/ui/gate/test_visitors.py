"""Who a visitor is: a cookie that only this server can have made, else an address that nobody can choose."""

import os
import time
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import gradio as gr
import pytest
from clients import gradio_client, http_client

from playground.settings import Settings
from playground.ui.gate.page import Page
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.visitors import NAME, Visitor, Visitors, visitor_of

Ask = Callable[..., tuple[Visitor, str]]


@pytest.fixture
def ask() -> Ask:
    visitors = Visitors(embedded=False)

    def recognise(cookie: str = "", *, path: str = "/gradio_api/info", **scope: Any) -> tuple[Visitor, str]:
        headers = [(b"cookie", cookie.encode())] if cookie else []
        defaults = {"method": "GET", "scheme": "http", "client": ("192.0.2.7", 5000), "server": ("127.0.0.1", 7860)}
        return visitors.recognise({"type": "http", "path": path, "headers": headers, **defaults, **scope})

    return recognise


def test_the_first_answer_hands_out_a_cookie_that_is_recognised(ask: Ask) -> None:
    first, cookie = ask(path="/")
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Secure" not in cookie
    assert ask(cookie.partition(";")[0]) == (first, "")
    assert ask(path="/")[0] != first


@pytest.mark.parametrize(
    "made_up", ["", "{id}", "{id}.", "{id}.{id}", ".", "x.y", "{id}x.{signature}", "\u00e9.\u00e9"]
)
def test_an_identity_cannot_be_chosen(ask: Ask, made_up: str) -> None:
    first, cookie = ask(path="/")
    signature = cookie.partition(";")[0].partition(".")[2]
    who, _ = ask(f"{NAME}_7860={made_up.format(id=first.id, signature=signature)}")
    assert who.id != first.id
    assert who == ask()[0]


def test_a_cookie_is_read_at_once_whatever_is_in_it(ask: Ask) -> None:
    first, cookie = ask(path="/")
    began = time.process_time()
    assert ask(f'{NAME}_7860="' + '\\"' * 30_000 + '"')[0].id != first.id
    assert ask("a=b; " * 10_000 + cookie.partition(";")[0])[0] == first
    assert time.process_time() - began < 1


def test_gradio_sees_no_cookie(private: Any) -> None:
    """Starlette's way of reading some takes seconds, in the thread that serves everybody."""
    began = time.process_time()
    for path in ("/", "/config", "/gradio_api/info"):
        assert private.program().get(path, headers={"cookie": 'a="' + '\\"' * 30_000 + '"'}).status_code == 200
    assert time.process_time() - began < 3


def test_no_cookie_is_of_another_start_or_another_port(ask: Ask) -> None:
    first, cookie = ask(path="/")
    scope = {"type": "http", "path": "/x", "method": "GET", "headers": [(b"cookie", cookie.encode())]}
    assert Visitors(embedded=False).recognise(scope)[0].id != first.id
    assert ask(cookie, server=("127.0.0.1", 7861))[0].id != first.id


def test_without_a_cookie_it_is_the_address(ask: Ask) -> None:
    assert ask()[0] == ask()[0]
    assert ask()[0].id != ask(client=("192.0.2.8", 5000))[0].id
    assert not ask()[0].by_cookie


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("x" * 5000, "unknown"),
    ],
)
def test_an_address_is_one_household(ask: Ask, peer: str, address: str) -> None:
    assert ask(client=(peer, 1))[0].address == address
    assert ask(client=None)[0].address == "unknown"


def test_inside_another_sites_page_the_cookie_is_sent_too() -> None:
    scope = {"type": "http", "path": "/", "method": "GET", "scheme": "http", "headers": []}
    _, cookie = Visitors(embedded=True).recognise(scope)
    assert all(word in cookie for word in ("HttpOnly", "SameSite=None", "Secure", "Partitioned"))


def test_over_https_the_cookie_stays_there(ask: Ask) -> None:
    assert "Secure" in ask(path="/", scheme="https")[1]


@pytest.fixture
def served_page(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A page that says who asks: `served_page(proxies=...)` gives its address."""
    monkeypatch.setitem(os.environ, "FORWARDED_ALLOW_IPS", "*")  # an operator's habit that would let anybody choose
    pages = []

    def serve(**settings: Any) -> str:
        chosen = Settings(port=0, **settings)
        with Page(chosen, analytics_enabled=False) as page:

            def who(request: gr.Request) -> list:  # type: ignore[type-arg]
                return [visitor_of(request).id, visitor_of(request).address, Sessions(None, chosen).visitor(request)]  # type: ignore[arg-type]

            gr.api(who, api_name="who")
        pages.append(page)
        return str(page.launch(quiet=True, prevent_thread_lock=True, ssr_mode=False)[1])

    yield serve
    for page in pages:
        page.close()


def test_each_program_is_a_visitor(served_page: Any) -> None:
    url = served_page(public=True)
    one, other = gradio_client(url), gradio_client(url)
    first = one.predict(api_name="/who")
    assert first == one.predict(api_name="/who")
    assert first[1] == "127.0.0.1"
    assert first[2] == first[0] != other.predict(api_name="/who")[0]


@pytest.mark.parametrize(
    ("proxies", "address"),
    [((), "127.0.0.1"), (("127.0.0.1",), "198.51.100.9"), (("127.0.0.0/8", "198.51.100.9"), "203.0.113.5")],
)
def test_forwarded_addresses_are_believed_of_named_proxies_only(
    served_page: Any, proxies: tuple[str, ...], address: str
) -> None:
    forwarded = {"x-forwarded-for": "10.9.9.9, 203.0.113.5, 198.51.100.9"}
    client = gradio_client(served_page(proxies=proxies), headers=forwarded)
    assert client.predict(api_name="/who")[1:] == [address, ""]


def test_the_page_hands_out_the_cookie_once(served_page: Any) -> None:
    url = served_page()
    with http_client(url) as browser:
        assert "set-cookie" in browser.get("/").headers
        assert "set-cookie" not in browser.get("/").headers
    assert "set-cookie" not in urlopen(Request(f"{url}theme.css")).headers
