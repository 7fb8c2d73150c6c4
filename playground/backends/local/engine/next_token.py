"""Keeps the logits after a prompt, so that any sampling settings can be applied to them at once."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from playground.backends.base import Candidate, NextTokenDistribution
from playground.backends.local.engine.requests import check_tokens
from playground.backends.local.engine.sampling import (
    History,
    SamplingControls,
    distribution,
    draw_tokens,
    penalise,
    uniform_pair,
)
from playground.parameters import neutral_values, with_effect
from playground.types import Sampling

FILTERS = with_effect(Sampling, "filter")  # in the order in which they cut


@dataclass(frozen=True, eq=False)
class LocalNextToken:
    """`logits` is `[vocabulary]`, float32; `prompt` and `generated` are the ids that penalties look at."""

    logits: Tensor
    prompt: Sequence[int]
    generated: Sequence[int]
    text: Callable[[int], str]

    def distribution(self, sampling: Sampling, count: int) -> NextTokenDistribution:
        """See `NextToken.under`."""
        penalised, own, stages = self._stages(sampling)
        top = torch.maximum(own, stages[0]).topk(min(count, len(own))).indices
        order = top[own[top].argsort(descending=True, stable=True)]
        return NextTokenDistribution(
            candidates=self._candidates(order, penalised, own, stages),
            model_entropy=_entropy(own),
            entropy=_entropy(stages[-1]),
            vocabulary=len(own),
            left=tuple(int(stage.count_nonzero()) for stage in stages),
        )

    def draw(self, sampling: Sampling, stream: random.Random) -> Candidate:
        """See `NextToken.draw`."""
        penalised, own, stages = self._stages(sampling)
        (token,) = self._candidates(draw_tokens(stages[-1][None], [uniform_pair(stream)]), penalised, own, stages)
        return token

    def _stages(self, sampling: Sampling) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Logits after penalties; the model's own distribution; that of the settings with one filter more at a time."""
        check_tokens(("sampling", "logit_bias"), sampling.logit_bias, len(self.logits))
        row = self.logits[None]
        penalised = penalise(row, [History(sampling, self.prompt, self.generated)])
        settings = [replace(sampling, **neutral_values(Sampling, "filter"))]
        for name in FILTERS:
            settings.append(replace(settings[-1], **{name: getattr(sampling, name)}))
        stages = [distribution(penalised, SamplingControls.of([s], row.device))[0] for s in settings]
        return penalised[0], row.softmax(-1)[0], stages

    def _candidates(
        self, ids: Tensor, penalised: Tensor, own: Tensor, stages: Sequence[Tensor]
    ) -> tuple[Candidate, ...]:
        # Where a token's probability becomes zero is the filter that cut it.
        shift = torch.where(self.logits.isneginf(), 0.0, penalised - self.logits)  # what is ruled out is not shifted
        columns = [t[ids].tolist() for t in (self.logits, shift, own, *stages)]
        return tuple(
            Candidate(
                id=token,
                text=self.text(token),
                logit=logit,
                shift=shift,
                model_probability=model,
                tempered_probability=tempered,
                probability=filtered[-1],
                cut_by=next((f for f, now in zip(FILTERS, filtered, strict=True) if tempered > 0 and now == 0), ""),
            )
            for token, logit, shift, model, tempered, *filtered in zip(ids.tolist(), *columns, strict=True)
        )


def _entropy(probabilities: Tensor) -> float:
    return float(torch.special.entr(probabilities).sum())
