"""Samples a token for each row from its logits, with the row's own settings and random stream.

The order is fixed: penalties and bias, temperature, top-k, top-p, min-p. All functions are pure, take
`[rows, vocabulary]` float32 tensors and leave them unchanged, so a page can show what a setting does
to stored logits with the very code that draws the tokens.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playground.types import Sampling

BLOCK = 256  # tokens; near the square root of a vocabulary's size
SMALLEST = torch.finfo(torch.float32).tiny  # a smaller temperature would be zero on devices that know no denormals
LARGEST = 1e30  # of a penalty or bias; times anything below 1e8 it is still a number
FINITE = torch.finfo(torch.float32).max


class History:
    """What a row's penalties depend on: which tokens its prompt had and how often each was generated."""

    def __init__(self, sampling: Sampling, prompt: Iterable[int] = (), generated: Iterable[int] = ()) -> None:
        self.sampling = sampling
        self.counts = sampling.frequency_penalty != 0 or sampling.presence_penalty != 0
        self.repeats = sampling.repetition_penalty != 1
        self.ids: list[int] = []
        self.generated: list[int] = []  # times generated, by place in `ids`
        self.seen: list[bool] = []  # in prompt or answer
        self.bias: list[float] = []
        self._place: dict[int, int] = {}
        for token, amount in sampling.logit_bias.items():
            self.bias[self._at(token)] = amount
        if self.repeats:
            for token in prompt:
                self.seen[self._at(token)] = True
        for token in generated:
            self.add(token)

    def add(self, token: int) -> None:
        """Note that `token` was generated."""
        if self.counts or self.repeats:
            place = self._at(token)
            self.generated[place] += 1
            self.seen[place] = True

    def _at(self, token: int) -> int:
        if token not in self._place:
            self._place[token] = len(self.ids)
            self.ids.append(token)
            self.generated.append(0)
            self.seen.append(False)
            self.bias.append(0.0)
        return self._place[token]


def penalise(logits: Tensor, histories: Sequence[History]) -> Tensor:
    """Apply repetition penalty, frequency and presence penalty, then bias.

    Repetition penalty is transformers' (prompt and answer; divides positive, multiplies negative logits);
    frequency and presence penalty are the API's (answer only; subtracted). What was finite stays finite, and what
    the model ruled out with -inf stays ruled out.
    """
    rows = [row for row, history in enumerate(histories) if history.ids]
    if not rows:
        return logits
    longest = max(len(histories[row].ids) for row in rows)

    def column(values: Sequence[Sequence[float]], dtype: torch.dtype) -> Tensor:
        # Short rows repeat their first entry: writing the same number twice is harmless.
        padded = [[*row, *[row[0]] * (longest - len(row))] for row in values]
        return torch.tensor(padded, dtype=dtype, device=logits.device)

    chosen = [histories[row] for row in rows]
    ids = column([history.ids for history in chosen], torch.int64)
    generated = column([history.generated for history in chosen], logits.dtype)
    seen = column([history.seen for history in chosen], torch.bool)
    bias = column([history.bias for history in chosen], logits.dtype).clamp(-LARGEST, LARGEST)
    settings = torch.tensor(
        [(h.sampling.repetition_penalty, h.sampling.frequency_penalty, h.sampling.presence_penalty) for h in chosen],
        dtype=logits.dtype,
        device=logits.device,
    )
    repetition, frequency, presence = settings.clamp(-LARGEST, LARGEST).T[:, :, None]
    repetition = repetition.clamp(min=1 / LARGEST)
    places = (torch.tensor(rows, device=logits.device)[:, None], ids)
    own = logits[places]
    values = torch.where(seen, torch.where(own < 0, own * repetition, own / repetition), own)
    values = values - frequency * generated - presence * (generated > 0) + bias
    return logits.index_put(places, torch.where(own.isneginf(), own, values.clamp(-FINITE, FINITE)))


