"""A class at work on a real server: `python -m benchmarks.classroom [--students 30] [--minutes 10] [--kill]`.

Each student opens the page, edits, runs, now and then stops a run or leaves it by loading the page anew, submits, asks
the Playground and reloads; one in ten floods. Goals: nothing lost, none refused below their budget, no answer mixed up,
memory level after the first two minutes (at most 1.05), 95th percentile of the time to the first token at most 3 times
the median, page events and the end of a stopped run under 1 s at the 95th percentile. With `--kill` the server is
killed and started anew in the middle, and students go on.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from playground.ui.classroom.opening import LINK_FILE

ROOT = Path(__file__).parent.parent
EXPERIMENT = "{data: {name: sentiment}, techniques: [{name: Plain}], sampling: {max_tokens: 8}}"
MARK = re.compile(r"MARK\d{3}X")
RUN, STOP = "run_assignment", "class-stop"  # the handler that runs a model, and the button that stops it
LEVEL_AFTER = 120.0  # seconds after which memory is to stay level
FLOOD = 10  # one student in so many
ATTEMPTS = 100  # of a student, the most that can be given: who floods uses them up
USED_UP = f"You have submitted {ATTEMPTS} times"
GONE = (httpx2.HTTPError, json.JSONDecodeError, KeyError, StopIteration)  # of a server that is away for a moment


@dataclass
class Seen:
    """What all students saw, in seconds and in numbers. Safe from many threads: lists only grow."""

    first_tokens: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)  # from the click to the end of the run
    refused: list[str] = field(default_factory=list)
    mixed_up: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)


class Server:
    """A server of its own process, which can be killed and started anew at the same port."""

    def __init__(self, model: str, folder: Path) -> None:
        self._model, self.folder = model, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        program = ["app.py"] if self._model == "default" else ["-m", "benchmarks.scripted_class"]
        own = {"PLAYGROUND_STORE": str(self.folder / "store.sqlite"), "GRADIO_ANALYTICS_ENABLED": "False"}
        if self._model != "default":
            own["PLAYGROUND_CACHE"] = str(self.folder)
        command = [sys.executable, *program, "--class", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        while "teacher's link" not in (line := self.process.stdout.readline()):
            if not line:
                raise RuntimeError("The server did not start.")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def megabytes(self) -> float:
        """Memory that the process has, without what it shares."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"RssAnon:\s+(\d+)", status)[0]) / 1024


@cache
def read_page(page: bytes) -> tuple[dict[int, str], dict[int, Any], dict[str, Any], list[str]]:
    """Of the page as it is sent: names and values of the components by number, handlers by name, and those that a
    browser asks as soon as it has opened the page."""
    config = json.loads(re.findall(rb"window\.gradio_config = (.*?);</script>", page)[0])
    names = {one["id"]: one["props"].get("elem_id") for one in config["components"]}
    values = {one["id"]: one["props"].get("value") for one in config["components"]}
    handlers = {one["api_name"]: one for one in config["dependencies"] if one["backend_fn"]}
    stopping = (one for one in handlers.values() if any(names.get(of) == STOP for of, _ in one["targets"]))
    handlers[STOP] = next(stopping)
    at_opening = [name for name, one in handlers.items() if "load" in (event for _, event in one["targets"])]
    return names, values, handlers, at_opening


