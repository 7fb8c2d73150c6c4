"""A growing conversation is read once: of each turn only what is new, also by a moderator who reads all of it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from tiny_models import llama_over
from transformers import AutoTokenizer

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.local.backend import LocalBackend
from playground.backends.local.files.packaged_model import fetch_converted
from playground.backends.local.forward.forward_pass import ForwardPass
from playground.backends.local.forward.precision import prepare
from playground.running import runner
from playground.settings import Settings
from playground.types import Turn

SETUP = setups.parse(
    {"strategy": "conversation", "task": {"input": "?"}, "sampling": {"temperature": 0, "max_tokens": 12}}
)
SAID = ("Name a heron's food.", "And in winter?", "Say that in fewer words.", "Thank you.")


@pytest.fixture(scope="module")
def catalog(settings: Settings) -> Iterator[Catalog]:
    """The default model's words and template, which decide what is new in a prompt, over a tiny model."""
    tokenizer = AutoTokenizer.from_pretrained(fetch_converted(settings.cache, lambda _: None))
    backend = LocalBackend(prepare(llama_over(tokenizer), "float32"), tokenizer)
    entry = ModelEntry(
        name="default", title="Tiny", kind="local", load=lambda _: backend, capabilities=backend.capabilities
    )
    yield Catalog([entry])
    backend.close()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens are read, of each prompt and in its order."""
    read: list[int] = []
    prefill = ForwardPass.prefill

    def counted(self: Any, cache: Any, ids: Any, use: Any) -> Any:
        read.append(len(ids))
        return prefill(self, cache, ids, use)

    monkeypatch.setattr(ForwardPass, "prefill", counted)
    return read


def test_of_each_turn_only_what_is_new_is_read(catalog: Catalog, read: list[int]) -> None:
    turns: tuple[Turn, ...] = ()
    known = 0
    for text in SAID:
        read.clear()
        setup = replace(SETUP, task=replace(SETUP.task, turns=turns, input=text))
        *_, run = runner.run(setup, catalog)
        (reply,) = run.steps[0].completions
        if known:
            assert sum(read) == reply.prompt_tokens - known
        known = reply.prompt_tokens + reply.completion_tokens - (reply.finish_reason == "length")
        turns = (*turns, Turn(role="user", text=text), Turn(role="assistant", text=reply.text))
    assert known > 100


def test_a_moderator_reads_the_last_message_and_the_question_and_nothing_twice(
    catalog: Catalog, read: list[int]
) -> None:
    """It is another prompt than any agent's; the end of each, where it is asked, is new as well."""
    agents = [
        {"name": name, "system": f"You are {name}. Say what you know of herons."} for name in ("Ann", "Ben", "Eve")
    ]
    options = {"messages": 4, "next_speaker": "moderator", "single_prompt": False}
    task = {"input": "Tell each other about herons.", "agents": agents}
    sampling = {"temperature": 0, "max_tokens": 16}
    setup = setups.parse({"strategy": "panel", "options": options, "task": task, "sampling": sampling})
    *_, run = runner.run(setup, catalog)
    assert len(read) == len(run.steps)
    choices = [
        (tokens, step.completions[0].prompt_tokens)
        for tokens, step in zip(read, run.steps, strict=True)
        if step.label.startswith("Who speaks")
    ]
    question = len("Who is to speak next? Reply with one name and nothing else: Ann, Ben, Eve.")  # in characters: more
    for (_, before), (tokens, now) in pairwise(choices):
        assert tokens <= now - before + question
    assert choices[-1][0] < choices[-1][1] / 2
