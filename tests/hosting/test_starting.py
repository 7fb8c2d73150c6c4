"""The app starts where it is hosted: a Space on ZeroGPU, a bare container; and it ends when it is told to."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from clients import gradio_client
from patience import PATIENCE
from started import ROOT, Started, started

from playground import hosting
from playground.errors import InvalidSetup
from playground.settings import Settings

HERE = Path(__file__).parent
SETUP = {"model": "default", "task": {"input": "Hello"}, "sampling": {"temperature": 0, "max_tokens": 4}}
SLOW = {"model": "scripted", "task": {"input": "word " * 4000}, "sampling": {"max_tokens": 4000}}  # a minute or more


def experiment(items: int) -> dict[str, Any]:
    return {
        "data": {"name": "own", "items": [{"input": f"{n}?", "references": [str(n)]} for n in range(items)]},
        "models": [{"model": "scripted"}],
        "techniques": [{"strategy": "zero_shot"}],
    }


def test_a_space_on_zero_gpu_starts_and_answers_from_the_processor(tmp_path: Path) -> None:
    decorated = tmp_path / "decorated"
    environment = {
        "SPACES_ZERO_GPU": "true",
        "SPACE_ID": "someone/playground",
        "PYTHONPATH": str(HERE),
        "DECORATED": str(decorated),
        "PLAYGROUND_STORE": str(tmp_path / "store.sqlite"),
    }
    with started(tmp_path / "log", **environment) as server:
        client = gradio_client(server.url)
        run = client.predict(SETUP, api_name="/run")
        assert run["status"] == "done", run["error"]
        assert run["completion_tokens"] > 0
        assert decorated.read_text() == "gpu 10\n"
        assert "https://huggingface.co/spaces/someone/playground?duplicate=true" in json.dumps(client.config)
        assert "/gpu" in client.view_api(return_format="dict")["named_endpoints"]  # type: ignore[index]
    assert "CUDA" not in (tmp_path / "log").read_text()


def end_with_runs_on_their_way(server: Started, number: int, store: Path) -> None:
    """End it while a run and an experiment go on: soon, without an error, and with what was done in its store."""
    client = gradio_client(server.url)
    slow = client.submit(SLOW, api_name="/run")
    tried = client.submit(experiment(items=400), api_name="/experiment")
    until = time.monotonic() + PATIENCE
    while not (slow.outputs() and any(table["done"] > table["known"] for table in tried.outputs())):
        assert not tried.done(), tried.result()
        assert time.monotonic() < until, server.log.read_text()[-3000:]
        time.sleep(0.05)
    done = tried.outputs()[-1]["done"]
    code, seconds = server.end(number)
    assert code == 0, server.log.read_text()[-3000:]
    assert seconds < 30  # it does not wait for what would take longer
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT count(*) FROM runs").fetchone()[0] >= done
    assert "Traceback" not in server.log.read_text()


def test_a_signal_ends_it_while_the_default_model_is_loaded(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    with started(tmp_path / "log", PLAYGROUND_STORE=str(store)) as server:
        end_with_runs_on_their_way(server, signal.SIGTERM, store)


def test_a_container_without_a_home_starts_on_the_port_of_its_host_and_is_interrupted(tmp_path: Path) -> None:
    """A home that can be made by nobody, not even by root; no name for the user is asked for."""
    environment = {"HOME": "/dev/null/home", "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": "", "PLAYGROUND_MODEL": "none"}
    with started(tmp_path / "log", port="PORT", **environment) as server:
        table = gradio_client(server.url).predict(experiment(items=40), api_name="/experiment")
        assert table["status"] == "done", table["message"]
        (cache,) = tmp_path.glob("prompt-playground-*")
        assert f"files go to {cache}; PLAYGROUND_CACHE chooses another folder" in server.log.read_text()
        end_with_runs_on_their_way(server, signal.SIGINT, cache / "experiments.sqlite")


def test_a_host_s_port_gives_way_to_our_own_variable() -> None:
    assert Settings.from_environment({"PORT": "8080"}).port == 8080
    assert Settings.from_environment({"PORT": "8080", "PLAYGROUND_PORT": "9000"}).port == 9000
    with pytest.raises(InvalidSetup, match=r"PORT is 'http'; it must be a whole number"):
        Settings.from_environment({"PORT": "http"})


@pytest.mark.parametrize("name", ["", "playground", "a/b/c", "a/b](javascript:x)", "a/b c"])
def test_what_is_no_space_cannot_be_duplicated(name: str) -> None:
    assert hosting.duplicate_address({"SPACE_ID": name}) == ""


def test_a_space_keeps_results_in_its_bucket_if_it_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = {"SPACE_ID": "someone/playground"}
    monkeypatch.setattr(hosting, "BUCKET", tmp_path / "none")
    without = Settings.from_environment(space)
    assert without.public
    assert without.store == ""
    monkeypatch.setattr(hosting, "BUCKET", tmp_path)
    assert Settings.from_environment(space).store_file == tmp_path / "experiments.sqlite"
    assert Settings.from_environment({**space, "PLAYGROUND_STORE": "/elsewhere"}).store_file == Path("/elsewhere")


def test_a_home_that_may_not_be_entered_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image's HOME is root's own, and it runs under any other user."""
    home, look, may = str(tmp_path / "root"), os.stat, os.access

    def closed(path: Any, *args: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(f"{home}/"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, *args, **options)

    (tmp_path / "root").mkdir()
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    monkeypatch.setattr("os.stat", closed)
    monkeypatch.setattr("os.access", lambda path, mode: str(path) != home and may(path, mode))
    assert hosting.cache_folder().parent == tmp_path / "temporary"


def test_a_folder_that_somebody_else_made_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/dev/null/home")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    folder = hosting.cache_folder()
    assert folder.parent == tmp_path
    folder.mkdir()
    assert hosting.cache_folder() == folder
    monkeypatch.setattr("os.getuid", lambda: folder.stat().st_uid + 1)
    (tmp_path / f"prompt-playground-{folder.stat().st_uid + 1}").mkdir()
    with pytest.raises(InvalidSetup, match="belongs to another user"):
        hosting.cache_folder()


def test_a_port_that_is_taken_is_said_in_one_line_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        number = busy.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "app.py", "--port", str(number)],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"The page cannot be served on port {number} of 127.0.0.1: another program uses it")
    assert "--port or PLAYGROUND_PORT" in line
    assert ended.stdout == ""
