"""The model in several precisions, asked for what the benchmarks measure."""

import copy
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.files.loading import load
from playground.backends.local.files.packaged_model import fetch_converted
from playground.backends.local.forward.precision import Precision, prepare
from playground.backends.local.weights.threads import with_all_threads
from playground.settings import Settings
from playground.types import Delta, Message, Sampling

T = TypeVar("T")
TOKENS = 48
TEXT = """The lighthouse keeper climbed the stairs every evening at the same hour. He carried a small lamp, a loaf of
bread and a book that he had read many times. From the top he could see the harbour, the fishing boats coming home,
and on clear nights the lights of the town across the bay. He wrote down the weather, the ships and the birds. When a
storm came he stayed awake until morning, because a lamp that goes out for a minute can cost a ship. In the spring a
young woman came to learn his trade. She asked why he wrote everything down, and he said that memory is a poor sailor:
it follows the wind. After a year she knew every sound of the tower, and he moved to the village, where he complained
that the nights had become too quiet to sleep."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; `good` says on which side of `goal` the ratio should be."""

    what: str
    ratio: float
    goal: float
    good: str
    detail: str

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.good == "at least" else self.ratio <= self.goal


class Bench:
    """The default model in several precisions, and as transformers runs it."""

    def __init__(self, repeats: int) -> None:
        self.repeats = repeats
        self._number = 0
        settings = Settings.from_environment()
        self.model, self.tokenizer = by_itself(lambda: load(fetch_converted(settings.cache, lambda _: None)))
        self.backends: dict[str, LocalBackend] = {}

    def backend(self, precision: Precision) -> LocalBackend:
        if precision not in self.backends:
            self.backends[precision] = by_itself(lambda: self._made(precision))
        return self.backends[precision]

    def _made(self, precision: Precision) -> LocalBackend:
        return LocalBackend(prepare(copy.deepcopy(self.model), precision), self.tokenizer)

    def fresh(self, subject: str = "a lighthouse") -> str:
        """A prompt that no run has seen before, so that nothing but its template is reused."""
        self._number += 1
        return f"{self._number}: write a long story about {subject} and {self._number} travellers."

    def stream(self, precision: Precision, text: str, n: int = 1, **sampling: Any) -> Any:
        settings = Sampling(**{"temperature": 0.8, "max_tokens": TOKENS, **sampling})
        return self.backend(precision).stream(Request(messages=(Message("user", text),), n=n, sampling=settings))

    def ours(self, precision: Precision, n: int) -> float:
        """Tokens per second of `n` samples, prompt included."""
        start = time.perf_counter()
        count = sum(len(delta.tokens) for delta in deltas(self.stream(precision, self.fresh(), n)))
        return count / (time.perf_counter() - start)

    def generate(self, n: int, model: Any = None, **options: Any) -> float:
        """Tokens per second of `model.generate` in bfloat16 with batch `n`, prompt included."""
        turns = [{"role": "user", "content": self.fresh()}]
        prompt = self.tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=False
        ).expand(n, -1)

        def generated() -> float:
            start = time.perf_counter()
            output = (model or self.model).generate(
                input_ids=prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=TOKENS,
                do_sample=True,
                top_k=0,
                temperature=0.8,
                **options,
            )
            count = int((output[:, prompt.shape[1] :] != self.tokenizer.pad_token_id).sum())
            return count / (time.perf_counter() - start)

        return by_itself(generated)

    def first(self, precision: Precision, text: str) -> float:
        """Seconds from submission to the first token."""
        stream = self.stream(precision, text)
        seconds: float = next(deltas(stream)).seconds
        stream.close()
        return seconds

    def compare(self, one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
        """Medians of two measurements taken in turn."""
        one(), other()
        pairs = [(one(), other()) for _ in range(self.repeats)]
        return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def by_itself(work: Callable[[], T]) -> T:
    """`work` with all cores and, as in a process of its own, with nobody else's threads about."""
    while any(thread.name == "decode" for thread in threading.enumerate()):  # they end when idle
        time.sleep(0.02)
    return with_all_threads(work)


def deltas(stream: Any) -> Iterator[Delta]:
    return (event for event in stream if isinstance(event, Delta))