class Page:
    """A page that somebody has open: posts what its buttons would, and hears what is told."""

    def __init__(self, url: str, name: str, *, teaches: bool = False, waits: list[float] | None = None) -> None:
        self.waits = [] if waits is None else waits  # seconds of each event of the page that runs no model
        self.client = httpx2.Client(base_url=url, timeout=120)
        self._kind = "teacher" if teaches else "seat"
        self.name, self.place, self.begun, self.opened = name, "", 0.0, 0
        self.fields: dict[str, Any] = {}
        self._heartbeat: httpx2.Response | None = None
        self.open()

    def open(self) -> None:
        """Load the page anew: another session, the same place."""
        self.close()
        found = self.client.get("/").raise_for_status().content
        # A browser of its own reads its page; here the same text is not read again: what is measured is the server.
        self._ids, self._values, self._handlers, at_opening = read_page(found)
        self.opened += 1
        self.session = f"{self.name}{self.opened}"
        alive = self.client.build_request("GET", f"/gradio_api/heartbeat/{self.session}")
        self._heartbeat = self.client.send(alive, stream=True)
        for handler in at_opening:
            self.ask(handler)
        if self.place:
            self.arrive(self.place)

    def close(self) -> None:
        """Leave the page, as a browser does before it loads another."""
        if self._heartbeat is not None:
            self._heartbeat.close()

    def arrive(self, secret: str) -> str:
        """Bring what the browser has kept."""
        return self.ask("arrive", event={"teacher": "", "seat": "", "code": "", self._kind: secret})

    def ask(
        self, handler: str, *, event: Any = None, until: Callable[[str], bool] | None = None,
        stops: list[float] | None = None, **fields: Any,
    ) -> str:  # fmt: skip
        """All that is told of it; or as soon as `until` says so. With `stops` Stop is pressed then, and the seconds
        from there to its end are noted."""
        of = self._handlers[handler]
        started, pressed = time.perf_counter(), 0.0
        posted = self._post(of, event, fields)
        if posted.status_code != 200:
            return json.dumps({"error": posted.text[:300]})
        said, own = [], posted.json()["event_id"]
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                news = json.loads(line[6:]) if line.startswith("data: ") else {}
                said.append(json.dumps(news.get("output"), ensure_ascii=False))
                is_over = news.get("msg") == "process_completed" and news.get("event_id") == own
                if until and until(said[-1]) and stops is not None and not (pressed or is_over):
                    pressed = time.perf_counter()
                    self._post(self._handlers[STOP], None, {})
                elif is_over or (until and stops is None and until(said[-1])):
                    self.waits += [] if handler == RUN else [time.perf_counter() - started]
                    if stops is not None and pressed:
                        stops.append(time.perf_counter() - pressed)
                    self._take_place(of, news)
                    return "\n".join(said)
        raise StopIteration

    def _post(self, of: Any, event: Any, fields: dict[str, Any]) -> httpx2.Response:
        known = {"class-place": self.place, "class-begun": self.begun, **self.fields, **fields}
        data = [known.get(self._ids[box] or "", self._values[box]) for box in of["inputs"]]
        body = {"data": data, "fn_index": of["id"], "session_hash": self.session, "event_data": event}
        return self.client.post("/gradio_api/queue/join", json=body)

    def _take_place(self, of: Any, news: Any) -> None:
        data = (news.get("output") or {}).get("data") or []
        for box, value in zip(of["outputs"], data, strict=False):
            if self._ids[box] == "class-place" and isinstance(value, str):
                self.place = value
            if self._ids[box] == "class-begun" and isinstance(value, float):
                self.begun = value


def live(number: int, server: Server, code: str, seen: Seen, end: float) -> None:
    """One student until the end: what happens, and in which order, is drawn by the student's number."""
    rng, mark = Random(number), f"MARK{number:03}X"
    page = _patiently(lambda: Page(server.url, f"student{number}n", waits=seen.events), end)
    joined = {"class-code": code, "class-nickname": f"Student {number}"}
    while page and not page.place and time.monotonic() < end:
        _patiently(lambda: _hear(seen, mark, page.ask("join_class", **joined)), end)
    while page and time.monotonic() < end:
        try:
            _one_round(page, rng, mark, seen, floods=number % FLOOD == FLOOD - 1)
        except GONE:
            time.sleep(0.5)
            _patiently(page.open, end)


def _one_round(page: Page, rng: Random, mark: str, seen: Seen, *, floods: bool) -> None:
    page.fields = {"class-template": f"{mark} {rng.randrange(1000)}: good or bad? {{input}}"}
    _hear(seen, mark, page.ask("follow_class"))
    breaks_off = rng.random()
    if breaks_off < 0.1:  # looks at the run, and leaves it: the page is loaded anew
        page.ask(RUN, until=_is_under_way)
        page.open()
    elif breaks_off < 0.2:
        _hear(seen, mark, page.ask(RUN, until=_is_under_way, stops=seen.stops))
    else:
        _hear(seen, mark, page.ask(RUN))
    seen.first_tokens.append(_first_token(page, mark))
    for more in range(3 if floods else 1):
        page.fields["class-template"] += " " * (more > 0)  # the same handed in again is no other submission
        said = _hear(seen, mark, page.ask("submit_assignment"))
        if "Submitted as number" in said:
            seen.submitted.append(mark)
    if rng.random() < 0.2:
        page.open()
    time.sleep(0 if floods else rng.uniform(1, 4))


