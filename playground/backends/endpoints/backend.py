"""A model that a server elsewhere runs, behind `Backend`."""

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from playground.backends.base import Capabilities, NextToken, Request
from playground.backends.endpoints.dialect import Dialect, body, most_bytes
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.limits import Gate
from playground.backends.endpoints.models import load_adapter, unload_adapter
from playground.backends.endpoints.providers import Price
from playground.backends.endpoints.reading.answer import Answer, prompt_estimate
from playground.backends.endpoints.reading.sse import AnswerBody, of_the_protocol
from playground.backends.endpoints.retry import Retry
from playground.backends.endpoints.stream import News, Stream
from playground.backends.endpoints.wire import wire
from playground.errors import EndpointFailed, NotSupported
from playground.types import Message, Progress, Token

CHAT = "/chat/completions"
GRACE = 0.2  # seconds for a server to say what an answer cost after it met a stop string; then it is cut off
UNSEEN = "runs elsewhere, and its server gives no probabilities of given words; choose a local model."


@dataclass(frozen=True, kw_only=True)
class EndpointBackend:
    """`model` is the server's name for it. `adapters` maps names of adapters to the models they are served as;
    the server loaded those in `loaded` for us.

    All calls to one endpoint pass one `gate`.
    """

    endpoint: Endpoint
    model: str
    capabilities: Capabilities
    dialect: Dialect = Dialect()
    gate: Gate
    price: Price | None = None
    retry: Retry = Retry()
    adapters: dict[str, str] = field(default_factory=dict)
    loaded: set[str] = field(default_factory=set)

    def stream(self, request: Request) -> Stream:
        """Samples that the server cannot draw together are asked for side by side. Raises NotSupported at once."""
        if request.adapter and request.adapter not in self.adapters:
            raise NotSupported(f"{self.endpoint.name} serves no adapter named {request.adapter!a} of this model.")
        if request.adapter and request.scale != 1.0:
            raise NotSupported(f"`scale` is {request.scale}; a served adapter always has its full strength, 1.")
        stream = Stream()
        stream.work = wire().submit(self._work(request, stream.news.put))
        return stream

    def count_tokens(self, messages: tuple[Message, ...], prefix: str = "") -> int:
        """About as many, at four characters a token: only the server has the tokenizer."""
        return prompt_estimate(Request(messages=messages, prefix=prefix))

    def prompt_text(self, messages: tuple[Message, ...], prefix: str = "") -> str:
        """The messages as they are sent: the server puts them into the model's template out of sight."""
        return "\n".join([*(f"{m.role}: {m.content}" for m in messages), f"assistant: {prefix}"])

    def next_token(
        self,
        messages: tuple[Message, ...],
        prefix: str = "",
        adapter: str = "",
        scale: float = 1.0,
        visitor: str = "",
    ) -> NextToken:
        raise NotSupported(f"{self.model} {UNSEEN}")

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        raise NotSupported(f"{self.model} {UNSEEN}")

    def attach(self, name: str, served: str) -> None:
        """Let requests name the adapter that the server has under `served`."""
        self.adapters[name] = served

    def load(self, name: str, path: str) -> Generator[Progress, None, None]:
        """Have the server load an adapter from a folder that it sees. Raises EndpointFailed."""
        yield from wire().follow(lambda _: load_adapter(self.endpoint, name, path))
        self.attach(name, name)
        self.loaded.add(name)

    def detach(self, name: str) -> None:
        """Have no request name it any more. The server gives up what it loaded for us. Raises EndpointFailed."""
        if name in self.loaded:
            wire().submit(unload_adapter(self.endpoint, name)).result()
            self.loaded.discard(name)
        self.adapters.pop(name, None)

    async def _work(self, request: Request, tell: Callable[[News], None]) -> None:
        """All calls of one request. What goes wrong is told to whoever iterates, not to the event loop."""
        together = request.n if self.capabilities.samples else 1
        calls = [
            asyncio.create_task(self._call(_part(request, first), together, first, tell))
            for first in range(0, request.n, together)
        ]
        try:
            await asyncio.gather(*calls)
            tell(None)
        except Exception as error:
            tell(error)
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def _call(self, request: Request, n: int, first: int, tell: Callable[[News], None]) -> None:
        started = time.monotonic()
        answer = self._answer(request, n, first)

        async def attempt() -> None:
            nonlocal answer
            answer = self._answer(request, n, first)  # a new one: of an attempt that came to nothing, nothing stays
            await self._attempt(request, n, answer, started, tell)

        try:
            async with self.gate.call(tell):
                await self.retry.over(attempt, lambda: answer.begun, tell)
        except EndpointFailed:
            tell(answer.rest(time.monotonic() - started))
            raise
        tell(answer.finish(time.monotonic() - started))
        if failure := answer.failure:
            raise failure

    def _answer(self, request: Request, n: int, first: int) -> Answer:
        return Answer(
            request, n, first, self.model, self.endpoint.name, self.price, prompt_estimate(request),
            echo=request.prefix + request.begun if self.dialect.prefix == "prefix" else "",
        )  # fmt: skip

    async def _attempt(
        self, request: Request, n: int, answer: Answer, started: float, tell: Callable[[News], None]
    ) -> None:
        fields = body(self.adapters.get(request.adapter, self.model), request, n, self.capabilities, self.dialect)
        await self.gate.turn(tell)
        async with wire().ask(self.endpoint, "POST", CHAT, fields) as response:
            comes = AnswerBody(self.endpoint, response, most_bytes(request, n))
            try:
                async with asyncio.timeout(None) as patience, aclosing(comes.chunks()) as parts:
                    async for found in parts:
                        try:
                            with of_the_protocol(self.endpoint):
                                for chunk in found:
                                    answer.add(chunk)
                        finally:  # what came before something that is wrong is kept
                            tell(answer.deltas(time.monotonic() - started))
                        if answer.cut and patience.when() is None:
                            patience.reschedule(asyncio.get_running_loop().time() + GRACE)
            except TimeoutError:
                if not patience.expired():
                    raise
        if not answer.seen:
            raise EndpointFailed(f"{self.endpoint.name} sent an answer with nothing in it: no choices.")
        if comes.done:
            answer.complete()
        if not answer.ended:
            raise EndpointFailed(f"{self.endpoint.name} ended its answer before it was complete.", passing=True)
        if not answer.begun and (failure := answer.failure) and failure.passing:
            raise failure


def _part(request: Request, first: int) -> Request:
    """A call that stands alone among others of its kind has a random stream unlike theirs."""
    seed = request.sampling.seed
    moved = None if seed is None else (seed + first) % 2**32
    return replace(request, sampling=replace(request.sampling, seed=moved))
