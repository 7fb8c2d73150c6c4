"""Every endpoint of the API, given anything but what it expects: one message in words, and no entry in the log."""

import itertools
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from patience import PATIENCE

from playground.backends import sources
from playground.backends.endpoints.retry import Retry
from playground.errors import InvalidSetup
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

ODD: list[Any] = [None, 5, -1.5, True, "", "x" * 300, "~nosuchuser/x", "\x00", "\ud800", [], [None], {}, {"a": []}]
ODD += ["../x", "a/b/c/d", "/" + "y" * 900, [[]] * 3, {"model": {}}, {"data": 5}, {"techniques": "x"}]
ENDPOINTS = {
    "run": 1, "experiment": 1, "experiment_estimate": 1, "load_model": 2, "load_adapter": 3, "unload": 1, "compare": 2,
    "connect": 6, "export": 2, "export_comparison": 3,
}  # fmt: skip
GOOD: dict[str, list[Any]] = {
    "load_model": ["/nowhere", "m"], "load_adapter": ["default", "/nowhere", "a"], "unload": ["default"],
    "compare": [{"task": {"input": "Hi"}}, [{}]], "connect": ["mine", "http://127.0.0.1:9/v1", "", "m", 4, 0],
    "export": [{"task": {"input": "Hi"}}, "python"], "export_comparison": [{"task": {"input": "Hi"}}, [{}], "python"],
}  # fmt: skip


@pytest.fixture(scope="module")
def url(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(port=0, store=str(tmp_path_factory.mktemp("store") / "store.sqlite"))
    app = build_app(settings, catalog_of())
    options = {**launch_options(settings), "server_port": None, "quiet": True}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Retry, "delay", lambda *_: 0.0)  # nobody is at the endpoint, and none is waited for
        _, url, _ = app.launch(**options, prevent_thread_lock=True)
        yield url
        app.close()


def called(url: str, endpoint: str, data: list[Any]) -> str:
    """The event that ends the call, and what it says."""
    call, kind = f"{url}gradio_api/call/{endpoint}", {"content-type": "application/json"}
    with urlopen(Request(call, json.dumps({"data": data}).encode(), kind), timeout=PATIENCE) as answer:
        event = json.load(answer)["event_id"]
    with urlopen(f"{call}/{event}", timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def odd_calls(endpoint: str) -> Iterator[list[Any]]:
    """All odd values in each place, the other places as they should be; and the same one everywhere."""
    count = ENDPOINTS[endpoint]
    for odd in ODD:
        yield [odd] * count
    if count > 1:
        for place, odd in itertools.product(range(count), ODD):
            yield [odd if i == place else good for i, good in enumerate(GOOD[endpoint])]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_wrong_types_are_answered_in_words(url: str, endpoint: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for data in odd_calls(endpoint):
            said = called(url, endpoint, data)
            assert "event: error" in said or "event: complete" in said, data
            assert "bug in the playground" not in said, data
            assert "Traceback" not in said, data
    assert not [record.message for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("text", [value for value in ODD if isinstance(value, str)])
def test_an_odd_source_is_refused_in_words(text: str) -> None:
    try:
        sources.parse_source(text)
    except InvalidSetup as error:
        said = str(error)
    else:
        said = "a hub's name"
    assert said
