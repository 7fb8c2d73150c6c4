"""Probes a model: which settings it honours, since some servers accept and ignore them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from playground.answer_forms.form import JSON_KINDS, STRUCTURED
from playground.backends.base import Capabilities
from playground.backends.endpoints.dialect import Dialect
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.http_client import ReportProgress
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.probing.checks import FeatureCheck, Reference
from playground.backends.endpoints.probing.trial import ANSWER_TOKENS, Reply, Trial
from playground.backends.endpoints.providers import LimitField, PrefillField
from playground.errors import EndpointFailed
from playground.formats import format_count
from playground.parameters import parameters
from playground.types import Progress, Sampling

PROBE_SECONDS = 120.0  # seconds for all checks that are run at once: a laptop needs them
ALWAYS_HONOURED = {
    "max_tokens",
    "stop",
}  # part of the protocol since its first day; where stop is not honoured, it is cut here
SETTINGS = {p.name for p in parameters(Sampling)}
LENGTHS_TO_TRY = (ANSWER_TOKENS, 128, 1024)  # tokens to ask for, as some servers refuse low limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What is known of a model after it was tried."""

    capabilities: Capabilities
    dialect: Dialect
    checks: tuple[FeatureCheck, ...]


async def probe_model(
    endpoint: Endpoint,
    model: str,
    gate: CallGate,
    report: ReportProgress,
    *,
    context_length: int | None = None,
    within: float = PROBE_SECONDS,
) -> ProbeResult:
    """Ask the model some two dozen short questions and see what comes.

    What is not answered in time counts as not supported. Raises EndpointFailed when it does not answer at all.
    """
    report(Progress(what=f"Asking {model}"))
    trial, first, low = await _find_dialect(endpoint, model, gate, report)
    reference = await Reference.measure(trial)
    checks = [
        _check_result("streaming", first.parts > 1, f"the answer came in {format_count(first.parts, 'part')}"),
        _check_result(
            "usage",
            first.usage,
            "the server counts tokens" if first.usage else "not counted: they are estimated",
        ),
        *([FeatureCheck(feature="max_tokens", works="no", how=low)] if low else []),
        reference.temperature(),
        await reference.seed(),  # before the others: a server may have one random stream for all who ask
    ]
    tasks = {name: asyncio.create_task(_run_check(name, ask)) for name, ask in reference.checks().items()}
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    try:
        while (waiting := [task for task in tasks.values() if not task.done()]) and loop.time() < end:
            done = len(tasks) - len(waiting)
            report(Progress(what=f"Trying every setting on {model}", done=done, total=len(tasks), unit="settings"))
            await asyncio.wait(waiting, timeout=end - loop.time(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks.values():
            task.cancel()
    late = f"no answer within {within:g} seconds"
    checks += [
        task.result() if task.done() else FeatureCheck(feature=name, works="unknown", how=late)
        for name, task in tasks.items()
    ]
    dialect = replace(trial.dialect, stops=any(check.feature == "stop" and check.works == "yes" for check in checks))
    return ProbeResult(capabilities=_capabilities_of(checks, context_length), dialect=dialect, checks=tuple(checks))


async def _find_dialect(
    endpoint: Endpoint, model: str, gate: CallGate, report: ReportProgress
) -> tuple[Trial, Reply, str]:
    """A form of request that the server takes, its first reply, and what it said to a lower limit, if it refused one.

    Raises EndpointFailed with what it said first.
    """
    refused: dict[int, str] = {}
    for length in LENGTHS_TO_TRY:
        for way in _likely_dialects(endpoint):
            trial = Trial(endpoint, model, gate, way, report, length)
            reply = await trial.ask()
            if not reply.error:
                below = [
                    f"at least {length} was taken, {at} was not: {why}" for at, why in refused.items() if at < length
                ]
                return trial, reply, below[-1] if below else ""
            refused.setdefault(length, reply.error)
    raise EndpointFailed(refused[LENGTHS_TO_TRY[0]])


def _likely_dialects(endpoint: Endpoint) -> list[Dialect]:
    """The likeliest first."""
    provider = endpoint.provider
    prefix: PrefillField = provider.prefill if provider else ""
    limits: tuple[LimitField, ...] = ("max_tokens", "max_completion_tokens")
    if provider and provider.limit_field == "max_completion_tokens":
        limits = limits[::-1]
    return [Dialect(limit_field=limit, prefill=prefix, usage=usage) for limit in limits for usage in (True, False)]


async def _run_check(name: str, ask: Callable[[], Awaitable[FeatureCheck]]) -> FeatureCheck:
    """A question that fails says nothing about the others."""
    try:
        return await ask()
    except EndpointFailed as error:
        return FeatureCheck(feature=name, works="unknown", how=str(error))


def _check_result(feature: str, works: bool, how: str) -> FeatureCheck:
    return FeatureCheck(feature=feature, works="yes" if works else "no", how=how)


def _capabilities_of(checks: Sequence[FeatureCheck], context_length: int | None) -> Capabilities:
    """Only what was seen to work counts."""
    works = {check.feature for check in checks if check.works == "yes"}
    return Capabilities(
        sampling=frozenset(ALWAYS_HONOURED | (works & SETTINGS) | ({"top_logprobs"} if "logprobs" in works else set())),
        forms=frozenset({*(JSON_KINDS if "response_format" in works else ()), *(works & STRUCTURED.keys())}),
        prefill="prefill" in works,
        system="system" in works,
        samples="samples" in works,
        logprobs="logprobs" in works,
        functions="functions" in works,
        context_length=context_length,
    )
