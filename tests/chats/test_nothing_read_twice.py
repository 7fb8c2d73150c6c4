"""A growing conversation is read once: of each turn only what is new, for answers are kept as they were written."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.local.forward.forward_pass import ForwardPass
from playground.running import runner
from playground.types import Turn

SETUP = setups.parse(
    {"strategy": "conversation", "task": {"input": "?"}, "sampling": {"temperature": 0, "max_tokens": 12}}
)
SAID = ("Name a heron's food.", "And in winter?", "Say that in fewer words.", "Thank you.")


def test_of_each_turn_only_what_is_new_is_read(real_catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    prefill = ForwardPass.prefill

    def counted(self: Any, cache: Any, ids: Any, use: Any) -> Any:
        read.append(len(ids))
        return prefill(self, cache, ids, use)

    monkeypatch.setattr(ForwardPass, "prefill", counted)
    turns: tuple[Turn, ...] = ()
    known = 0
    for text in SAID:
        read.clear()
        setup = replace(SETUP, task=replace(SETUP.task, turns=turns, input=text))
        *_, run = runner.run(setup, real_catalog)
        (reply,) = run.steps[0].completions
        if known:
            assert sum(read) == reply.prompt_tokens - known
        known = reply.prompt_tokens + reply.completion_tokens - (reply.finish_reason == "length")
        turns = (*turns, Turn(role="user", text=text), Turn(role="assistant", text=reply.text))
    assert known > 100
