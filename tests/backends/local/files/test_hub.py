"""Fetching from a hub: a small server on this machine speaks the few routes that it takes."""

import hashlib
import http.server
import json
import os
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import peft
import pytest
from folders import save_adapter, save_model, write_gguf
from huggingface_hub import constants
from patience import PATIENCE

from playground.backends import commands, sources
from playground.backends.catalog import Catalog
from playground.backends.local import entries
from playground.backends.local.files import hub as hub_module
from playground.backends.memory import MemoryBudget
from playground.errors import InvalidSetup, LimitReached, ModelUnavailable, NotSupported, PlaygroundError
from playground.settings import Settings
from playground.types import Progress

COMMIT, OLDER = "a" * 40, "b" * 40


class Hub(http.server.ThreadingHTTPServer):
    """Repositories from folders. `refusals` are answered with their status; `asked` is every path in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folders: dict[str, Path] = {}
        self.refusals: dict[str, tuple[int, str]] = {}
        self.extra: dict[str, list[str]] = {}  # names that are listed besides those in the folder
        self.asked: list[str] = []
        self.sent = threading.Event()
        self.go_on: threading.Event | None = None  # what a large file waits for half-way

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: Any) -> None: ...

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(path)
        parts = path.strip("/").split("/")
        repository = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        if repository in self.server.refusals or repository not in self.server.folders:
            status, code = self.server.refusals.get(repository, (404, "RepoNotFound"))
            self.reply(status, b"", {"X-Error-Code": code}, body)
            return
        folder = self.server.folders[repository]
        if parts[0] == "api":
            revision = parts[5] if len(parts) > 5 else "main"
            if revision not in ("main", "v1", COMMIT):
                self.reply(404, b"", {"X-Error-Code": "RevisionNotFound"}, body)
                return
            files = [{"rfilename": p.name, "size": p.stat().st_size} for p in folder.iterdir()]
            files += [{"rfilename": name, "size": 1} for name in self.server.extra.get(repository, [])]
            info = {"id": repository, "sha": OLDER if revision == "v1" else COMMIT, "siblings": files, "private": False}
            self.reply(200, json.dumps(info).encode(), {"Content-Type": "application/json"}, body)
            return
        file = folder / parts[-1]
        if parts[-1] not in [p.name for p in folder.iterdir()]:
            self.reply(404, b"", {"X-Error-Code": "EntryNotFound"}, body)
            return
        data = file.read_bytes()
        self.reply(200, data, {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(data).hexdigest()}"'}, body)

    def reply(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        half = len(data) // 2 if self.server.go_on and len(data) > 100_000 else 0
        if half:
            self.wfile.write(data[:half])
            self.server.sent.set()
            assert self.server.go_on is not None
            self.server.go_on.wait(PATIENCE)
        try:
            self.wfile.write(data[half:])
        except OSError:
            """Whoever asked has gone: that is what is tested."""


@pytest.fixture(scope="module")
def folder(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = save_model(tmp_path_factory.mktemp("hub") / "tiny", "llama", tokenizer)
    (made / "README.md").write_text("---\nlicense: mit\n---\n# Tiny\n")
    return made


@pytest.fixture
def hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()
    hub.folders["org/tiny"] = folder
    monkeypatch.setattr(hub_module, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    thread = threading.Thread(target=hub.serve_forever, args=[0.01])
    thread.start()
    yield hub
    if hub.go_on:
        hub.go_on.set()
    hub.shutdown()
    thread.join(PATIENCE)
    hub.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(precision="float32", cache=tmp_path / "cache")


def finish(loading: Generator[Progress, None, Any]) -> tuple[Any, list[Progress]]:
    seen: list[Progress] = []
    while True:
        try:
            seen.append(next(loading))
        except StopIteration as end:
            return end.value, seen


def fetched(settings: Settings) -> list[str]:
    """What lies in the cache, below the hub's own folders."""
    return sorted(str(p.relative_to(settings.cache / "hub")) for p in (settings.cache / "hub").glob("*/*"))


def test_a_model_is_fetched_once_what_it_is_first_and_its_weights_last(hub: Hub, settings: Settings) -> None:
    hub.extra["org/tiny"] = ["pytorch_model.bin", "model.py", "onnx/model.safetensors", "../../escape.json"]
    catalog = Catalog()
    info, _ = finish(commands.load_model(catalog, settings, "org/tiny"))
    assert (info.name, info.title, info.details.source) == ("tiny", "org/tiny", "org/tiny")
    assert (info.details.licence, info.details.parameters) == ("mit", 123_200)
    resolved = [path.rsplit("/", 1)[1] for path in hub.asked if "/resolve/" in path]
    assert resolved[-1] == "model.safetensors"
    assert set(resolved) == {p.name for p in hub.folders["org/tiny"].iterdir()}
    assert sorted(fetched(settings)) == [f"org--tiny/{COMMIT}", "org--tiny/main.model"]
    commands.unload(catalog, settings, "tiny")
    hub.asked.clear()
    finish(commands.load_model(catalog, settings, "org/tiny"))
    assert hub.asked == ["/api/models/org/tiny"]


