"""Writes a run as the protocol has it: one completion, or the chunks of a stream."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.serving.requests import ChatRequest
from playground.serving.tools import certain_text, split_calls
from playground.types import Alternative, Completion, FinishReason, Run, Step, Token

LOST = "\ufffd"  # stands for bytes that are no whole character
ENDINGS: dict[FinishReason | None, str] = {"stop": "stop", "length": "length", "refused": "content_filter"}


@dataclass
class SentSoFar:
    """How much of one choice has been sent."""

    text: int = 0
    reasoning: int = 0
    tokens: int = 0
    has_begun: bool = False
    has_ended: bool = False


@dataclass
class Answering:
    """The answer to one request while its run grows."""

    request: ChatRequest
    by_technique: bool
    created: int
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    _sent: dict[int, SentSoFar] = field(default_factory=dict)

    def whole(self, run: Run) -> dict[str, Any]:
        """All of it at once."""
        choices = []
        for index, completion in enumerate(self._completions(run)):
            text, calls = self._split(completion)
            message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
            if calls:
                message |= {
                    "content": text or None,
                    "tool_calls": [{k: v for k, v in c.items() if k != "index"} for c in calls],
                }
            if completion.reasoning:
                message["reasoning_content"] = completion.reasoning
            choices.append(
                {
                    "index": index,
                    "message": message,
                    "logprobs": self._logprobs(completion.tokens),
                    "finish_reason": "tool_calls" if calls else ENDINGS[completion.finish_reason],
                }
            )
        return {**self._head("chat.completion"), "choices": choices, "usage": _usage(run)}

    def chunks(self, run: Run) -> Iterator[dict[str, Any]]:
        """What is new of it since the last time."""
        for index, completion in enumerate(self._completions(run)):
            sent = self._sent.setdefault(index, SentSoFar())
            certain, calls = self._split(completion)
            text, thought = certain[sent.text :], completion.reasoning[sent.reasoning :]
            tokens = completion.tokens[sent.tokens :]
            sent.text, sent.reasoning = max(sent.text, len(certain)), len(completion.reasoning)
            sent.tokens = len(completion.tokens)
            if not sent.has_begun and (text or thought or tokens or completion.finish_reason):
                sent.has_begun = True
                yield self._chunk(index, {"role": "assistant", "content": ""})
            if thought:
                yield self._chunk(index, {"reasoning_content": thought})
            if text or (tokens and self.request.logprobs):
                yield self._chunk(index, {"content": text}, tokens)
            if (ending := ENDINGS.get(completion.finish_reason)) and not sent.has_ended:
                sent.has_ended = True
                yield self._chunk(
                    index, {"tool_calls": calls} if calls else {}, ending="tool_calls" if calls else ending
                )
        if run.status == "done" and self.request.counts_tokens:
            yield {**self._head("chat.completion.chunk"), "choices": [], "usage": _usage(run)}

    def _split(self, completion: Completion) -> tuple[str, list[dict[str, Any]]]:
        """The words of an answer so far, and once it is over the calls of functions in it, if some were offered."""
        is_over = completion.finish_reason is not None
        if self.by_technique or not any(message.functions for message in self.request.messages):
            return completion.text, []
        return split_calls(completion.text) if is_over else (certain_text(completion.text), [])

    def _completions(self, run: Run) -> tuple[Completion, ...]:
        """The choices so far: the samples of the one request, or what a technique answers after its steps."""
        if not self.by_technique:
            return run.steps[0].completions if run.steps else ()
        is_over = run.status == "done"
        how = f"{run.how}\n" if is_over and run.how else ""
        return (
            Completion(
                text=run.answer if is_over else "",
                reasoning=_describe_steps(run) + how,
                finish_reason="stop" if is_over else None,
            ),
        )

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.request.model}

    def _chunk(
        self, index: int, delta: dict[str, Any], tokens: tuple[Token, ...] = (), ending: str | None = None
    ) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "logprobs": self._logprobs(tokens), "finish_reason": ending}
        chunk = {**self._head("chat.completion.chunk"), "choices": [choice]}
        return {**chunk, "usage": None} if self.request.counts_tokens else chunk

    def _logprobs(self, tokens: tuple[Token, ...]) -> dict[str, Any] | None:
        if not self.request.logprobs:
            return None
        content = [{**_entry(token), "top_logprobs": [_entry(other) for other in token.top]} for token in tokens]
        return {"content": content, "refusal": None}


def _entry(token: Token | Alternative) -> dict[str, Any]:
    bytes_of = None if LOST in token.text else list(token.text.encode("utf-8", "replace"))
    return {"token": token.text, "logprob": token.logprob, "bytes": bytes_of}


def _usage(run: Run) -> dict[str, int]:
    return {
        "prompt_tokens": run.prompt_tokens,
        "completion_tokens": run.completion_tokens,
        "total_tokens": run.prompt_tokens + run.completion_tokens,
    }


def _describe_steps(run: Run) -> str:
    """The steps that are over, in their order up to the first that is not: what was sent stays as it was sent."""
    texts = []
    for step in run.steps:
        if not step.completions or any(completion.finish_reason is None for completion in step.completions):
            break
        texts.append(_describe_step(step))
    return "".join(texts)


def _describe_step(step: Step) -> str:
    several = len(step.completions)
    titles = [f"{step.label}, {number} of {several}" for number in range(1, several + 1)]
    titles = titles if several > 1 else [step.label]
    outputs = [f"{step.prefix}{completion.text}".strip() for completion in step.completions]
    return "".join(f"{title}:\n{output}\n\n" for title, output in zip(titles, outputs, strict=True))
