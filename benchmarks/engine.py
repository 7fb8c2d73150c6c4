"""What the shared batch is worth: every row is a ratio of two things measured in turn, in this run, on this machine.

python -m benchmarks.engine            prints the table and writes benchmarks/results/engine.json
"""

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from benchmarks.engine_rig import TEXT, Bench, Result, deltas
from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.precision import Precision, prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.weights.wide_lora import BASE

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "engine.json"


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

    with_others, alone = bench.compare(joined, lambda: bench.first("auto", bench.fresh()))
    detail = f"{with_others * 1e3:.0f} against {alone * 1e3:.0f} ms"
    return Result("first token when joining 15 rows, against alone", with_others / alone, 3.0, "at most", detail)


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


def same_with_others(bench: Bench, sampling: dict[str, Any], what: str) -> Result:
    def tokens(stream: Any) -> list[int]:
        return [token.id for delta in deltas(stream) for token in delta.tokens]

    prompts = [bench.fresh(subject) for subject in TEXT.split()[:20]]
    alone = [tokens(bench.stream("float32", text, max_tokens=16, **sampling)) for text in prompts]
    with_others = []
    for start in range(0, 20, 4):  # four at a time among twelve others
        asked = prompts[start : start + 4] + [bench.fresh() for _ in range(12)]
        streams = [bench.stream("float32", text, max_tokens=16, **sampling) for text in asked]
        with_others += [tokens(stream) for stream in streams][:4]
    same = sum(a == b for a, b in zip(alone, with_others, strict=True))
    return Result(f"{what} texts of 20 that are the same among 15 others", same, 19, "at least", "float32")


def perplexity(bench: Bench, precision: Precision) -> float:
    """Of the fixed text, fed token by token: the decode path is what the precisions differ in."""
    decoder = bench.backend(precision)._decoder
    ids = bench.tokenizer(TEXT)["input_ids"]

    def measure() -> float:
        with torch.inference_mode():
            cache = SlotCache(decoder.layout, 1, len(ids))
            cache.add_row()
            rows = [decoder.decode(cache, [token], [BASE])[0].float().log_softmax(-1) for token in ids[:-1]]
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
    # Not ru_maxrss: a process that was started from a larger one begins with that one's peak.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    print(int(peak[1]) * 1024)


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
        lambda: same_with_others(bench, {"temperature": 0}, "greedy"),
        lambda: same_with_others(bench, {"seed": 5}, "seeded"),
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
