"""A name that a stranger points at this machine is none of its names, and their page is none of its pages."""

from typing import Any

import pytest

from playground.settings import Settings
from playground.ui.gate.origins import Origins
from playground.ui.gate.refusals import Refusal

OWN = {"host": "127.0.0.1:7860"}


def status(settings: Settings, headers: Any, method: str = "POST") -> int:
    pairs = headers.items() if isinstance(headers, dict) else headers
    raw = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
    try:
        Origins(settings).check({"type": "http", "method": method, "headers": raw})
    except Refusal as refused:
        return int(refused.status)
    return 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:7860", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:7860", 200), ("localhost.", 200),
        ("rebound.evil.example", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example:7860", 421), ("", 421),
        ("evil.example@127.0.0.1", 200), ("127.0.0.1@evil.example", 421), ("192.168.1.7", 421), ("0.0.0.0", 421),
        ("[::ffff:7f00:1", 421), ("2130706433", 421), ("127.1", 421), ("lab", 421),
    ],
)  # fmt: skip
def test_a_private_server_knows_its_names(host: str, expected: int) -> None:
    assert status(Settings(), {"host": host}, "GET") == expected


def test_one_name_is_given() -> None:
    assert status(Settings(), []) == 421
    assert status(Settings(), [("host", "127.0.0.1"), ("host", "evil.example")]) == 421


def test_the_operators_names_are_its_names_too() -> None:
    assert status(Settings(host="lab.example"), {"host": "lab.example:7860"}) == 200
    assert status(Settings(hosts=("lab",)), {"host": "LAB:80"}) == 200
    everywhere = Settings(host="0.0.0.0")
    assert [status(everywhere, {"host": host}) for host in ("192.168.1.7:7860", "[fe80::1]", "evil.example")] == [
        200,
        200,
        421,
    ]


def test_a_shared_server_is_reached_under_any_name() -> None:
    assert status(Settings(public=True), {"host": "class.example"}) == 200


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),  # a program
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({"origin": "HTTP://127.0.0.1:7860"}, 200),
        ({"origin": "https://127.0.0.1:7860"}, 200),  # behind a proxy that speaks TLS
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://127.0.0.1:3000"}, 403),
        ({"origin": "http://localhost:7860"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:7860.evil.example"}, 403),
        ({"origin": "http://127.0.0.1:7860@evil.example"}, 403),
        ({"origin": "file://127.0.0.1:7860"}, 403),
        ({"origin": "http://[::1"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),  # another port of this machine
        ({"sec-fetch-site": "cross-site", "origin": "http://evil.example"}, 403),
        ({"origin": "https://class.example", "x-forwarded-host": "class.example"}, 200),
        ({"origin": "https://evil.example", "x-forwarded-host": "class.example"}, 403),
    ],
)
def test_no_other_sites_page_changes_anything(public: bool, headers: dict[str, str], expected: int) -> None:
    assert status(Settings(public=public), {**OWN, **headers}) == expected


def test_links_from_other_sites_open_the_page() -> None:
    assert status(Settings(), {**OWN, "sec-fetch-site": "cross-site"}, "GET") == 200
    assert status(Settings(), {**OWN, "origin": "http://evil.example"}, "GET") == 403  # a script that reads


def test_over_http_neither_json_nor_a_form_comes_from_elsewhere(private: Any) -> None:
    visitor = private.browser()
    foreign = {"origin": "http://evil.example"}
    join = {"data": [], "fn_index": 0, "session_hash": "mine"}
    file = {"files": ("a.yaml", b"title: x")}
    assert visitor.post("/gradio_api/upload", files=file, headers=foreign).status_code == 403
    assert visitor.post("/gradio_api/queue/join", json=join, headers=foreign).status_code == 403
    assert visitor.get("/gradio_api/heartbeat/mine", headers=foreign).status_code == 403
    assert visitor.post("/gradio_api/upload", files=file, headers={"host": "rebound.example"}).status_code == 421
    own = {"origin": private.url.rstrip("/")}
    assert visitor.post("/gradio_api/upload", files=file, headers=own).status_code == 200
    answer = visitor.get("/config", headers={"origin": "http://evil.example", "sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_no_other_site_reads_a_shared_servers_answers(public: Any) -> None:
    visitor = public.browser()
    for headers in ({"origin": "http://evil.example"}, {"origin": "http://evil.example", "host": "class.example"}):
        assert "access-control-allow-origin" not in visitor.get("/config", headers=headers).headers
        answer = visitor.options("/config", headers={**headers, "access-control-request-method": "POST"})
        assert "access-control-allow-origin" not in answer.headers
