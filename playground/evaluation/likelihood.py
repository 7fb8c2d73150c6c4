"""How likely one model finds another's answer: perplexity, and what an adapter changed per token."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import NotSupported, PromptTooLong
from playground.types import Run, Sampling, Step, Token

LARGEST = 700.0  # nats a token: the exponential of more is no float


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenShift:
    """One token of the baseline under both. `change` is what the adapter adds to its log-probability, in nats.

    `baseline` and `other` hold the token's log-probability and the likeliest token under each, in `top`.
    """

    position: int  # in the baseline's text, from 0
    baseline: Token
    other: Token

    @property
    def change(self) -> float:
        return self.other.logprob - self.baseline.logprob

    @property
    def disagree(self) -> bool:
        """Whether the two would have gone on with different tokens here."""
        return self.baseline.top[0].id != self.other.top[0].id


def token_shifts(baseline: Run, other: Run, catalog: Catalog) -> tuple[TokenShift, ...]:
    """The baseline's answer, token by token, under the weights of another run on the same model.

    Raises NotSupported for runs on different models, or on one without logits.
    """
    if baseline.setup.model != other.setup.model:
        raise NotSupported("Tokens can be compared between a model and its adapters, not between two models.")
    step = answer_step(baseline)
    ids = [token.id for token in step.completions[0].tokens] if step else []
    if step is None or not ids:
        return ()
    here, there = (_score(run, step, ids, catalog) for run in (baseline, other))
    return tuple(
        TokenShift(position=position, baseline=a, other=b)
        for position, (a, b) in enumerate(zip(here, there, strict=True))
    )


def disagreements(shifts: Sequence[TokenShift]) -> tuple[TokenShift, ...]:
    """Where the two would have gone on differently, the largest change first; then all others likewise."""
    return tuple(sorted(shifts, key=lambda shift: (not shift.disagree, -abs(shift.change))))


def perplexity(reader: Run, writer: Run, catalog: Catalog) -> float | None:
    """How surprised one run's model is, per token, by the other's answer to its own prompt.

    None where there is no text, or the model has no logits or no room for it. Tokens are the reading model's own:
    compare only between models with one tokenizer.
    """
    step = answer_step(writer)
    if step is None:
        return None
    try:
        # On one model the tokens as they were written, on another the same words in its own tokens.
        same_model = reader.setup.model == writer.setup.model
        answer = [token.id for token in step.completions[0].tokens] if same_model else step.completions[0].text
        tokens = _score(reader, step, answer, catalog)
    except (NotSupported, PromptTooLong):
        return None
    if not tokens:
        return None
    surprise = -sum(token.logprob for token in tokens) / len(tokens)
    return math.exp(surprise) if surprise < LARGEST else math.inf


def answer_step(run: Run) -> Step | None:
    """The last step that has words: what the answer was read from."""
    return next((step for step in reversed(run.steps) if step.completions and step.completions[0].text), None)


def _score(run: Run, step: Step, text: str | Sequence[int], catalog: Catalog) -> tuple[Token, ...]:
    setup = run.setup
    request = Request(
        messages=step.messages,
        prefill=step.prefix,
        sampling=Sampling(top_logprobs=1),
        model=setup.model,
        adapter=setup.adapter,
        scale=setup.scale,
        visitor=catalog.visitor,
    )
    with catalog.keep_loaded(setup.model, setup.adapter):
        backend = catalog.loaded_backend(setup.model)
        if backend is None or not backend.capabilities.logits:
            raise NotSupported(f"The model {setup.model!a} gives no probabilities of a text, or is not loaded.")
        return backend.score(request, text)
