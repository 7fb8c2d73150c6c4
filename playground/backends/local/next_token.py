"""The logits after a prompt, kept: what any sampling settings make of them, without asking the model again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from playground.backends.base import Candidate
from playground.backends.local.sampling import Controls, History, distribution, penalise
from playground.types import Sampling

FILTERS = ("top_k", "top_p", "min_p")  # in the order in which they cut


@dataclass(frozen=True, eq=False)
class LocalNextToken:
    """`logits` is `[vocabulary]`, float32; `prompt` and `generated` are the ids that penalties look at."""

    logits: Tensor
    prompt: Sequence[int]
    generated: Sequence[int]
    text: Callable[[int], str]

    def under(self, sampling: Sampling, count: int) -> tuple[Candidate, ...]:
        """The `count` tokens that matter most before or after the settings, the model's likeliest first."""
        row = self.logits[None]
        penalised = penalise(row, [History(sampling, self.prompt, self.generated)])
        own = row.softmax(-1)[0]
        # One filter more at a time: where a token's probability becomes zero is the filter that cut it.
        settings = [replace(sampling, top_k=0, top_p=1.0, min_p=0.0)]
        for name in FILTERS:
            settings.append(replace(settings[-1], **{name: getattr(sampling, name)}))
        stages = [distribution(penalised, Controls.of([s], row.device))[0] for s in settings]
        shown = torch.maximum(own, stages[0]).topk(min(count, len(own))).indices
        order = shown[own[shown].argsort(descending=True, stable=True)]
        columns = [t[order].tolist() for t in (self.logits, penalised[0] - self.logits, own, *stages)]
        return tuple(
            Candidate(
                id=token,
                text=self.text(token),
                logit=logit,
                shift=shift,
                model_probability=model,
                tempered_probability=tempered[0],
                probability=tempered[-1],
                cut_by=next(
                    (f for f, now in zip(FILTERS, tempered[1:], strict=True) if tempered[0] > 0 and now == 0), ""
                ),
            )
            for token, logit, shift, model, *tempered in zip(order.tolist(), *columns, strict=True)
        )
