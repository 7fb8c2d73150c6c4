"""Best of n: a model answers a prompt several times, and a reward model says which answer is shown.

The other way to what is preferred, without training what answers (Stiennon et al. 2020, arXiv 2009.01325): it costs n
answers each time, where DPO costs a training once.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import ModelUnavailable
from playground.finetuning.heads.rows import judged
from playground.types import Delta, Message, Sampling, Weights

MAX_TOKENS = 80  # of an answer
LIKELIEST = Sampling(temperature=0, max_tokens=MAX_TOKENS)
SURE = 1e-7  # the reward of a probability that is 0 or 1 in float32 would be infinite


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAnswer:
    """An answer and its reward, in nats: its difference between two answers says how much likelier one is preferred."""

    text: str
    reward: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfN:
    """`likeliest` is what the model answers without chance, `drawn` are the answers of which the best is taken, the
    best first, and `tuned` is what other weights answer without chance, if any were named."""

    likeliest: JudgedAnswer
    drawn: tuple[JudgedAnswer, ...]
    tuned: JudgedAnswer | None = None

    def expected_best(self, count: int) -> float:
        """The mean reward of the best of so many of the answers that were drawn."""
        total = len(self.drawn)
        # The answer at a place, counted from the best, is the best of those drawn in this share of all draws.
        return sum(
            one.reward * math.comb(total - 1 - place, count - 1) / math.comb(total, count)
            for place, one in enumerate(self.drawn)
        )


def strayed(count: int) -> float:
    """How far at most the best of so many is from the model, as a Kullback-Leibler divergence in nats."""
    return math.log(count) - (count - 1) / count


def best_of_n(
    catalog: Catalog, weights: Weights, tuned: Weights | None, reward: str, prompt: str, count: int, seed: int
) -> Iterator[str | BestOfN]:
    """What is done meanwhile, in words, and at last what was found. All models are loaded already. Closing stops it."""
    by_chance = Sampling(temperature=1, max_tokens=MAX_TOKENS, seed=seed)
    (likeliest,) = yield from _answers("Answering without chance", catalog, weights, prompt, LIKELIEST, 1)
    drawn = yield from _answers(f"Drawing {count} answers", catalog, weights, prompt, by_chance, count)
    others: Sequence[str] = ()
    if tuned is not None:
        others = yield from _answers("Answering as tuned", catalog, tuned, prompt, LIKELIEST, 1)
    marks = []
    for text in (likeliest, *drawn, *others):
        yield "Judging the answers."
        marks.append(judge_answer(catalog, reward, prompt, text))
    yield BestOfN(
        likeliest=marks[0],
        drawn=tuple(sorted(marks[1 : count + 1], key=lambda one: -one.reward)),
        tuned=marks[count + 1] if others else None,
    )


def _answers(
    words: str, catalog: Catalog, weights: Weights, prompt: str, sampling: Sampling, count: int
) -> Generator[str, None, list[str]]:
    """The answers; meanwhile `words` now and then, so that it can be closed."""
    with catalog.keep_loaded(weights.model, weights.adapter):
        backend = catalog.loaded_backend(weights.model)
        if backend is None:
            raise ModelUnavailable(f"The model {weights.model!a} is not loaded any more; begin again.")
        texts = [""] * count
        stream = backend.stream(
            Request(
                messages=(Message("user", prompt),),
                n=count,
                sampling=sampling,
                model=weights.model,
                adapter=weights.adapter,
                scale=weights.scale,
                visitor=catalog.visitor,
            )
        )
        try:
            for news in stream:
                yield f"{words}."
                if isinstance(news, Delta):
                    texts[news.index] += news.text
        finally:
            stream.close()
    return [text.strip() for text in texts]


def judge_answer(catalog: Catalog, model: str, prompt: str, answer: str) -> JudgedAnswer:
    """An answer with its reward: the logit of the one label that a reward model has."""
    with catalog.keep_loaded(model):
        backend = catalog.loaded_backend(model)
        if backend is None:
            raise ModelUnavailable(f"The reward model {model!a} is not loaded any more; begin again.")
        news = list(backend.stream(Request(messages=(Message("user", judged(prompt, answer)),), model=model)))
    (finding,) = next(delta.findings for delta in news if isinstance(delta, Delta) and delta.findings)
    sure = min(max(finding.probability, SURE), 1 - SURE)
    return JudgedAnswer(text=answer, reward=math.log(sure / (1 - sure)))
