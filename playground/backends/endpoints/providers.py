"""Facts about known providers, read strictly from `providers.yaml`."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

PROVIDERS_FILE = Path(__file__).with_name("providers.yaml")
STRICT = ConfigDict(extra="forbid")
PrefillField = Literal["", "continue_final_message", "prefix"]
LimitField = Literal["max_tokens", "max_completion_tokens"]
Dollars = Annotated[float, Field(ge=0)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s@]+$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Price:
    """US dollars per million tokens, and the day it was read from the provider's page."""

    input: Dollars
    output: Dollars
    date: date

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """US dollars for this many tokens."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Provider:
    """What is known of a provider before it is asked. `prices` by model id; `ignores` are names of settings."""

    title: str
    base_url: Url
    needs_key: bool
    key_page: Url | Literal[""] = ""
    prefill: PrefillField = ""
    limit_field: LimitField = "max_tokens"
    ignored_settings: frozenset[str] = frozenset()
    prices: Mapping[str, Price] = field(default_factory=dict)


@cache
def providers() -> Mapping[str, Provider]:
    """By name, in the order in which they are offered."""
    return parse_providers(PROVIDERS_FILE.read_text("utf-8"))


def parse_providers(text: str) -> Mapping[str, Provider]:
    """Raises pydantic's ValidationError for anything that is not exactly as declared."""
    return TypeAdapter(dict[str, Provider]).validate_python(yaml.safe_load(text))


def provider_of(base_url: str) -> Provider | None:
    """The provider at this address, if it is a known one."""
    return next((known for known in providers().values() if known.base_url == base_url), None)
