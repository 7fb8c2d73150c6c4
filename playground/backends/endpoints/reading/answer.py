"""Turns chunks of the chat completions protocol into deltas with text, tokens and cost."""

from typing import Any

from playground.backends.base import Request
from playground.backends.endpoints.dialect import estimate_tokens
from playground.backends.endpoints.failures import TRY_OTHERWISE
from playground.backends.endpoints.payloads import Chunk
from playground.backends.endpoints.providers import Price
from playground.backends.endpoints.reading.sample import AnswerSample
from playground.backends.endpoints.reading.token_counts import read_count, read_usage, split_total
from playground.backends.stop_strings import StopFilter
from playground.errors import AnswerWithheld, EndpointFailed
from playground.types import Delta, FinishReason, Origin, Usage

FINISH_REASONS: dict[str | None, FinishReason | None] = {"stop": "stop", "length": "length", "refused": "refused"}
MAX_MODEL_NAME = 200  # characters of the name that a server gives its model in an answer


class EndpointAnswer:
    """What comes back for one request: `n` samples, of which the first is number `first` for whoever asked."""

    def __init__(
        self,
        request: Request,
        n: int,
        first: int,
        model: str,
        endpoint_name: str,
        price: Price | None,
        prompt_tokens: int,
        echo: str,
    ) -> None:
        self._offered = any(message.functions for message in request.messages)
        self._samples = [AnswerSample(StopFilter(request.sampling.stop), self._offered, echo) for _ in range(n)]
        self._first = first
        self._max_tokens = request.sampling.max_tokens
        self._price = price
        self._prompt_tokens = prompt_tokens
        self._usage: dict[str, Any] = {}
        self._model, self._endpoint_name = model, endpoint_name
        self._adapter = request.adapter
        self.has_begun = False  # something of an answer has come

    def add(self, chunk: Chunk) -> None:
        """Raises KeyError, ValueError, TypeError or AttributeError on what is not of the protocol."""
        model = chunk.get("model")
        if isinstance(model, str) and model:
            self._model = "".join(c if c.isprintable() else "\ufffd" for c in model[:MAX_MODEL_NAME])
        self._usage = self._usage | read_usage(chunk)
        for choice in chunk.get("choices") or ():
            if choice is None:
                continue
            index = int(choice.get("index") or 0)  # a few servers write it as text
            if 0 <= index < len(self._samples):
                self._samples[index].add(choice)
                self.has_begun = self.has_begun or self._samples[index].size > 0

    @property
    def all_stopped(self) -> bool:
        """Every sample has met a stop string: nothing that still comes is of use."""
        return all(sample.stops.stopped for sample in self._samples)

    @property
    def all_ended(self) -> bool:
        """Every sample was told to be over."""
        return all(sample.ending for sample in self._samples)

    @property
    def samples_begun(self) -> int:
        """Samples of which anything has come."""
        return sum(1 for sample in self._samples if sample.character_count or sample.ending or sample.calls_tool)

    @property
    def failure(self) -> EndpointFailed | None:
        """What keeps a sample from being an answer of the model's: it was broken off, or withheld by the server."""
        for sample in self._samples:
            word = f" ({sample.reason})" if sample.reason else ""
            if sample.ending == "broken":
                return EndpointFailed(
                    f"{self._endpoint_name} broke off its answer{word}. Try again later.", is_transient=True
                )
            if sample.ending == "refused":
                return AnswerWithheld(
                    f"{self._endpoint_name} withheld the answer or a part of it{word}. {TRY_OTHERWISE}"
                )
            if sample.calls_tool and not sample.has_text and not self._offered:
                return EndpointFailed(
                    f"{self._endpoint_name} answered with the call of a tool and no text, but no tools are offered "
                    f"here. {TRY_OTHERWISE}"
                )
        return None

    def mark_complete(self) -> None:
        """The server said that all of it came: what has begun has ended, at the limit if that was reached."""
        known = read_count(self._usage, "completion_tokens", "output_tokens")
        for sample in self._samples:
            if sample.ending is None and (sample.character_count or sample.calls_tool):
                used = known if known is not None and len(self._samples) == 1 else sample.token_count
                sample.ending = "refused" if sample.is_refusal else "length" if used >= self._max_tokens else "stop"

    def new_deltas(self, seconds: float) -> list[Delta]:
        """What is new since the last time."""
        deltas = []
        for i, sample in enumerate(self._samples):
            if sample.text or sample.reasoning or sample.tokens:
                deltas.append(self._delta(i, sample, seconds, self._estimate(sample)))
        return deltas

    def remaining_deltas(self, seconds: float) -> list[Delta]:
        """What was held back, of an answer that will not be complete."""
        for sample in self._samples:
            sample.finish()
        return self.new_deltas(seconds)

    def final_deltas(self, seconds: float) -> list[Delta]:
        """The last deltas, with how each sample ended and what was used, by the server's count if it gave one."""
        for sample in self._samples:
            sample.finish()
        usages = self._usages()
        return [
            self._delta(i, sample, seconds, usages[i], FINISH_REASONS.get(sample.ending))
            for i, sample in enumerate(self._samples)
        ]

    def _delta(
        self, i: int, sample: AnswerSample, seconds: float, usage: Usage, ending: FinishReason | None = None
    ) -> Delta:
        origin = (
            None
            if sample.has_delta
            else Origin(weights=f"{self._model} @ {self._endpoint_name}", adapter=self._adapter)
        )
        delta = Delta(
            index=self._first + i, text=sample.text, tokens=tuple(sample.tokens), reasoning=sample.reasoning,
            seconds=seconds, finish_reason=ending, origin=origin, usage=usage,
            prompt_tokens=None if sample.has_delta else usage.prompt_tokens,
        )  # fmt: skip
        sample.text, sample.reasoning, sample.tokens, sample.has_delta = "", "", [], True
        return delta

    def _estimate(self, sample: AnswerSample) -> Usage:
        return Usage(prompt_tokens=self._prompt_tokens, completion_tokens=sample.size, estimated=True)

    def _usages(self) -> list[Usage]:
        """Of each sample. A server counts them together; each gets the part that its length is of all.

        A count of 0 for what has words is none.
        """
        sizes = [sample.size for sample in self._samples]
        prompt = read_count(self._usage, "prompt_tokens", "input_tokens")
        total = read_count(self._usage, "completion_tokens", "output_tokens")
        if total == 0 and any(sizes):
            total = None
        counts = sizes if total is None else split_total(total, sizes)
        known, sent = bool(prompt) and total is not None, prompt or self._prompt_tokens
        costs = [
            self._price.cost(0, made) + self._price.cost(sent, 0) / len(counts) if self._price else None
            for made in counts
        ]
        return [
            Usage(prompt_tokens=sent, completion_tokens=made, estimated=not known, cost=cost)
            for made, cost in zip(counts, costs, strict=True)
        ]


def estimate_prompt(request: Request) -> int:
    """About how long the prompt is: its texts, and four tokens around each message."""
    texts = [*(m.content for m in request.messages), request.prefill + request.generated_text]
    return sum(estimate_tokens(text) for text in texts) + 4 * len(request.messages)
