"""What libraries will drop: the one test that fails for it, by name, and the terminal that never shows it."""

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from playground.deprecations import KINDS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "backends" / "local"))

# PEFT's own calls: nothing here can spare them.
PEFTS = ("`is_gradient_checkpointing` is deprecated",)


@pytest.fixture
def strict() -> Any:
    """Deprecations are errors, in every thread."""
    with warnings.catch_warnings():
        for kind in KINDS:
            warnings.simplefilter("error", kind)
        for message in PEFTS:
            warnings.filterwarnings("ignore", message, FutureWarning)
        yield


@pytest.mark.usefixtures("strict")
def test_nothing_that_libraries_will_drop_is_used(tmp_path: Path) -> None:
    """A pass over all that is asked of torch, transformers and PEFT: loading, reading, decoding, adapters, training."""
    import peft
    import torch
    from folders import Quiet, save_adapter, save_model, write_gguf
    from tiny_models import tiny_tokenizer
    from transformers import T5Config, T5ForConditionalGeneration

    from playground.backends.base import Request
    from playground.backends.local.opening import open_model
    from playground.backends.sources import ModelSource
    from playground.finetuning.preparation.rows import TrainingRow, messages_of
    from playground.finetuning.recipe import Recipe
    from playground.finetuning.training.loop import train
    from playground.settings import Settings
    from playground.types import Delta, Message, Sampling

    tokenizer, settings = tiny_tokenizer(), Settings(precision="float32")

    def said(backend: Any, adapter: str = "") -> int:
        asked = Request(messages=(Message("user", "cat"),), adapter=adapter, sampling=Sampling(max_tokens=3))
        streams = [backend.stream(asked) for _ in range(2)]
        return sum(isinstance(event, Delta) for stream in streams for event in stream)

    base = save_model(tmp_path / "tiny", "llama", tokenizer)
    backend: Any = open_model(ModelSource(kind="folder", place=str(base)), "Tiny", settings, Quiet())
    some: dict[str, Any] = {"target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM"}
    configs = {
        "shared": peft.LoraConfig(r=2, **some),
        "alone": peft.LoraConfig(r=2, use_dora=True, **some),
        "virtual": peft.PromptTuningConfig(num_virtual_tokens=3, task_type="CAUSAL_LM"),
    }
    for name, config in configs.items():
        save_adapter(tmp_path / name, base, config)
        backend.attach(tmp_path / name, name, name, "", Quiet())
    assert all(said(backend, name) for name in ("", *configs))
    assert backend.score(Request(messages=(Message("user", "cat"),)), "dog")
    backend.close()
    rows = [TrainingRow(messages=messages_of("a"), answer="b")]
    for _ in train(backend._model, tokenizer, rows, Recipe(steps=1, batch=1, rank=2)):
        pass

    (tmp_path / "gguf").mkdir()
    torch.manual_seed(0)
    write_gguf(tmp_path / "gguf" / "tiny.gguf", tokenizer)
    gguf: Any = open_model(
        ModelSource(kind="gguf", place=str(tmp_path / "gguf" / "tiny.gguf")), "Tiny", settings, Quiet()
    )
    assert said(gguf)
    gguf.close()

    shape = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 4, "decoder_start_token_id": 0}
    T5ForConditionalGeneration(T5Config(vocab_size=len(tokenizer), **shape)).save_pretrained(tmp_path / "t5")
    tokenizer.save_pretrained(tmp_path / "t5")
    assert said(open_model(ModelSource(kind="folder", place=str(tmp_path / "t5")), "T5", settings, Quiet()))


SHOWN = """
import warnings
{begun}
for kind in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
    warnings.warn("a library will drop this", kind)
"""


HELPED = """
import contextlib
from {module} import main
with contextlib.suppress(SystemExit):
    main(["--help"])
"""
BEGUN = {
    "the page": "import app",
    "experiments": HELPED.format(module="playground.experiment"),
    "fine-tuning": HELPED.format(module="playground.finetuning.__main__"),
}


def stderr_of(begun: str, *options: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    done = subprocess.run(
        [sys.executable, *options, "-c", SHOWN.format(begun=begun)],
        cwd=ROOT, env=kept, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    return done.stderr


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_a_terminal_shows_no_deprecations(begun: str) -> None:
    assert stderr_of(begun) == ""


def test_who_asks_for_deprecations_sees_them() -> None:
    assert "a library will drop this" in stderr_of("\n".join(BEGUN.values()), "-W", "default")
