"""What adapters in the shared batch cost: rate against the base alone, time to attach, memory against the file.

python -m benchmarks.adapters          prints the table and writes benchmarks/results/adapters.json
"""

import argparse
import copy
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from benchmarks.engine_rig import TOKENS, Bench, Result, deltas
from playground.backends.base import Request
from playground.backends.local.forward.precision import Precision
from playground.backends.local.weights.lora import LoraAdapter, LoraWeights
from playground.types import Message, Sampling

RESULTS = Path(__file__).parent / "results" / "adapters.json"
RANK, MODULES, MANY = 8, ("q_proj", "v_proj"), 20


def made(model: Any, seed: int) -> dict[str, torch.Tensor]:
    """A random adapter on `MODULES` of every layer, as a file holds it, in the precision of the model."""
    generator, tensors = torch.Generator().manual_seed(seed), {}
    for path, module in model.named_modules():
        if path.rpartition(".")[2] in MODULES:
            for name, shape in (("A", (RANK, module.in_features)), ("B", (module.out_features, RANK))):
                tensors[f"{path}.lora_{name}"] = torch.randn(shape, generator=generator).mul_(0.02).bfloat16()
    return tensors


def read(name: str, tensors: Mapping[str, torch.Tensor]) -> LoraAdapter:
    paths = sorted({key.rpartition(".")[0] for key in tensors})
    weights = {p: LoraWeights(tensors[f"{p}.lora_A"], tensors[f"{p}.lora_B"], scaling=2.0) for p in paths}
    return LoraAdapter(name, weights, name)


def rate(bench: Bench, precision: Precision, names: tuple[str, ...]) -> float:
    """Tokens per second of four rows over one prompt each, prompts included; each row with its adapter."""
    sampling = Sampling(temperature=0.8, max_tokens=TOKENS, logit_bias={bench.tokenizer.eos_token_id: -100.0})
    start = time.perf_counter()
    streams = [
        bench.backend(precision).stream(
            Request(messages=(Message("user", bench.fresh()),), adapter=name, sampling=sampling)
        )
        for name in names
    ]
    count = sum(len(delta.tokens) for stream in streams for delta in deltas(stream))
    return count / (time.perf_counter() - start)


def mixed(bench: Bench, precision: Precision) -> Result:
    backend = bench.backend(precision)
    for number in range(3):
        backend.attach(read(f"adapter {number}", made(bench.model, number)))
    names = ("", *backend.adapters)
    ours, base = bench.compare(lambda: rate(bench, precision, names), lambda: rate(bench, precision, ("",) * 4))
    for name in backend.adapters:
        backend.detach(name)
    what = f"base and 3 adapters in 4 rows against base in 4 rows, {precision}"
    return Result(what, ours / base, 0.7, "at least", f"{ours:.0f} against {base:.0f} tokens/s")


def against_peft(bench: Bench) -> Result:
    """The same rows through PEFT's own mixed batches, `generate(adapter_names=...)`."""
    names = [f"adapter {number}" for number in range(3)]
    config = LoraConfig(r=RANK, target_modules=list(MODULES), init_lora_weights=False)
    wrapped = get_peft_model(copy.deepcopy(bench.model), config, adapter_name=names[0]).eval()
    for number, name in enumerate(names):
        if number:
            wrapped.add_adapter(name, config)
        bench.backend("bfloat16").attach(read(name, made(bench.model, number)))
    ours, theirs = bench.compare(
        lambda: rate(bench, "bfloat16", ("", *names)),
        lambda: bench.generate(4, wrapped, adapter_names=["__base__", *names]),
    )
    for name in names:
        bench.backend("bfloat16").detach(name)
    what = "base and 3 adapters in 4 rows against PEFT's adapter_names, bfloat16"
    return Result(what, ours / theirs, 1.2, "at least", f"{ours:.0f} against {theirs:.0f} tokens/s")


def attaching(bench: Bench, file: Path) -> Result:
    """From a file on disk to a row that may use it."""

    def attach() -> float:
        start = time.perf_counter()
        bench.backend("auto").attach(read("timed", load_file(file)))
        seconds = time.perf_counter() - start
        bench.backend("auto").detach("timed")
        return seconds

    seconds = statistics.median(attach() for _ in range(bench.repeats))
    return Result("seconds to attach an adapter", seconds, 1.0, "at most", f"{file.stat().st_size / 1e6:.2f} MB")


def memory(bench: Bench, file: Path) -> Result:
    """Of the process, over many adapters: what stays in it for each."""
    backend = bench.backend("auto")

    def held() -> int:
        gc.collect()
        rollup = Path("/proc/self/smaps_rollup").read_text()
        return 1024 * sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))

    backend.attach(read("first", load_file(file)))  # so that what any adapter needs is there
    before = held()
    for number in range(MANY):
        backend.attach(read(f"copy {number}", load_file(file)))
    each, size = (held() - before) / MANY, file.stat().st_size
    for name in backend.adapters:
        backend.detach(name)
    detail = f"{each / 1e6:.2f} against {size / 1e6:.2f} MB, over {MANY} adapters"
    return Result("memory of an adapter against its file", each / size, 1.2, "at most", detail)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    bench = Bench(parser.parse_args().repeats)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "adapter_model.safetensors"
        save_file(made(bench.model, 0), file)
        results = [memory(bench, file), attaching(bench, file)]
    precisions: tuple[Precision, ...] = ("auto", "bfloat16", "float32")
    results += [mixed(bench, precision) for precision in precisions]
    results.append(against_peft(bench))
    for result in results:
        mark = "" if result.met else "  MISSED"
        print(f"{result.what:68} {result.ratio:7.2f} {result.good:>9} {result.goal:4g}   {result.detail}{mark}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"results": [asdict(r) | {"met": r.met} for r in results]}, indent=2) + "\n")
    for backend in bench.backends.values():
        backend.close()


if __name__ == "__main__":
    main()
