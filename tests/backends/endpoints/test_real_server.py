"""Against a real server: what it honours, every technique, streaming, Stop, and a local model beside it."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from patience import PATIENCE, until
from served import MODEL, Served, serving
from tiny_models import llama_over
from transformers import AutoTokenizer

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.local.files.packaged_model import fetch_converted
from playground.errors import NotSupported
from playground.running import runner
from playground.settings import Settings
from playground.strategies import STRATEGIES
from playground.types import Run
from playground.ui.handlers.sessions import Sessions

NAME = f"served/{MODEL}"
SHORT = {"max_tokens": 4}
TASKS: dict[str, dict[str, Any]] = {
    "few_shot": {"examples": [{"input": "2 + 2", "output": "4"}]},
    "role": {"role": "You are a pirate."},
    "delimiters": {"material": "Dogs and birds."},
    "chaining": {"steps": [{"name": "a", "template": "{input}"}, {"name": "b", "template": "Shorten: {previous}"}]},
    "retrieval": {"collection": "ferry_island"},
    "panel": {"agents": [{"name": "Writer", "system": "You write."}, {"name": "Critic", "system": "You find fault."}]},
}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {
    "self_consistency": {"paths": 3},
    "contextual": {"situation": "A lesson."},
    "instruction": {"format": "One number."},
    "negative": {"most_words": 30},
}
VISITOR: Any = SimpleNamespace(session_hash="visitor")


@pytest.fixture(scope="module")
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A tiny random model that reads as the default one does: what a server does with a request is the same."""
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = AutoTokenizer.from_pretrained(fetch_converted(settings.cache, lambda _: None))
    llama_over(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    with serving(folder, tmp_path_factory.mktemp("hub")) as served:
        yield served


@pytest.fixture(scope="module")
def connection(served: Served, real_catalog: Catalog) -> tuple[Any, Catalog]:
    """What connecting found, and the catalog of the visitor who connected."""
    sessions = Sessions(real_catalog, Settings())
    work = sessions.connect(VISITOR, "served", served.url)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, sessions.of(VISITOR)


def last(catalog: Catalog, **setup: Any) -> Run:
    return list(runner.run(setups.parse({"model": NAME, "sampling": SHORT, **setup}), catalog))[-1]


def test_what_it_honours_is_found_out(connection: tuple[Any, Catalog]) -> None:
    found, catalog = connection
    assert found.names == (NAME,)
    seen = {check.feature: check.works for check in found.probes[found.first_probed].checks}
    assert {name for name, works in seen.items() if works == "yes"} >= {
        "streaming", "usage", "temperature", "top_p", "seed", "frequency_penalty", "logit_bias", "system", "stop"
    }  # fmt: skip
    # It takes the first three without an error and ignores them; the others it refuses.
    refused = {
        "samples",
        "logprobs",
        "presence_penalty",
        "top_k",
        "min_p",
        "repetition_penalty",
        "prefill",
        "functions",
        "response_format",
        "labels",
        "regex",
        "grammar",
    }
    assert {name for name, works in seen.items() if works == "no"} == refused
    assert catalog.info(NAME).capabilities.samples is False


WITHOUT = ("generated_knowledge", "function_calling")  # it gives no log-probabilities, and its model calls nothing


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name not in WITHOUT])
def test_every_technique(connection: tuple[Any, Catalog], strategy: str) -> None:
    options = OPTIONS.get(strategy, {})
    task = {"input": "How many legs has a dog?", **TASKS.get(strategy, {})}
    run = last(connection[1], strategy=strategy, task=task, options=options)
    assert run.status == "done"
    completions = [completion for step in run.steps if not step.tool for completion in step.completions]
    assert len(completions) >= (3 if strategy == "self_consistency" else 1)
    for completion in completions:
        assert completion.finish_reason in ("stop", "length")
        assert completion.prompt_tokens > 0
        assert completion.completion_tokens > 0
        assert completion.origin is not None
        assert completion.origin.weights.endswith("@ served")


def test_it_streams(connection: tuple[Any, Catalog]) -> None:
    setup = {"model": NAME, "task": {"input": "Write a story."}, "sampling": {"max_tokens": 200}}
    runs = list(runner.run(setups.parse(setup), connection[1]))
    texts = {run.steps[0].completions[0].text for run in runs if run.steps and run.steps[0].completions}
    assert len(texts) > 2
    assert runs[-1].estimated is False
    assert runs[-1].steps[0].completions[0].time_to_first_token


def test_a_technique_that_needs_probabilities_says_so(connection: tuple[Any, Catalog]) -> None:
    run = last(connection[1], strategy="generated_knowledge", task={"input": "How many legs has a dog?"})
    assert run.status == "failed"
    assert "gives no token probabilities" in run.error


def test_stop_is_seen_by_the_server(connection: tuple[Any, Catalog], served: Served) -> None:
    setup = {"model": NAME, "task": {"input": "Write a very long story."}, "sampling": {"max_tokens": 2000}}
    runs = runner.run(setups.parse(setup), connection[1])
    while not any(step.completions[0].text for step in next(runs).steps):
        pass
    assert _conversations(served.pid)
    runs.close()
    until(lambda: not _conversations(served.pid))  # the answer would go on for longer; those at rest end soon


def test_a_setting_it_would_ignore_is_refused_by_name(connection: tuple[Any, Catalog]) -> None:
    with pytest.raises(NotSupported, match=r"`sampling\.presence_penalty` is 1\.0"):
        last(connection[1], task={"input": "Hi"}, sampling={"presence_penalty": 1.0})


def test_served_and_local_models_run_side_by_side(connection: tuple[Any, Catalog]) -> None:
    ends: dict[str, Run] = {}

    def pane(model: str) -> None:
        ends[model] = last(connection[1], model=model, task={"input": "What is the capital of France?"})

    panes = [threading.Thread(target=pane, args=(model,)) for model in ("default", NAME)]
    for thread in panes:
        thread.start()
    for thread in panes:
        thread.join(PATIENCE)
    assert {name: run.status for name, run in ends.items()} == {"default": "done", NAME: "done"}
    (local,), (remote,) = (ends[name].steps[0].completions for name in ("default", NAME))
    assert local.tokens
    assert not remote.tokens


def _conversations(pid: int) -> int:
    """Connections that the server holds now."""
    return sum(c.status == psutil.CONN_ESTABLISHED for c in psutil.Process(pid).net_connections("tcp"))