@dataclass(frozen=True, slots=True)
class SamplingControls:
    """The rows' settings as columns, `[rows, 1]`, and by row number which rows ask for which filter."""

    temperature: Tensor
    top_k: Tensor
    top_p: Tensor
    min_p: Tensor
    with_top_k: tuple[int, ...]
    with_top_p: tuple[int, ...]
    with_min_p: tuple[int, ...]
    greedy: tuple[int, ...]
    random: tuple[int, ...]

    @classmethod
    def of(cls, samplings: Sequence[Sampling], device: torch.device | str = "cpu") -> "SamplingControls":
        def column(values: Sequence[float], dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.tensor(values, dtype=dtype, device=device)[:, None]

        def where(asked: Sequence[bool]) -> tuple[int, ...]:
            return tuple(row for row, yes in enumerate(asked) if yes)

        return cls(
            temperature=column([s.temperature or 1.0 for s in samplings]).clamp(SMALLEST, LARGEST),
            top_k=column([s.top_k for s in samplings], torch.int64),
            top_p=column([s.top_p for s in samplings]),
            min_p=column([s.min_p for s in samplings]),
            with_top_k=where([s.top_k > 0 for s in samplings]),
            with_top_p=where([s.top_p < 1 for s in samplings]),
            with_min_p=where([s.min_p > 0 for s in samplings]),
            greedy=where([s.temperature == 0 for s in samplings]),
            random=where([s.temperature > 0 for s in samplings]),
        )


def distribution(logits: Tensor, controls: SamplingControls) -> Tensor:
    """Probabilities after temperature, top-k, top-p and min-p; each row sums to 1.

    A row at temperature 0 has it all on its likeliest token, and the smaller the temperature the nearer a row is to
    that: only differences to the best are divided, so what overflows has no probability.
    """
    logits = (logits - logits.amax(-1, keepdim=True)) / controls.temperature
    if rows := list(controls.with_top_k):
        wanted = controls.top_k[rows].clamp(max=logits.shape[1])
        best = logits[rows].topk(int(wanted.max())).values
        logits = logits.index_put(
            (torch.tensor(rows, device=logits.device),),
            logits[rows].masked_fill(logits[rows] < best.gather(1, wanted - 1), -torch.inf),
        )
    probabilities = logits.softmax(-1)
    for row in controls.with_top_p:
        probabilities[row] = _nucleus(probabilities[row], float(controls.top_p[row]))
    if rows := list(controls.with_min_p):
        kept = probabilities[rows]
        probabilities[rows] = kept * (kept >= controls.min_p[rows] * kept.max(-1, keepdim=True).values)
    if rows := sorted({*controls.with_top_p, *controls.with_min_p}):
        probabilities[rows] /= probabilities[rows].sum(-1, keepdim=True)
    if rows := list(controls.greedy):
        best = logits[rows].argmax(-1)
        probabilities[rows] = functional.one_hot(best, logits.shape[1]).to(probabilities.dtype)
    return probabilities


def _nucleus(probabilities: Tensor, p: float) -> Tensor:
    """One row with everything outside the smallest set that reaches `p` set to zero; of equals the lower id stays."""
    # All tokens below (1 - p) / n together weigh at most 1 - p, so the nucleus is among the others: few to sort. Half
    # of it, as of equals each may be a rounding below 1 / n.
    (ids,) = torch.where(probabilities >= (1 - p) / len(probabilities) / 2)
    best, order = probabilities[ids].sort(descending=True, stable=True)
    inside = best.cumsum(-1) - best < p
    inside[0] = True
    return torch.zeros_like(probabilities).index_copy_(0, ids[order], best * inside)


def random_stream(seed: int, sample: int) -> random.Random:
    """The uniform numbers of one sample: they depend on its seed and its number, on nothing else."""
    return random.Random(f"{seed}/{sample}")


def draw_tokens(probabilities: Tensor, uniforms: Sequence[tuple[float, float]]) -> Tensor:
    """Token ids `[rows]` by inverse transform sampling, with two uniform numbers from [0, 1) a row.

    The first finds a block of neighbouring tokens and the second a token in it. One number among the running sums
    of a whole vocabulary would let the rounding of likely tokens decide between unlikely ones, and the other rows of
    the batch change that rounding.
    """
    rows, size = probabilities.shape
    padded = functional.pad(probabilities, (0, -size % BLOCK)) if size % BLOCK else probabilities  # it would copy
    blocks = padded.view(rows, -1, BLOCK)
    block = _inverse(blocks.sum(-1), [first for first, _ in uniforms])
    within = _inverse(blocks[torch.arange(rows, device=block.device), block], [second for _, second in uniforms])
    return block * BLOCK + within


def _inverse(weights: Tensor, uniforms: Sequence[float]) -> Tensor:
    """Per row of `[rows, choices]` the choice at that part of the row's sum."""
    exact = torch.float32 if weights.device.type == "mps" else torch.float64
    cumulative = weights.cumsum(-1, dtype=exact)
    total = cumulative[:, -1:]
    points = torch.tensor(uniforms, dtype=exact, device=weights.device)[:, None] * total
    points = torch.minimum(points, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(cumulative, points, right=True)[:, 0]


def next_tokens(
    logits: Tensor, histories: Sequence[History], controls: SamplingControls, streams: Sequence[random.Random]
) -> Tensor:
    """The next token of every row, `[rows]`. Rows at temperature 0 take the likeliest and draw no number."""
    return tokens_at(logits, histories, controls, uniform_pairs(controls, streams))


def uniform_pairs(controls: SamplingControls, streams: Sequence[random.Random]) -> list[tuple[float, float]]:
    """The numbers that the rows' next tokens are drawn with; a row at temperature 0 takes none of its stream."""
    drawn = set(controls.random)
    return [uniform_pair(stream) if row in drawn else (0.0, 0.0) for row, stream in enumerate(streams)]


def tokens_at(
    logits: Tensor, histories: Sequence[History], controls: SamplingControls, uniforms: Sequence[tuple[float, float]]
) -> Tensor:
    """The next token of every row, `[rows]`, with these numbers."""
    logits = penalise(logits, histories)
    return draw_tokens(distribution(logits, controls), uniforms) if controls.random else logits.argmax(-1)


def uniform_pair(stream: random.Random) -> tuple[float, float]:
    """What one draw takes from a random stream."""
    return stream.random(), stream.random()
