"""What the settings say of models is what a model that was opened by them keeps to."""

from pathlib import Path
from typing import Any

import pytest
from folders import save_model
from patience import until
from transformers import LlamaConfig, LlamaForCausalLM

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.memory import MemoryBudget
from playground.backends.offered_entries import offered_entries
from playground.errors import LimitReached
from playground.running import runner
from playground.settings import Settings


@pytest.fixture(scope="module")
def folder(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("tiny"), "llama", tokenizer)


@pytest.fixture(scope="module")
def wide(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of megabytes, as are its keys and values."""
    folder = tmp_path_factory.mktemp("wide")
    shape = {"hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 1, "num_attention_heads": 8}
    LlamaForCausalLM(LlamaConfig(**shape, vocab_size=384)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def catalog_of(folder: Path, **chosen: Any) -> Catalog:
    settings = Settings(model=str(folder), **{"precision": "float32", **chosen})
    return Catalog(offered_entries(settings), budget=MemoryBudget(settings.memory_megabytes * 2**20))


def opened(folder: Path, **chosen: Any) -> Catalog:
    catalog = catalog_of(folder, **chosen)
    for _ in catalog.open("default"):
        pass
    return catalog


def ask(catalog: Catalog, tokens: int = 4, text: str = "the cat", **options: Any) -> Any:
    data = {"task": {"input": text}, "sampling": {"max_tokens": tokens, "seed": 1}, **options}
    *_, run = runner.run(setups.parse(data), catalog)
    return run


def test_the_default_model_is_the_folder_that_was_named(folder: Path) -> None:
    details = opened(folder).info("default").details
    assert details is not None
    assert details.source == str(folder)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_weights_are_stored_as_told(folder: Path, precision: Any) -> None:
    details = opened(folder, precision=precision).info("default").details
    assert details is not None
    assert details.precision == precision


def test_a_model_beyond_the_memory_for_all_is_refused(wide: Path) -> None:
    with pytest.raises(LimitReached, match="for models is left"):
        opened(wide, memory_megabytes=1)


def test_no_more_samples_are_decoded_at_once(folder: Path) -> None:
    catalog = opened(folder, max_rows=2)
    assert catalog.info("default").capabilities.parallel == 2
    data = {"strategy": "self_consistency", "options": {"paths": 6}, "sampling": {"max_tokens": 8, "temperature": 1}}
    most = 0
    for run in runner.run(setups.parse({**data, "task": {"input": "the cat"}}), catalog, every=0):
        going = [c for step in run.steps[:1] for c in step.completions if c.tokens and not c.finish_reason]
        most = max(most, len(going))
    assert run.status == "done"
    assert 1 <= most <= 2


def test_a_request_beyond_the_attention_memory_is_refused(wide: Path) -> None:
    catalog = opened(wide, kv_megabytes=1)
    assert ask(catalog, tokens=4).status == "done"
    with pytest.raises(LimitReached, match="this server allows 1 MB"):
        ask(catalog, tokens=1000)


def test_no_request_waits_beyond_the_queue_nor_goes_on_beyond_the_longest_time(folder: Path) -> None:
    catalog = opened(folder, max_rows=1, max_queue=1, max_seconds=1)
    long = setups.parse({"task": {"input": "the cat"}, "sampling": {"max_tokens": 400, "seed": 1}})
    running, waiting = runner.run(long, catalog, every=0), runner.run(long, catalog, every=0)
    for run in running:
        if run.steps and run.steps[0].completions and run.steps[0].completions[0].tokens:
            break
    next(waiting)
    until(lambda: next(waiting).status in ("waiting", "running"))
    with pytest.raises(LimitReached, match="1 requests are waiting already"):
        ask(catalog)
    running.close()
    waiting.close()
