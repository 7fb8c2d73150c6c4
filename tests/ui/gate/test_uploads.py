"""Files are few, small, in one place that is this account's alone, and none outlives its use."""

import asyncio
import contextlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from other_loop import run_apart
from patience import until

from playground.ui.gate import temporary, uploads
from playground.ui.gate.temporary import TemporaryFolder

MEGABYTE = 2**20


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def send(client: Any, *parts: tuple[str, Any]) -> Any:
    return client.post("/gradio_api/upload", files=list(parts))


def test_a_file_is_kept_where_only_this_account_looks(public: Any) -> None:
    visitor = public.browser()
    (path,) = send(visitor, ("files", ("a.yaml", b"title: Mine"))).json()
    folder = public.app.temporary.path
    assert Path(path).is_relative_to(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert visitor.get(f"/gradio_api/file={path}").content == b"title: Mine"


def test_what_is_too_much_is_refused_and_leaves_nothing(public: Any) -> None:
    visitor, before = public.browser(), files(public.app.temporary.path)
    large, small = b"x" * (5 * MEGABYTE), b"x"

    def chunks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(20):
            yield b"x" * MEGABYTE

    assert send(visitor, ("files", ("a", large))).status_code == 413
    assert send(visitor, *[("files", (f"{i}", b"x" * (4 * MEGABYTE - 1))) for i in range(5)]).status_code == 413
    assert send(visitor, *[("files", (f"{i}", small)) for i in range(5)]).status_code == 400
    assert send(visitor, ("other", ("a", small))).status_code == 400
    assert send(visitor, ("files", ("a", small)), ("other", ("b", small))).status_code == 400
    assert send(visitor, ("files", ("n" * 300, small))).status_code == 400
    field = {"data": {"files": "no file"}, "files": [("files", ("a", small))]}
    assert visitor.post("/gradio_api/upload", **field).status_code == 400
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert visitor.post("/gradio_api/upload", content=chunks(), headers=headers).status_code == 413
    assert visitor.post("/gradio_api/upload", content=b"nonsense", headers=headers).status_code == 400
    assert (
        visitor.post("/gradio_api/upload", content=b"{}", headers={"content-type": "application/json"}).status_code
        == 400
    )
    until(lambda: files(public.app.temporary.path) == before)


def test_part_of_a_file_is_given_or_all_of_it(private: Any) -> None:
    visitor = private.browser()
    (path,) = send(visitor, ("files", ("a.txt", b"title: Mine"))).json()
    for asked, status in {
        "bytes=0-4": 206,
        "bytes=5-": 206,
        "bytes=-4": 206,
        "bytes=50-": 416,
        "bytes=0-0,2-3": 200,
        "bytes=--1": 200,
        "bytes=-": 200,
        "bytes=1-2-3": 200,
        "bytes=" + "0-1," * 9000: 200,
        "lines=1": 200,
    }.items():
        assert visitor.get(f"/gradio_api/file={path}", headers={"range": asked}).status_code == status, asked[:20]


def test_names_of_uploads_that_nobody_sends_are_forgotten(private: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_WATCHED", 3)
    visitor = private.browser()
    for i in range(9):
        files = [("files", ("a.txt", b"x"))]
        assert visitor.post("/gradio_api/upload", params={"upload_id": f"sent{i}"}, files=files).status_code == 200
    assert '"done"' in visitor.get("/gradio_api/upload_progress", params={"upload_id": "sent8"}).text
    watched = uploads.routes.file_upload_statuses

    async def ask(i: int) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(watched.is_tracked(f"asked{i}"), 0)

    for i in range(9):
        run_apart(ask(i))
    assert len(watched._statuses) <= 3
    assert len(watched._signals) <= 4


def test_a_broken_off_upload_leaves_nothing(private: Any) -> None:
    folder = private.app.temporary.path
    before = files(folder)
    request = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1:{private.port}\r\nContent-Length: 1000000\r\n"
        'Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; name="files"; '
        'filename="a"\r\n\r\n'
    ).encode()
    with socket.create_connection(("127.0.0.1", private.port)) as line:
        line.sendall(request + b"y" * 100_000)
        until(lambda: files(folder) != before)
    until(lambda: files(folder) == before)


def test_there_is_a_limit_to_all_uploads_together(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "PAUSE", 0.0)
    server = start(public=True, upload_megabytes=5)
    visitor = server.browser()
    answers = [send(visitor, ("files", (f"{i}.txt", bytes([i]) * (2 * MEGABYTE)))) for i in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 507, 507]
    assert "full" in answers[-1].json()["detail"]
    server.app.temporary.sweep(older=-1)
    assert send(visitor, ("files", ("again.txt", b"x" * MEGABYTE))).status_code == 200


def test_old_files_go_whoever_put_them_there(tmp_path: Path) -> None:
    folder = TemporaryFolder(tmp_path, MEGABYTE)
    for name in ("a/old.txt", "new.txt", "old.txt", "b/c/old.txt"):
        path = folder.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        if "old" in name:
            os.utime(path, (1, 1))
    folder.sweep()
    assert {path.name for path in files(folder.path)} == {"new.txt"}
    folder.remove()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_a_dead_server_left_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from playground.ui.gate.temporary import TemporaryFolder\n"
        "folder = TemporaryFolder(pathlib.Path(sys.argv[1]), 1000)\n"
        "(folder.path / 'left').write_text('x'); print(folder.path, flush=True); os.kill(os.getpid(), 9)"
    )
    alive = TemporaryFolder(tmp_path, MEGABYTE)
    (alive.path / "mine").write_text("x")
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    left = Path(said.stdout.strip())
    assert (left / "left").exists()
    other = TemporaryFolder(tmp_path, MEGABYTE)
    assert not left.exists()
    assert (alive.path / "mine").exists()
    for folder in (alive, other):
        folder.remove()


def test_a_cache_that_cannot_be_written_to_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("x")
    folder = TemporaryFolder(tmp_path / "file", MEGABYTE)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert "cannot be used" in caplog.text
    folder.remove()
    assert not folder.path.exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "..", "", "\0", "x" * 5000, "link", "folder"])
def test_nothing_outside_of_the_folder_is_served(tmp_path: Path, path: str) -> None:
    folder = TemporaryFolder(tmp_path, MEGABYTE)
    (folder.path / "link").symlink_to("/etc/passwd")
    (folder.path / "folder").mkdir()
    assert not folder.holds(path)
    assert not folder.holds(f"{folder.path}/{path}")
    folder.remove()


def test_nothing_is_left_when_the_server_closes(start: Any) -> None:
    server = start()
    send(server.browser(), ("files", ("a.yaml", b"title: Mine")))
    server.app.close()
    assert not server.app.temporary.path.exists()
