"""Time from starting the app to the first HTTP 200, as a ratio to importing gradio alone. Goal: at most 2."""

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROUNDS = 5


def import_gradio() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], check=True)
    return time.perf_counter() - started


def serve_a_page() -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    app = subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ.copy()
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                    assert page.status == 200
                return time.perf_counter() - started
            except urllib.error.URLError:
                if app.poll() is not None:
                    raise RuntimeError("The app ended before it served a page.") from None
                time.sleep(0.02)
    finally:
        app.terminate()
        app.wait()


def main() -> dict[str, float]:
    rounds = [(import_gradio(), serve_a_page()) for _ in range(ROUNDS)]
    imported, served = (statistics.median(times) for times in zip(*rounds, strict=True))
    return {"import gradio, s": imported, "start to HTTP 200, s": served, "ratio": served / imported}


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>22}  {value:.2f}")
