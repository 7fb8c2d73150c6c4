"""The backend of a model behind an endpoint."""

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from playground.backends.base import Capabilities, NextToken, Request
from playground.backends.endpoints.dialect import Dialect, max_answer_bytes, request_body
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.http_client import http_client
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.models import load_adapter, unload_adapter
from playground.backends.endpoints.providers import Price
from playground.backends.endpoints.reading.answer import EndpointAnswer, estimate_prompt
from playground.backends.endpoints.reading.sse import AnswerBody, protocol_errors
from playground.backends.endpoints.retry import Retry
from playground.backends.endpoints.stream import EndpointStream, StreamEvent
from playground.errors import EndpointFailed, NotSupported
from playground.types import Message, Progress, Token

CHAT_PATH = "/chat/completions"
END_TIMEOUT = 0.2  # seconds for a server to say what an answer cost after it met a stop string; then it is cut off
NO_PROBABILITIES = "runs elsewhere, and its server gives no probabilities of given words; choose a local model."


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
    gate: CallGate
    price: Price | None = None
    retry: Retry = Retry()
    adapters: dict[str, str] = field(default_factory=dict)
    loaded_adapters: set[str] = field(default_factory=set)

    def stream(self, request: Request) -> EndpointStream:
        """Samples that the server cannot draw together are asked for side by side. Raises NotSupported at once."""
        if request.adapter and request.adapter not in self.adapters:
            raise NotSupported(f"{self.endpoint.name} serves no adapter named {request.adapter!a} of this model.")
        if request.adapter and request.scale != 1.0:
            rule = "a served adapter always has its full strength, 1."
            raise NotSupported(path=("scale",), value=request.scale, rule=rule)
        stream = EndpointStream()
        stream.work = http_client().submit(self._work(request, stream.events.put))
        return stream

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        """About as many, at four characters a token: only the server has the tokenizer."""
        return estimate_prompt(Request(messages=messages, prefill=prefill))

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        """The messages as they are sent: the server puts them into the model's template out of sight."""
        return "\n".join([*(f"{m.role}: {m.content}" for m in messages), f"assistant: {prefill}"])

    def next_token(self, request: Request) -> NextToken:
        raise NotSupported(f"{self.model} {NO_PROBABILITIES}")

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        raise NotSupported(f"{self.model} {NO_PROBABILITIES}")

    def attach(self, name: str, model: str) -> None:
        """Let requests name the adapter that the server has under `served`."""
        self.adapters[name] = model

    def load(self, name: str, path: str) -> Generator[Progress, None, None]:
        """Have the server load an adapter from a folder that it sees. Raises EndpointFailed."""
        yield from http_client().follow(lambda _: load_adapter(self.endpoint, name, path))
        self.attach(name, name)
        self.loaded_adapters.add(name)

    def detach(self, name: str) -> None:
        """Have no request name it any more. The server gives up what it loaded for us. Raises EndpointFailed."""
        if name in self.loaded_adapters:
            http_client().submit(unload_adapter(self.endpoint, name)).result()
            self.loaded_adapters.discard(name)
        self.adapters.pop(name, None)

    async def _work(self, request: Request, send: Callable[[StreamEvent], None]) -> None:
        """All calls of one request. What goes wrong is told to whoever iterates, not to the event loop."""
        together = request.n if self.capabilities.samples else 1
        calls = [
            asyncio.create_task(self._call(_with_own_seed(request, first), together, first, send))
            for first in range(0, request.n, together)
        ]
        try:
            await asyncio.gather(*calls)
            send(None)
        except Exception as error:
            send(error)
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def _call(self, request: Request, n: int, first: int, send: Callable[[StreamEvent], None]) -> None:
        started = time.monotonic()
        answer = self._answer(request, n, first)

        async def attempt() -> None:
            nonlocal answer
            answer = self._answer(request, n, first)  # a new one: of an attempt that came to nothing, nothing stays
            await self._attempt(request, n, answer, started, send)

        try:
            async with self.gate.call_slot(send):
                await self.retry.run(attempt, lambda: answer.has_begun, send)
        except EndpointFailed:
            send(answer.remaining_deltas(time.monotonic() - started))
            raise
        send(answer.final_deltas(time.monotonic() - started))
        if failure := answer.failure:
            raise failure

    def _answer(self, request: Request, n: int, first: int) -> EndpointAnswer:
        return EndpointAnswer(
            request, n, first, self.model, self.endpoint.name, self.price, estimate_prompt(request),
            echo=request.prefill + request.generated_text if self.dialect.prefill == "prefix" else "",
        )  # fmt: skip

    async def _attempt(
        self, request: Request, n: int, answer: EndpointAnswer, started: float, send: Callable[[StreamEvent], None]
    ) -> None:
        model = self.adapters.get(request.adapter, self.model)
        fields = request_body(model, request, n, self.capabilities, self.dialect)
        await self.gate.wait_for_turn(send)
        async with http_client().ask(self.endpoint, "POST", CHAT_PATH, fields) as response:
            body = AnswerBody(self.endpoint, response, max_answer_bytes(request, n))
            try:
                async with asyncio.timeout(None) as patience, aclosing(body.chunks()) as parts:
                    async for chunks in parts:
                        try:
                            with protocol_errors(self.endpoint):
                                for chunk in chunks:
                                    answer.add(chunk)
                        finally:  # what came before something that is wrong is kept
                            send(answer.new_deltas(time.monotonic() - started))
                        if answer.all_stopped and patience.when() is None:
                            patience.reschedule(asyncio.get_running_loop().time() + END_TIMEOUT)
            except TimeoutError:
                if not patience.expired():
                    raise
        if not answer.samples_begun:
            raise EndpointFailed(f"{self.endpoint.name} sent an answer with nothing in it: no choices.")
        if body.done:
            answer.mark_complete()
        if not answer.all_ended:
            raise EndpointFailed(f"{self.endpoint.name} ended its answer before it was complete.", is_transient=True)
        if not answer.has_begun and (failure := answer.failure) and failure.is_transient:
            raise failure


def _with_own_seed(request: Request, first: int) -> Request:
    """A call that stands alone among others of its kind has a random stream unlike theirs."""
    seed = request.sampling.seed
    moved = None if seed is None else (seed + first) % 2**32
    return replace(request, sampling=replace(request.sampling, seed=moved))
