"""What a model honours, found out by asking: some servers take a setting without an error and ignore it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from playground.backends.base import Capabilities
from playground.backends.endpoints.dialect import Dialect
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.limits import Gate
from playground.backends.endpoints.probing.checks import Check, Reference
from playground.backends.endpoints.probing.trial import LENGTH, Reply, Trial
from playground.backends.endpoints.providers import Limit, Prefix
from playground.backends.endpoints.wire import Tell
from playground.errors import EndpointFailed
from playground.parameters import parameters
from playground.types import Progress, Sampling

WITHIN = 120.0  # seconds for all questions that are asked at once: a laptop needs them
ALWAYS = {"max_tokens", "stop"}  # part of the protocol since its first day; where stop is not honoured, it is cut here
SETTINGS = {p.name for p in parameters(Sampling)}
LENGTHS = (LENGTH, 128, 1024)  # tokens to ask for, as some servers refuse low limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is known of a model after it was tried."""

    capabilities: Capabilities
    dialect: Dialect
    checks: tuple[Check, ...]


async def tried(
    endpoint: Endpoint, model: str, gate: Gate, tell: Tell, *, context_length: int | None = None, within: float = WITHIN
) -> Tried:
    """Ask the model some twenty short questions and see what comes.

    What is not answered in time counts as not supported. Raises EndpointFailed when it does not answer at all.
    """
    tell(Progress(what=f"Asking {model}"))
    trial, first, low = await _spoken_to(endpoint, model, gate)
    reference = await Reference.of(trial)
    checks = [
        _seen("streaming", first.parts > 1, f"the answer came in {first.parts} part{'' if first.parts == 1 else 's'}"),
        _seen("usage", first.usage, "the server counts tokens" if first.usage else "not counted: they are estimated"),
        *([Check(feature="max_tokens", works="no", how=low)] if low else []),
        reference.temperature(),
        await reference.seed(),  # before the others: a server may have one random stream for all who ask
    ]
    asked = {name: asyncio.create_task(_safely(name, ask)) for name, ask in reference.questions().items()}
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    try:
        while (waiting := [task for task in asked.values() if not task.done()]) and loop.time() < end:
            done = len(asked) - len(waiting)
            tell(Progress(what=f"Trying what {model} honours", done=done, total=len(asked), unit="settings"))
            await asyncio.wait(waiting, timeout=end - loop.time(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in asked.values():
            task.cancel()
    late = f"no answer within {within:g} seconds"
    checks += [
        task.result() if task.done() else Check(feature=name, works="unknown", how=late) for name, task in asked.items()
    ]
    dialect = replace(trial.dialect, stops=any(check.feature == "stop" and check.works == "yes" for check in checks))
    return Tried(capabilities=_summed_up(checks, context_length), dialect=dialect, checks=tuple(checks))


async def _spoken_to(endpoint: Endpoint, model: str, gate: Gate) -> tuple[Trial, Reply, str]:
    """A way of asking that the server takes, its first reply, and what it said to a lower limit, if it refused one.

    Raises EndpointFailed with what it said first.
    """
    refused: dict[int, str] = {}
    for length in LENGTHS:
        for way in _ways(endpoint):
            trial = Trial(endpoint, model, gate, way, length)
            reply = await trial.ask()
            if not reply.error:
                below = [
                    f"at least {length} was taken, {at} was not: {why}" for at, why in refused.items() if at < length
                ]
                return trial, reply, below[-1] if below else ""
            refused.setdefault(length, reply.error)
    raise EndpointFailed(refused[LENGTHS[0]])


def _ways(endpoint: Endpoint) -> list[Dialect]:
    """The likeliest first."""
    provider = endpoint.provider
    prefix: Prefix = provider.prefix if provider else ""
    limits: tuple[Limit, ...] = ("max_tokens", "max_completion_tokens")
    if provider and provider.limit == "max_completion_tokens":
        limits = limits[::-1]
    return [Dialect(limit=limit, prefix=prefix, usage=usage) for limit in limits for usage in (True, False)]


async def _safely(name: str, ask: Callable[[], Awaitable[Check]]) -> Check:
    """A question that fails says nothing about the others."""
    try:
        return await ask()
    except EndpointFailed as error:
        return Check(feature=name, works="unknown", how=str(error))


def _seen(feature: str, works: bool, how: str) -> Check:
    return Check(feature=feature, works="yes" if works else "no", how=how)


def _summed_up(checks: Sequence[Check], context_length: int | None) -> Capabilities:
    """Only what was seen to work counts."""
    works = {check.feature for check in checks if check.works == "yes"}
    return Capabilities(
        sampling=frozenset(ALWAYS | (works & SETTINGS) | ({"top_logprobs"} if "logprobs" in works else set())),
        prefix="prefix" in works,
        system="system" in works,
        samples="samples" in works,
        logprobs="logprobs" in works,
        context_length=context_length,
    )