def _is_under_way(said: str) -> bool:
    return "answers" in said


def _first_token(page: Page, mark: str) -> float:
    """Seconds to the first token of a run of the Playground's."""
    setup = {"task": {"input": f"{mark} say a word."}, "sampling": {"max_tokens": 16}}
    started = time.perf_counter()
    event = page.client.post("/gradio_api/call/run", json={"data": [setup]}).json()["event_id"]
    first = 0.0
    with page.client.stream("GET", f"/gradio_api/call/run/{event}") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: [") and json.loads(line[6:])[0]["completion_tokens"]:
                first = first or time.perf_counter() - started
    return first or time.perf_counter() - started


def _hear(seen: Seen, mark: str, said: str) -> str:
    """Note another's mark, and what was refused."""
    seen.mixed_up += {*MARK.findall(said)} - {mark}
    seen.refused += [words for words in re.findall(r'"error": "([^"]+)', said) if not words.startswith(USED_UP)]
    return said


def _patiently(act: Callable[[], Any], end: float) -> Any:
    while time.monotonic() < end:
        try:
            return act()
        except GONE:
            time.sleep(0.5)
    return None


def teach(server: Server) -> tuple[Page, str]:
    """The teacher, who has given the assignment, and the code."""
    secret = (server.folder / LINK_FILE).read_text().strip().partition("teach=")[2]
    teacher = Page(server.url, "teacher", teaches=True)
    said = teacher.arrive(secret)
    given = {"class-text": EXPERIMENT, "class-seen": 4, "class-sealed": 2, "class-attempts": ATTEMPTS}
    assert "Given." in teacher.ask("give", **given, **{"class-tokens": 10_000_000}), "the assignment was not taken"
    return teacher, re.findall(r'"code": "([^"]+)"', said)[0]


def main(students: int = 30, minutes: float = 10, *, kill: bool = False, model: str = "scripted") -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        server, seen = Server(model, Path(folder)), Seen()
        try:
            teacher, code = teach(server)
            begun = time.monotonic()
            end = begun + 60 * minutes
            people = [threading.Thread(target=live, args=(n, server, code, seen, end)) for n in range(students)]
            for person in people:
                person.start()
            level = 0.0
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(1.0, left))
                if kill and left < 30 * minutes:
                    server.kill()
                    server.start()
                    kill = False
                if not level and time.monotonic() - begun > min(LEVEL_AFTER, 15 * minutes):
                    level = server.megabytes()
            for person in people:
                person.join()
            memory = server.megabytes()
            teacher.open()
            whole = json.loads(json.loads(teacher.ask("save_class_json").splitlines()[-1])["data"][0]["text"])
            kept = len(whole["submissions"])
        finally:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait()
    for words in sorted({*seen.refused}):
        print(f"refused {seen.refused.count(words)}x: {words}")
    return {
        "students": students,
        "submissions lost (goal 0)": max(0, len(seen.submitted) - kept),
        "submissions": kept,
        "refused (goal 0)": len(seen.refused),
        "runs stopped": len(seen.stops),
        "end of a stopped run, p95, s (goal 1)": _p95(seen.stops),
        "answers mixed up (goal 0)": len(seen.mixed_up),
        "memory, end / after two minutes (goal 1.05)": memory / level,
        "first token, p95 / median (goal 3)": _p95(seen.first_tokens) / statistics.median(seen.first_tokens),
        "first token, median, s": statistics.median(seen.first_tokens),
        "page event, p95, s (goal 1)": _p95(seen.events),
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else sum(values)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kill", action="store_true", help="kill the server in the middle, and start it anew")
    parser.add_argument("--model", choices=("scripted", "default"), default="scripted")
    for what, value in main(**vars(parser.parse_args())).items():
        print(f"{what:>45}  {value:.2f}")
