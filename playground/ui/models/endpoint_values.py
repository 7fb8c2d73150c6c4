"""What is known of connected endpoints, as plain values for the page. Nothing here has the key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playground.formats import format_count
from playground.parameters import parameters
from playground.types import Sampling
from playground.ui.language.translating import translated

if TYPE_CHECKING:
    from playground.backends.endpoints.connection import Connection

FEATURES = {
    "streaming": "Streams its answer",
    "usage": "Counts tokens",
    "samples": "Several samples in one call",
    "logprobs": "Token probabilities",
    "system": "System message",
    "prefill": "Goes on with a begun answer",
    "response_format": "Keeps to a JSON schema",
    "labels": "Keeps to a choice of labels",
    "regex": "Keeps to a regular expression",
    "grammar": "Keeps to a grammar",
    **{p.name: p.label for p in parameters(Sampling)},
}
INSTEAD = {
    "usage": "estimated instead",
    "samples": "asked side by side instead",
    "logprobs": "no token view",
    "prefill": "asked in a further turn instead",
    **dict.fromkeys(("response_format", "labels", "regex", "grammar"), "no such form of the answer"),
    "stop": "cut here instead",
}


def connections_value(connections: Sequence["Connection"]) -> dict[str, Any]:
    """Every endpoint with its models and what was seen to work on the one that was tried."""
    return {"connections": [_connection(connection) for connection in connections]}


def _connection(connection: "Connection") -> dict[str, Any]:
    checks = connection.probes[connection.first_probed].checks
    return {
        "name": connection.endpoint.name,
        "url": connection.endpoint.base_url,
        "count": _count(connection),
        "models": list(connection.names),
        "tried": f"{connection.endpoint.name}/{connection.first_probed}",
        "checks": [
            {
                "feature": translated(FEATURES.get(check.feature, check.feature)),
                "works": check.works,
                "how": check.how,
                "instead": translated(INSTEAD.get(check.feature, "")) if check.works == "no" else "",
            }
            for check in checks
        ],
    }


def summary(connection: "Connection") -> str:
    """One line for when it is there."""
    works = sum(check.works == "yes" for check in connection.probes[connection.first_probed].checks)
    of = len(connection.probes[connection.first_probed].checks)
    found = f"{works} of {of} features work on {connection.first_probed}"
    return f"{connection.endpoint.name} is connected: {_count(connection)}; {found}."


def _count(connection: "Connection") -> str:
    shown, total = len(connection.models), connection.total
    models = format_count(total, "model") if shown == total else f"the first {shown:,} of {total:,} models"
    unnamed = connection.unnamed_count
    return f"{models} (and {unnamed:,} without a name that can be used)" if unnamed else models
