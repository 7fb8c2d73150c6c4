"""Perplexity is the exponential of the mean surprise, whatever a model says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.evaluation.likelihood import perplexity
from playground.running import runner
from playground.types import Run, Token


@dataclass(frozen=True)
class Scoring(ScriptedBackend):
    """Finds every text as likely as its `logprobs` say."""

    logprobs: Sequence[float] = ()

    def score(self, request: Any, text: Any) -> tuple[Token, ...]:
        return tuple(Token(i, "x", logprob) for i, logprob in enumerate(self.logprobs))


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        ([math.log(0.5), math.log(0.125)], 4.0),
        ([0.0], 1.0),
        ([], None),
        ([-1000.0], math.inf),
        ([-math.inf, -1.0], math.inf),
    ],
)
def test_perplexity(logprobs: list[float], expected: float | None) -> None:
    capabilities = replace(ScriptedBackend().capabilities, logits=True)
    backend = Scoring(capabilities=capabilities, logprobs=logprobs)
    catalog = Catalog(
        [ModelEntry(name="m", title="M", kind="local", load=lambda _: backend, capabilities=capabilities)]
    )
    *_, run = runner.run(setups.parse({"model": "m", "task": {"input": "Hi"}}), catalog)
    assert perplexity(run, run, catalog) == (expected if expected is None else pytest.approx(expected))
    assert perplexity(run, Run(setup=run.setup), catalog) is None
