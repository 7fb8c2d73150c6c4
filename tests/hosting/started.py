"""`app.py` as a process of its own, with an environment and nothing but it."""

import os
import re
import signal
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

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Started:
    """A server that answers, as which process, and where its output goes."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit code, and the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE), time.monotonic() - begun


@contextmanager
def started(log: Path, port: str = "PLAYGROUND_PORT", **environment: str) -> Iterator[Started]:
    """The app with these variables; its port, a free one, is in the variable `port`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not re.match("PLAYGROUND_|SPACE|PORT$|GRADIO_", name)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job hands on that it is ignored
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT, env={**kept, "OMP_NUM_THREADS": "1", port: str(number), **environment}, stdout=out, stderr=out,
        )  # fmt: skip
        server = Started(f"http://127.0.0.1:{number}", process, log)
        try:
            _wait(server)
            yield server
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _wait(server: Started) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(f"{server.url}/gradio_api/startup-events", timeout=PATIENCE).close()
            return
        except OSError:
            assert server.process.poll() is None, server.log.read_text()[-3000:]
            assert time.monotonic() < end, "The server did not start in time."
            time.sleep(0.1)