def test_a_revision_is_a_model_of_its_own(hub: Hub, settings: Settings) -> None:
    catalog = Catalog()
    info, _ = finish(commands.load_model(catalog, settings, "org/tiny@v1", "older"))
    assert info.details.source == "org/tiny@v1"
    assert "/api/models/org/tiny/revision/v1" in hub.asked
    assert fetched(settings) == [f"org--tiny/{OLDER}", "org--tiny/v1.model"]


def test_what_was_fetched_needs_no_network(hub: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(commands.load_model(Catalog(), settings, "org/tiny"))
    monkeypatch.setattr(hub_module, "ENDPOINT", "http://127.0.0.1:9")  # the discard port: refused at once
    info, _ = finish(commands.load_model(Catalog(), settings, "org/tiny"))
    assert info.loaded
    with pytest.raises(ModelUnavailable, match=r"org/other could not be fetched: http://127.0.0.1:9 cannot be reached"):
        finish(commands.load_model(Catalog(), settings, "org/other"))


def test_an_adapter_beside_a_model_is_not_read_into_it(hub: Hub, folder: Path, settings: Settings) -> None:
    hub.extra["org/tiny"] = ["adapter_config.json", "adapter_model.safetensors"]
    finish(commands.load_model(Catalog(), settings, "org/tiny"))
    assert not any("adapter" in path for path in hub.asked)


def test_an_adapter_from_the_hub(hub: Hub, folder: Path, settings: Settings, tmp_path: Path) -> None:
    config = peft.LoraConfig(r=4, target_modules=["q_proj"], task_type="CAUSAL_LM")
    save_adapter(tmp_path / "pirate", folder, config)
    (tmp_path / "pirate" / "optimizer.pt").write_bytes(b"never")
    hub.folders["org/pirate"] = tmp_path / "pirate"
    catalog = Catalog()
    finish(commands.load_model(catalog, settings, "org/tiny"))
    info, _ = finish(commands.load_adapter(catalog, settings, "tiny", "org/pirate"))
    assert [(a.name, a.kind, a.loaded) for a in info.adapters] == [("pirate", "LoRA", True)]
    assert not any("optimizer" in path for path in hub.asked)
    with pytest.raises(ModelUnavailable, match=r"org/pirate .* holds an adapter; load its base"):
        finish(commands.load_model(catalog, settings, "org/pirate", "other"))


def test_one_gguf_file_of_a_repository(hub: Hub, settings: Settings, tokenizer: Any, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_gguf(tmp_path / "files" / "tiny.Q4.gguf", tokenizer)
    write_gguf(tmp_path / "files" / "tiny.Q8.gguf", tokenizer)
    hub.folders["org/gguf"] = tmp_path / "files"
    info, _ = finish(commands.load_model(Catalog(), settings, "org/gguf/tiny.Q4.gguf"))
    assert (info.name, info.title, info.loaded) == ("tiny.q4", "org/gguf/tiny.Q4.gguf", True)
    assert not any("Q8" in path for path in hub.asked)
    finish(commands.load_model(Catalog(), settings, "org/gguf/tiny.Q8.gguf"))
    assert {p.name for p in (settings.cache / "hub").glob("*/*/*.gguf")} == {"tiny.Q4.gguf", "tiny.Q8.gguf"}
    with pytest.raises(ModelUnavailable, match=r"org/gguf has no weights as safetensors .* it has tiny.Q[48].gguf"):
        finish(commands.load_model(Catalog(), settings, "org/gguf"))


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        ((404, "RepoNotFound"), "There is no model org/x at http.*, or it is private and you are not logged in"),
        ((401, "RepoNotFound"), "There is no model org/x at http.*, or it is private"),
        ((403, "GatedRepo"), r"org/x is gated: accept its terms at http.*/org/x, log in with `hf auth login`"),
        ((500, ""), "org/x could not be fetched: http.* answered 500"),
    ],
)
def test_what_the_hub_refuses(hub: Hub, settings: Settings, refusal: Any, message: str) -> None:
    hub.refusals["org/x"] = refusal
    catalog = Catalog()
    with pytest.raises(ModelUnavailable, match=message):
        finish(commands.load_model(catalog, settings, "org/x"))
    assert catalog.models() == ()
    assert not (settings.cache / "hub").exists() or list((settings.cache / "hub").iterdir()) == []


