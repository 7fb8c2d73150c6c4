"""Experiments for programs: run over HTTP, estimated, stopped, limited, and kept apart where they have to be."""

import json
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clients import gradio_client
from faulty import KEY, serving
from gradio_client import Client
from gradio_client.exceptions import AppError
from patience import PATIENCE

from playground.settings import Settings
from playground.ui.app import build_app, launch_options

PLAN = {
    "data": {"size": 5},
    "techniques": [{}, {"strategy": "self_consistency", "options": {"form": "few_shot", "paths": 3}}],
    "sampling": {"max_tokens": 6},
    "expectations": [{"column": "Zero-shot", "at_least": 0}],
}


@contextmanager
def serve(settings: Settings, catalog: Any) -> Iterator[Client]:
    app = build_app(settings, catalog)
    _, url, _ = app.launch(**{**launch_options(settings), "server_port": None, "quiet": True}, prevent_thread_lock=True)
    client = gradio_client(url)
    yield client
    client.close()
    app.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(port=0, store=str(tmp_path_factory.mktemp("store") / "store.sqlite"), max_cells=1000)


@pytest.fixture(scope="module")
def client(catalog_of: Any, settings: Settings) -> Iterator[Client]:
    with serve(settings, catalog_of(delay=0.001)) as client:
        yield client


def test_it_streams_and_ends_with_everything(client: Client) -> None:
    job = client.submit(PLAN, api_name="/experiment")
    result = job.result(PATIENCE)
    assert [len(update["cells"]) for update in job.outputs()[:-1]] == [0] * (len(job.outputs()) - 1)
    assert job.outputs()[0]["status"] == "running"
    assert (result["status"], result["done"], result["total"]) == ("done", 10, 10)
    assert len(result["cells"]) == 10
    cell = next(cell for cell in result["cells"] if cell["column"] == "Self-consistency")
    assert {"key", "item", "answer", "score", "right", "paths", "seconds", "note"} <= set(cell)
    assert len(cell["paths"]) == 3
    assert [summary["column"] for summary in result["summary"]] == ["Zero-shot", "Self-consistency"]
    assert result["comparisons"][0]["sentence"].endswith(".")
    with zipfile.ZipFile(result["path"]) as report:
        assert {"report.md", "results.csv", "experiment.yaml"} <= set(report.namelist())
    assert json.dumps(result, allow_nan=False)


def test_an_estimate_knows_what_is_known(client: Client) -> None:
    plan = {**PLAN, "seed": 7}
    before = client.predict(plan, api_name="/experiment_estimate")
    assert (before["cells"], before["known"], before["calls"]) == (10, 0, 5 * (1 + 3))
    client.predict(plan, api_name="/experiment")
    after = client.predict(plan, api_name="/experiment_estimate")
    assert (after["known"], after["calls"]) == (10, 0)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({**PLAN, "techniques": []}, "`techniques` is empty"),
        ({**PLAN, "data": {"name": "own"}}, "`data.items` is empty"),
        ({**PLAN, "data": {"file": "/etc/passwd"}}, "`data.file` is for the command line only"),
        ({**PLAN, "models": [{"model": "gone"}]}, "no model named 'gone'"),
        ({**PLAN, "data": {"size": 501}}, "1,002 cells; 1,000 is the most (PLAYGROUND_MAX_CELLS)"),
        ([1], "An experiment is a mapping"),
    ],
)
def test_what_is_wrong_is_said(client: Client, plan: Any, message: str) -> None:
    with pytest.raises(AppError) as caught:
        client.predict(plan, api_name="/experiment")
    assert message in str(caught.value)
    with pytest.raises(AppError) as caught:  # neither takes a long time to count what cannot be run
        client.predict(plan, api_name="/experiment_estimate")
    assert message in str(caught.value)


def test_cancelling_ends_the_work_and_keeps_what_is_done(settings: Settings, catalog_of: Any, tmp_path: Path) -> None:
    asked = [0]
    going = threading.Event()

    def reply(*_: Any) -> str:
        asked[0] += 1
        if asked[0] > 20:
            assert going.wait(PATIENCE)
        return "The answer is 7."

    with serve(replace(settings, store=str(tmp_path / "store")), catalog_of(reply)) as client:
        plan = {**PLAN, "data": {"size": 300}}
        job = client.submit(plan, api_name="/experiment")
        end = time.monotonic() + PATIENCE
        while asked[0] < 20 and time.monotonic() < end:
            time.sleep(0.02)
        job.cancel()
        going.set()
        before = -1
        while asked[0] != before and time.monotonic() < end:  # until nothing comes any more
            before = asked[0]
            time.sleep(0.3)
        assert 20 <= asked[0] < 1000
        assert client.predict(plan, api_name="/experiment_estimate")["known"] > 0


def test_strangers_run_as_many_as_their_share_and_see_nothing_of_each_other(catalog_of: Any, tmp_path: Path) -> None:
    with serving() as server:
        shares = Settings(port=0, public=True, visitor_experiments=1)
        settings = replace(shares, endpoints=(f"theirs={server.url}",), store=str(tmp_path / "store"))
        with serve(settings, catalog_of(delay=0.01)) as first:
            second = gradio_client(first.src)
            plan = {**PLAN, "data": {"size": 30}}
            job = first.submit(plan, api_name="/experiment")
            end = time.monotonic() + PATIENCE
            while not job.outputs() and time.monotonic() < end:
                time.sleep(0.02)
            with pytest.raises(AppError, match="you have 1, the most for one visitor"):
                first.predict(plan, api_name="/experiment")
            assert second.predict({**PLAN, "data": {"size": 2}}, api_name="/experiment")["status"] == "done"
            assert job.result(PATIENCE)["status"] == "done"
            assert first.predict(PLAN, api_name="/experiment")["known"] == 10
            on_theirs = {**PLAN, "models": [{"model": "theirs/tiny"}]}
            for client, key in ((first, KEY), (second, "none-that-is-valid")):
                client.predict("theirs", server.url, key, api_name="/connect")
                result = client.predict(on_theirs, api_name="/experiment")
                assert (result["status"], result["known"]) == ("done", 0)
            assert first.predict(on_theirs, api_name="/experiment")["known"] == 10
            second.close()
    assert KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_the_same_endpoint_connected_again_is_known_in_private(client: Client) -> None:
    with serving() as server:
        plan = {**PLAN, "models": [{"model": "mine/tiny"}]}
        for name, known in (("first", 0), ("again", 10)):
            visitor = gradio_client(client.src)
            visitor.predict("mine", server.url, KEY, api_name="/connect")
            assert visitor.predict(plan, api_name="/experiment")["known"] == known, name
            visitor.close()
