"""What a form costs: rows that are held to forms of their own beside the same rows without, in turn, in this run.

python -m benchmarks.answer_forms      prints the table and writes benchmarks/results/answer_forms.json
"""

import argparse
import json
import statistics
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.engine_rig import Bench, Result, deltas
from playground.answer_forms.form import AnswerForm, read_form
from playground.backends.base import Request
from playground.types import Message, Sampling

RESULTS = Path(__file__).parent / "results" / "answer_forms.json"
ROWS, TOKENS = 16, 48
WORDS = (
    *("name", "city", "date", "topic", "price", "weight", "colour", "size"),
    *("origin", "maker", "model", "year", "owner", "state", "score", "note"),
)
LIMIT_MS, LIMIT_RATIO = 100, 1.3


def schema(number: int) -> str:
    """One of many schemas as people write them: a dozen fields, lists, choices, an object inside, in another order."""
    names = [*WORDS[number:], *WORDS[:number]]
    kinds: list[dict[str, Any]] = [
        {"type": "string"},
        {"type": "integer", "minimum": 0, "maximum": 10_000},
        {"type": "array", "items": {"type": "string"}, "minItems": 2},
        {"enum": ["new", "used", f"kind {number}"]},
        {"type": "object", "properties": {"of": {"type": "string"}, "n": {"type": "number"}}, "required": ["of", "n"]},
    ]
    properties = {name: kinds[place % len(kinds)] for place, name in enumerate(names)}
    return json.dumps({"type": "object", "properties": properties, "required": names, "additionalProperties": False})


def preparation(bench: Bench) -> list[Result]:
    """What is done before a request is queued: the form is checked, and built on the model's tokens."""
    build = bench.backend("auto")._ticket_factory._forms.build
    started = time.perf_counter()
    build(read_form("labels", "yes\nno"), "", "")
    first = 1e3 * (time.perf_counter() - started)
    times = []
    for number in range(len(WORDS)):
        text, started = schema(number), time.perf_counter()
        build(read_form("json_schema", text), "", "")
        times.append(1e3 * (time.perf_counter() - started))
    detail = f"median {statistics.median(times):.1f} ms of {len(times)}; the tokenizer, read once, {first:.0f} ms"
    return [Result("longest preparation of a schema, ms", max(times), LIMIT_MS, "at most", detail)]


def seconds_a_token(bench: Bench, forms: list[AnswerForm | None]) -> float:
    """From the moment at which all rows have their first token to the last token of all."""
    backend = bench.backend("auto")
    sampling = Sampling(temperature=0.8, max_tokens=TOKENS, logit_bias={bench.tokenizer.eos_token_id: -100.0})
    asked = Request(messages=(Message("user", ""),), sampling=sampling)
    streams = [backend.stream(replace(asked, messages=(Message("user", bench.fresh()),), form=form)) for form in forms]
    arrivals: list[tuple[float, float]] = []
    for stream in streams:
        seen = [(delta.seconds, len(delta.tokens)) for delta in deltas(stream)]
        arrivals.append((seen[0][0], seen[-1][0]))
    started = max(first for first, _ in arrivals)
    return (max(last for _, last in arrivals) - started) / (TOKENS - 1)


def cost_a_token(bench: Bench) -> Result:
    forms: list[AnswerForm | None] = [read_form("json_schema", schema(number)) for number in range(ROWS)]
    held, free = bench.compare(lambda: seconds_a_token(bench, forms), lambda: seconds_a_token(bench, [None] * ROWS))
    detail = f"{held * 1e3:.1f} against {free * 1e3:.1f} ms a step"
    return Result(
        f"{ROWS} rows, {ROWS} schemas, time a token against without", held / free, LIMIT_RATIO, "at most", detail
    )


def cost_beside(bench: Bench) -> Result:
    """Rows without a form, when half of the batch has one."""
    forms: list[AnswerForm | None] = [read_form("json_schema", schema(n)) if n % 2 else None for n in range(ROWS)]
    mixed, free = bench.compare(lambda: seconds_a_token(bench, forms), lambda: seconds_a_token(bench, [None] * ROWS))
    detail = f"{mixed * 1e3:.1f} against {free * 1e3:.1f} ms a step"
    return Result(f"{ROWS} rows, half of them held, against without", mixed / free, LIMIT_RATIO, "at most", detail)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    bench = Bench(parser.parse_args().repeats)
    results = [*preparation(bench), cost_a_token(bench), cost_beside(bench)]
    print(f"{'what':62} {'ratio':>7} {'goal':>14}")
    for result in results:
        mark = "" if result.met else "  MISSED"
        print(f"{result.what:62} {result.ratio:7.2f} {result.good:>9} {result.goal:4g}   {result.detail}{mark}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(result) | {"met": result.met} for result in results], indent=2) + "\n")
    for backend in bench.backends.values():
        backend.close()


if __name__ == "__main__":
    main()
