"""Which candidate for the next token a click on the page is about."""

from dataclasses import dataclass
from dataclasses import field as declared

from playground.parameters import STRICT
from playground.sampling import MAX_BIAS
from playground.ui.handlers.payloads import whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A token that may come next."""

    __pydantic_config__ = STRICT

    id: int = whole(2**32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(Click):
    """More or less bias for it."""

    by: float = declared(metadata={"ge": -MAX_BIAS, "le": MAX_BIAS, "strict": True})
