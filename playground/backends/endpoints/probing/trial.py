"""Asks a model short questions to see what a setting does."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from playground.backends.endpoints.backend import CHAT_PATH
from playground.backends.endpoints.choice_text import read_choice
from playground.backends.endpoints.dialect import MARGIN, Dialect, begin_turn
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.http_client import ReportProgress, http_client
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.reading.sse import AnswerBody, protocol_errors
from playground.backends.endpoints.reading.token_counts import read_usage
from playground.backends.endpoints.reading.token_entries import read_token_entries
from playground.backends.endpoints.retry import Retry
from playground.errors import EndpointFailed
from playground.types import Progress

POEM = "Write a short poem about the rain."
ANSWER_TOKENS = 16  # tokens of an answer, unless the server refuses so low a limit
UNRELATED_STATUSES = (401, 403, 404, 429)  # answers that have nothing to do with the setting that was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came: one text for each sample, whether tokens came with log-probabilities, and in how many `parts`;
    whether it `calls` a function.

    `error` is what the server said instead.
    """

    texts: tuple[str, ...] = ()
    logprobs: bool = False
    usage: bool = False
    parts: int = 0
    calls: bool = False
    error: str = ""

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""

    def resembles(self, other: "Reply") -> bool:
        """The same words for the most part: arithmetic on a busy GPU does not repeat to the last token."""
        a, b = self.text, other.text
        same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        return same > 0.6 * max(len(a), len(b))


@dataclass(frozen=True, slots=True)
class Trial:
    """Asks one model of one endpoint, in its dialect, for answers of at most `length` tokens; `report` hears how long
    it waits before it asks again."""

    endpoint: Endpoint
    model: str
    gate: CallGate
    dialect: Dialect
    report: ReportProgress
    length: int = ANSWER_TOKENS

    async def ask(
        self, prompt: str = POEM, before: Sequence[dict[str, Any]] = (), answer_start: str = "", **fields: Any
    ) -> Reply:
        """The reply to a prompt with these settings; one with an `error` where the server refuses them.

        Raises EndpointFailed for whatever else goes wrong.
        """
        has_settings = bool(fields)
        messages = [*before, {"role": "user", "content": prompt}]
        if answer_start:
            fields |= begin_turn(messages, answer_start, self.dialect)
            has_settings = True
        body = {
            "model": self.model,
            "messages": messages,
            "stream": True,
            self.dialect.limit_field: self.length,
            **fields,
        }
        if self.dialect.usage:
            body["stream_options"] = {"include_usage": True}
        try:
            async with self.gate.call_slot(_ignore_progress):
                return await Retry().run(
                    _limit_attempts(lambda: self._ask_once(body), has_settings), lambda: False, self.report
                )
        except EndpointFailed as error:
            # A model that answers without a setting and not with it refuses it, whatever it calls that.
            if error.status in (400, 422) or (has_settings and error.status not in UNRELATED_STATUSES):
                return Reply(error=str(error))
            raise

    async def _ask_once(self, body: dict[str, Any]) -> Reply:
        texts: dict[int, str] = {}
        reply = Reply()
        await self.gate.wait_for_turn(self.report)
        async with (
            http_client().ask(self.endpoint, "POST", CHAT_PATH, body) as answer,
            aclosing(AnswerBody(self.endpoint, answer, MARGIN).chunks()) as parts,
        ):
            async for found in parts:
                with protocol_errors(self.endpoint):
                    for chunk in found:
                        reply = replace(reply, usage=reply.usage or bool(read_usage(chunk)))
                        for choice in filter(None, chunk.get("choices") or ()):
                            reply = _add_choice(reply, choice, texts)
        if not texts:
            raise EndpointFailed(f"{self.endpoint.name} sent an answer with nothing in it: no choices.")
        return replace(reply, texts=tuple(texts[i] for i in sorted(texts)))


def _add_choice(reply: Reply, choice: dict[str, Any], texts: dict[int, str]) -> Reply:
    """The reply with what this choice adds; its words go to the text of its number."""
    spoken, index = read_choice(choice), choice.get("index") or 0
    said = spoken.reasoning + spoken.text + spoken.refusal
    texts[index] = texts.get(index, "") + said
    tokens, _ = read_token_entries(choice.get("logprobs"))
    logprobs = any(token.top for token in tokens)
    return replace(
        reply,
        parts=reply.parts + bool(said),
        logprobs=reply.logprobs or logprobs,
        calls=reply.calls or bool(spoken.calls),
    )


def _limit_attempts(once: Callable[[], Awaitable[Reply]], has_settings: bool) -> Callable[[], Awaitable[Reply]]:
    """One attempt after the other. What a setting makes fail inside the server twice is not waited for longer."""
    failures = 0

    async def attempt() -> Reply:
        nonlocal failures
        try:
            return await once()
        except EndpointFailed as error:
            failures += error.status == 500
            if has_settings and failures > 1:
                raise EndpointFailed(str(error), status=error.status) from None
            raise

    return attempt


def _ignore_progress(progress: Progress) -> None:
    """The calls before it are questions of the same kind: how many of them were answered is told."""
