"""A model behind a real server of its own: `transformers serve`, on loopback, without a network."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from patience import PATIENCE

MODEL = "someone/tiny"


@dataclass(frozen=True)
class Served:
    """A server that runs: where, and as which process."""

    url: str
    pid: int


@contextmanager
def serving(model: Path, hub: Path) -> Iterator[Served]:
    """Serve the model in this folder; `hub` is an empty folder that becomes a cache of the hub that has it."""
    _as_cached(model, hub)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "transformers"), "serve", "--port", str(port)]
    # One thread: beside other work on few cores, more of them wait for each other most of the time.
    offline = {**os.environ, "HF_HUB_CACHE": str(hub), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = (hub / "log").open("w")
    server = subprocess.Popen(command, env=offline, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while not _healthy(port):
            assert server.poll() is None, (hub / "log").read_text()[-2000:]
            assert time.monotonic() < end, "The server did not start in time."
            time.sleep(0.2)
        yield Served(f"http://127.0.0.1:{port}/v1", server.pid)
    finally:
        server.terminate()
        server.wait(PATIENCE)
        log.close()


def _healthy(port: int) -> bool:
    try:
        return urlopen(f"http://127.0.0.1:{port}/health", timeout=PATIENCE).status == 200
    except OSError:
        return False


def _as_cached(model: Path, hub: Path) -> None:
    """The server lists what a cache of the hub holds, and samples only if a model's own settings say so."""
    repository, revision = hub / f"models--{MODEL.replace('/', '--')}", "0" * 40
    files = repository / "snapshots" / revision
    files.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)
    for file in model.iterdir():
        if file.name == "generation_config.json":
            (files / file.name).write_text(json.dumps({**json.loads(file.read_text()), "do_sample": True}))
        else:
            (files / file.name).symlink_to(file)
