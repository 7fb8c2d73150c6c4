"""What a script is to know of the server that it will ask, from what was seen of the setup's own."""

from dataclasses import dataclass
from typing import Any, Literal

from playground.backends.base import Backend
from playground.backends.endpoints.dialect import MAX_STOPS, SENT_SETTINGS
from playground.errors import FieldPath, NotSupported
from playground.types import Sampling, Weights

Prefill = Literal["question", "prefix", "continue"]
ALWAYS_SENT = ("temperature",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`prefill`: how the assistant's turn is begun for it; `question` is as words of the user's, which any server
    understands. `samples`: draws n samples in one request. `stops`: ends an answer at stop strings.
    `settings`: names of the sampling settings that are stated; None states those that are not as usual.
    `chooses`: holds an answer to a list of texts. `own`: it is the playground's.
    """

    model: str
    prefill: Prefill = "question"
    samples: bool = False
    stops: bool = True
    limit_field: str = "max_tokens"
    settings: tuple[str, ...] | None = None
    chooses: bool = True
    own: bool = True

    def sampling(self, sampling: Sampling) -> dict[str, Any]:
        """The fields of a request's body that say how tokens are chosen."""
        names = SENT_SETTINGS if self.settings is None else self.settings
        stated = {name: getattr(sampling, name) for name in names}
        if self.settings is None:
            usual = Sampling()
            stated = {
                name: value for name, value in stated.items() if name in ALWAYS_SENT or value != getattr(usual, name)
            }
        fields = {self.limit_field: sampling.max_tokens, **stated}
        if sampling.seed is not None:
            fields["seed"] = sampling.seed
        if sampling.logit_bias:
            fields["logit_bias"] = {str(token): float(bias) for token, bias in sampling.logit_bias.items()}
        if sampling.stop:
            fields["stop"] = [*sampling.stop]
        return fields

    def cuts(self, sampling: Sampling) -> bool:
        """Whether an answer has to be ended at stop strings by whoever reads it."""
        return not self.stops or len(sampling.stop) > MAX_STOPS


def server_of(backend: Backend | None, weights: Weights, path: FieldPath = ()) -> Server:
    """An endpoint as it was found; for a model of this machine the playground's own `/v1`, which has it too.

    Raises NotSupported for an adapter at a scale: no server can be asked for one. `path` leads to the weights.
    """
    from playground.backends.endpoints.backend import EndpointBackend  # an HTTP client: not before it is needed

    if weights.adapter and weights.scale != 1.0:
        rule = "a script asks a server, and a served adapter always has its full strength, 1."
        raise NotSupported(path=(*path, "scale"), value=weights.scale, rule=rule)
    if not isinstance(backend, EndpointBackend):
        model = f"{weights.model}+{weights.adapter}" if weights.adapter else weights.model
        return Server(model=model, prefill="continue", samples=True)
    can, dialect = backend.capabilities, backend.dialect
    begun: Prefill = "prefix" if dialect.prefill == "prefix" else "continue"
    return Server(
        model=backend.adapters.get(weights.adapter, backend.model),
        prefill=begun if can.prefill else "question",
        samples=can.samples,
        stops=dialect.stops,
        limit_field=dialect.limit_field,
        settings=tuple(name for name in SENT_SETTINGS if name in can.sampling),
        chooses="labels" in can.forms,
        own=False,
    )
