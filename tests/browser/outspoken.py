"""A model without weights that has something to show in every part of the page."""

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

from word_vectors import WordVectors

from playground.backends.base import Candidate, NextTokenDistribution, Request
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.retrieval.library import Library
from playground.types import Alternative, Sampling, Token

WORDS = "So many words that they need a frame of their own to be read in. " * 12
SAMPLED = [field.name for field in fields(Sampling)]  # it claims to act on all of them


class Outspoken(ScriptedBackend):
    """A scripted model that also says how likely its words are."""

    def next_token(self, *args: Any, **options: Any) -> Any:
        return Foreseen()

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        pieces = text.split() if isinstance(text, str) else [f" {i}" for i in text]
        tuned = bool(request.adapter)
        return tuple(
            Token(
                id=i, text=f" {piece}", logprob=-0.1 - i % 7 * (1 + tuned), entropy=0.5,
                top=(Alternative(i + (tuned and i % 5 == 0), f" {piece}", -0.1),),
            )
            for i, piece in enumerate(pieces)
        )  # fmt: skip


class Foreseen:
    """Eight next tokens, some of which the settings rule out."""

    def distribution(self, sampling: Sampling, count: int) -> NextTokenDistribution:
        shown = tuple(self._candidate(i) for i in range(8))
        return NextTokenDistribution(candidates=shown, model_entropy=1.5, entropy=1.0, vocabulary=8, left=(8, 8, 5, 5))

    def draw(self, sampling: Sampling, stream: random.Random) -> Candidate:
        return self._candidate(0)

    def _candidate(self, i: int) -> Candidate:
        p = 0.5 / 2**i
        return Candidate(
            id=i, text=f" word{i}", logit=-float(i), shift=0.5 if i == 2 else 0.0, model_probability=p,
            tempered_probability=p, probability=0.0 if i > 4 else p, cut_by="top_p" if i > 4 else "",
        )  # fmt: skip


def says(request: Request, rng: random.Random) -> str:
    said = "Arr, the answer" if request.adapter else "The answer"
    return f"{WORDS} on {len(request.messages)} messages. {said} is {rng.choice([3, 3, 4])}."


def catalog(delay: float = 0.0) -> Catalog:
    """A model with probabilities and an adapter, and one without."""
    backend = Outspoken(reply=says, delay=delay)
    backend = replace(
        backend, capabilities=replace(backend.capabilities, logits=True, adapters=True, sampling=frozenset(SAMPLED))
    )
    plain = ScriptedBackend(reply=says)
    details = AdapterDetails(
        name="tuned", title="Tuned", loaded=True, about="Talks like a pirate.", kind="LoRA", rank=8
    )
    entry = partial(ModelEntry, kind="scripted")
    return Catalog(
        [
            entry(name="default", title="Scripted", load=lambda _: backend, capabilities=backend.capabilities),
            entry(name="plain", title="Plain", load=lambda _: plain, capabilities=plain.capabilities),
            AdapterEntry(model="default", name="tuned", title="Tuned", load=lambda *_: details),
        ],
        library=Library(WordVectors()),
    )
