"""What the shared batch is worth: every row is a ratio of two things measured in turn, in this run, on this machine.

python -m benchmarks.engine            prints the table and writes benchmarks/results/engine.json
"""

import argparse
import copy
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.loading import load
from playground.backends.local.packaged import folder
from playground.backends.local.precision import Precision, prepare
from playground.settings import Settings
from playground.types import Delta, Message, Sampling

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "engine.json"
TOKENS = 48
TEXT = """The lighthouse keeper climbed the stairs every evening at the same hour. He carried a small lamp, a loaf of
bread and a book that he had read many times. From the top he could see the harbour, the fishing boats coming home,
and on clear nights the lights of the town across the bay. He wrote down the weather, the ships and the birds. When a
storm came he stayed awake until morning, because a lamp that goes out for a minute can cost a ship. In the spring a
young woman came to learn his trade. She asked why he wrote everything down, and he said that memory is a poor sailor:
it follows the wind. After a year she knew every sound of the tower, and he moved to the village, where he complained
that the nights had become too quiet to sleep."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; `good` says on which side of `goal` the ratio should be."""

    what: str
    ratio: float
    goal: float
    good: str
    detail: str

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.good == "at least" else self.ratio <= self.goal


class Bench:
    """The default model in several precisions, and as transformers runs it."""

    def __init__(self, repeats: int) -> None:
        self.repeats = repeats
        self._number = 0
        settings = Settings.from_environment()
        self.model, self.tokenizer = load(folder(settings.cache, lambda _: None))
        self.backends: dict[str, LocalBackend] = {}

    def backend(self, precision: Precision) -> LocalBackend:
        if precision not in self.backends:
            model = prepare(copy.deepcopy(self.model), precision)
            self.backends[precision] = LocalBackend(model, self.tokenizer)
        return self.backends[precision]

    def fresh(self, subject: str = "a lighthouse") -> str:
        """A prompt that no run has seen before, so that nothing but its template is reused."""
        self._number += 1
        return f"{self._number}: write a long story about {subject} and {self._number} travellers."

    def stream(self, precision: Precision, text: str, n: int = 1, **sampling: Any) -> Any:
        settings = Sampling(**{"temperature": 0.8, "max_tokens": TOKENS, **sampling})
        return self.backend(precision).stream(Request(messages=(Message("user", text),), n=n, sampling=settings))

    def ours(self, precision: Precision, n: int) -> float:
        """Tokens per second of `n` samples, prompt included."""
        start = time.perf_counter()
        count = sum(len(delta.tokens) for delta in deltas(self.stream(precision, self.fresh(), n)))
        return count / (time.perf_counter() - start)

    def generate(self, n: int) -> float:
        """Tokens per second of `model.generate` in bfloat16 with batch `n`, prompt included."""
        turns = [{"role": "user", "content": self.fresh()}]
        prompt = self.tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=False
        ).expand(n, -1)
        start = time.perf_counter()
        output = self.model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=TOKENS,
            do_sample=True,
            top_k=0,
            temperature=0.8,
        )
        count = int((output[:, prompt.shape[1] :] != self.tokenizer.pad_token_id).sum())
        return count / (time.perf_counter() - start)

    def first(self, precision: Precision, text: str) -> float:
        """Seconds from submission to the first token."""
        stream = self.stream(precision, text)
        seconds: float = next(deltas(stream)).seconds
        stream.close()
        return seconds

    def compare(self, one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
        """Medians of two measurements taken in turn."""
        one(), other()
        pairs = [(one(), other()) for _ in range(self.repeats)]
        return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def deltas(stream: Any) -> Iterator[Delta]:
    return (event for event in stream if isinstance(event, Delta))


def against_generate(bench: Bench, precision: Precision, rows: int, goal: float) -> Result:
    ours, theirs = bench.compare(lambda: bench.ours(precision, rows), lambda: bench.generate(rows))
    what = f"{rows} row{'s' * (rows > 1)}, {precision}, against model.generate bfloat16"
    return Result(what, ours / theirs, goal, "at least", f"{ours:.0f} against {theirs:.0f} tokens/s")


def self_consistency(bench: Bench, precision: Precision) -> Result:
    """Wall time, not tokens: 16 paths of the same length against one."""

    def seconds(paths: int) -> float:
        start = time.perf_counter()
        list(bench.stream(precision, bench.fresh(), paths, logit_bias={bench.tokenizer.eos_token_id: -100.0}))
        return time.perf_counter() - start

    many, one = bench.compare(lambda: seconds(16), lambda: seconds(1))
    return Result(
        f"16 paths against 1 path, wall time, {precision}",
        many / one,
        2.0,
        "at most",
        f"{many:.2f} against {one:.2f} s",
    )


def joining(bench: Bench) -> Result:
    def joined() -> float:
        running = [bench.stream("auto", bench.fresh(), max_tokens=600) for _ in range(15)]
        for stream in running:
            next(deltas(stream))
        seconds = bench.first("auto", bench.fresh())
        for stream in running:
            stream.close()
        return seconds

    company, alone = bench.compare(joined, lambda: bench.first("auto", bench.fresh()))
    detail = f"{company * 1e3:.0f} against {alone * 1e3:.0f} ms"
    return Result("first token when joining 15 rows, against alone", company / alone, 3.0, "at most", detail)


def prefix_reuse(bench: Bench) -> Result:
    def pair() -> tuple[float, float]:
        header = bench.fresh() + " " + " ".join(TEXT.split() * 10)
        size = len(bench.tokenizer(header)["input_ids"])
        header = header[: len(header) * 1000 // size]
        return bench.first("auto", header + "\nWho is it about?"), bench.first("auto", header + "\nWhere is it?")

    pairs = [pair() for _ in range(bench.repeats)]
    first, second = (statistics.median(times) for times in zip(*pairs, strict=True))
    detail = f"{second * 1e3:.0f} against {first * 1e3:.0f} ms"
    return Result("first token after a 1,000-token header seen before", second / first, 0.2, "at most", detail)


def leaks(bench: Bench) -> Result:
    dice = random.Random(1)
    streams = []
    for _ in range(200):
        stream = bench.stream("auto", bench.fresh(), dice.choice([1, 1, 3]), max_tokens=dice.randint(1, 48))
        streams.append(stream)
        if dice.random() < 0.5:
            dice.choice(streams).close()
    for stream in streams:
        list(stream)
    stats = bench.backend("auto").stats
    held = stats.rows + stats.waiting + stats.slot_bytes + stats.prompt_bytes
    detail = f"{stats.rows} rows, {stats.slot_bytes + stats.prompt_bytes} bytes"
    return Result("200 requests, random cancels: rows and bytes still held", held, 0, "at most", detail)


def same_in_company(bench: Bench, sampling: dict[str, Any], what: str) -> Result:
    def tokens(stream: Any) -> list[int]:
        return [token.id for delta in deltas(stream) for token in delta.tokens]

    prompts = [bench.fresh(subject) for subject in TEXT.split()[:20]]
    alone = [tokens(bench.stream("float32", text, max_tokens=16, **sampling)) for text in prompts]
    company = []
    for start in range(0, 20, 4):  # four at a time among twelve others
        asked = prompts[start : start + 4] + [bench.fresh() for _ in range(12)]
        streams = [bench.stream("float32", text, max_tokens=16, **sampling) for text in asked]
        company += [tokens(stream) for stream in streams][:4]
    same = sum(a == b for a, b in zip(alone, company, strict=True))
    return Result(f"{what} texts of 20 that are the same among 15 others", same, 19, "at least", "float32")


def perplexity(bench: Bench, precision: Precision) -> float:
    """Of the fixed text, fed token by token: the decode path is what the precisions differ in."""
    decoder = bench.backend(precision)._decoder
    ids = bench.tokenizer(TEXT)["input_ids"]

    def measure() -> float:
        from playground.backends.local.cache import SlotCache

        with torch.inference_mode():
            cache = SlotCache(decoder.layout, 1, len(ids))
            cache.lengths = [0]
            rows = [decoder.decode(cache, [token], [None])[0].float().log_softmax(-1) for token in ids[:-1]]
        losses = [-row[token].item() for row, token in zip(rows, ids[1:], strict=True)]
        return float(torch.tensor(losses).mean().exp())

    return float(bench.backend(precision).between_steps(measure).result())


def memory() -> None:
    """Peak of a process that decodes 32 rows to 1,024 tokens; printed in bytes for the parent."""
    bench = Bench(1)
    bench.backends["auto"] = LocalBackend(prepare(bench.model, "auto"), bench.tokenizer)  # in place: no second model
    text = " ".join(TEXT.split() * 10)
    ids = bench.tokenizer(text)["input_ids"]
    header = bench.tokenizer.decode(ids[:860])
    used = bench.tokenizer.eos_token_id
    list(bench.stream("auto", header, 32, max_tokens=1024 - 900, logit_bias={used: -100.0}))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def memory_result() -> Result:
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.engine", "--memory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    gigabytes = int(output.split()[-1]) / 1e9
    return Result("process with 32 rows of 1,024 tokens, GB", gigabytes, 1.5, "at most", "peak of resident memory")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="only measure memory, in this process")
    arguments = parser.parse_args()
    if arguments.memory:
        memory()
        return
    bench = Bench(arguments.repeats)
    steps: list[Callable[[], Result]] = [
        lambda: against_generate(bench, "bfloat16", 1, 1.3),
        lambda: against_generate(bench, "auto", 1, 2.2),
        lambda: against_generate(bench, "int8", 1, 2.2),
        lambda: against_generate(bench, "auto", 16, 1.9),
        lambda: against_generate(bench, "bfloat16", 16, 1.9),
        lambda: self_consistency(bench, "bfloat16"),
        lambda: self_consistency(bench, "auto"),
        lambda: joining(bench),
        lambda: prefix_reuse(bench),
        memory_result,
        lambda: leaks(bench),
        lambda: same_in_company(bench, {"temperature": 0}, "greedy"),
        lambda: same_in_company(bench, {"seed": 5}, "seeded"),
    ]
    results = []
    print(f"{'what':62} {'ratio':>7} {'goal':>14}")
    for step in steps:
        result = step()
        results.append(result)
        mark = "" if result.met else "  MISSED"
        print(
            f"{result.what:62} {result.ratio:7.2f} {result.good:>9} {result.goal:4g}   {result.detail}{mark}",
            flush=True,
        )
    quality = {precision: perplexity(bench, precision) for precision in ("float32", "bfloat16", "int8", "auto")}
    print("perplexity of a fixed text: " + ", ".join(f"{name} {value:.3f}" for name, value in quality.items()))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({"results": [asdict(r) | {"met": r.met} for r in results], "perplexity": quality}, indent=2) + "\n"
    )
    for backend in bench.backends.values():
        backend.close()


if __name__ == "__main__":
    main()