def test_no_such_revision(hub: Hub, settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match="org/tiny has no revision 'v9'"):
        finish(commands.load_model(Catalog(), settings, "org/tiny@v9"))


def test_only_pickles(hub: Hub, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "pytorch_model.bin").write_bytes(b"pickle")
    (tmp_path / "old" / "config.json").write_text("{}")
    hub.folders["org/old"] = tmp_path / "old"
    with pytest.raises(ModelUnavailable, match=r"it has pytorch_model.bin, and such files can run code"):
        finish(commands.load_model(Catalog(), settings, "org/old"))
    assert not any("pytorch_model" in path for path in hub.asked)


def test_nothing_heavy_is_fetched_for_an_architecture_that_cannot_run(
    hub: Hub, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "vit").mkdir()
    (tmp_path / "vit" / "model.safetensors").write_bytes(b"0" * 1000)
    (tmp_path / "vit" / "config.json").write_text(
        json.dumps({"model_type": "vit", "architectures": ["ViTForImageClassification"]})
    )
    hub.folders["org/vit"] = tmp_path / "vit"
    with pytest.raises(ModelUnavailable, match="answers no text"):
        finish(commands.load_model(Catalog(), settings, "org/vit"))
    assert not any("model.safetensors" in path for path in hub.asked)
    assert fetched(settings) == []


def test_nothing_heavy_is_fetched_that_does_not_fit(hub: Hub, settings: Settings) -> None:
    with pytest.raises(LimitReached, match=r"org/tiny needs 4[0-9][0-9] KB of memory"):
        finish(commands.load_model(Catalog(budget=MemoryBudget(100_000)), settings, "org/tiny"))
    assert not any("model.safetensors" in path for path in hub.asked)
    assert fetched(settings) == []


def test_stopping_half_way_leaves_nothing(hub: Hub, settings: Settings) -> None:
    hub.go_on = threading.Event()
    catalog = Catalog()
    with closing(commands.load_model(catalog, settings, "org/tiny")) as loading:
        seen = next(loading)
        deadline = time.monotonic() + PATIENCE
        while not (seen.what.startswith("Fetching") and hub.sent.is_set() and seen.done > 0.1):
            assert time.monotonic() < deadline
            seen = next(loading)
        assert (seen.unit, seen.total) == ("MB", pytest.approx(0.52, abs=0.1))
        assert 0 < seen.done < seen.total
        assert next((settings.cache / "hub").iterdir()).name.startswith(f"fetching-{os.getpid()}-")
    assert catalog.models() == ()
    hub.go_on.set()
    while list((settings.cache / "hub").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    info, _ = finish(commands.load_model(catalog, settings, "org/tiny"))
    assert info.loaded


def test_what_a_killed_process_left_is_cleared(hub: Hub, settings: Settings) -> None:
    (settings.cache / "hub" / "fetching-999999999-x").mkdir(parents=True)
    finish(commands.load_model(Catalog(), settings, "org/tiny"))
    assert [p.name for p in (settings.cache / "hub").iterdir()] == ["org--tiny"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Give a source: a hub's name"),
        ("../secrets", "leads upwards with `..`"),
        ("org/../other", "leads upwards with `..`"),
        ("org/name/../../x.gguf", "leads upwards with `..`"),
        ("./models", r"no folder or file './models'"),
        ("/no/such/folder", "no folder or file '/no/such/folder'"),
        ("https://example.org/model", "is neither a hub's name"),
        ("one two", "is neither a hub's name"),
        (__file__, "is a file, and no GGUF file"),
    ],
)
def test_sources_that_are_none(typed: str, message: str, settings: Settings) -> None:
    with pytest.raises(InvalidSetup, match=message):
        finish(commands.load_model(Catalog(), settings, typed))


def test_strangers_load_what_is_offered_and_nothing_else(hub: Hub, folder: Path, settings: Settings) -> None:
    public = replace(settings, public=True)
    catalog = Catalog([entries.model_entry(sources.parse_source("org/tiny"), "listed", settings)])
    for ask in (
        lambda: finish(commands.load_model(catalog, public, str(folder))),
        lambda: finish(commands.load_model(catalog, public, "org/tiny")),
        lambda: finish(commands.load_adapter(catalog, public, "listed", str(folder))),
        lambda: commands.unload(catalog, public, "listed"),
    ):
        with pytest.raises(NotSupported, match="loads what its operator listed, and nothing else"):
            ask()
    assert hub.asked == []
    info, _ = finish(commands.load_model(catalog, public, "listed"))
    assert info.loaded
    with pytest.raises(PlaygroundError, match="no model named"):
        finish(commands.load_adapter(catalog, public, "other", "x"))
