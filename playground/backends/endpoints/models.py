"""What a server says it has: models, and adapters of them."""

import json
import re
from dataclasses import dataclass
from typing import Any

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import told
from playground.backends.endpoints.wire import wire
from playground.errors import EndpointFailed

MOST = 1000  # models that are listed; more could not be chosen from
BYTES = 8_000_000  # of the list
ID = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{1,200}")  # what can be a part of a model's name here


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A model under the server's name for it. `parent`: it is an adapter of that model, as vLLM lists them."""

    id: str
    parent: str = ""
    context_length: int | None = None


async def listed(endpoint: Endpoint) -> tuple[tuple[Served, ...], int]:
    """The models that can be chosen, `MOST` at most, and how many there are in all. Raises EndpointFailed."""
    async with wire().ask(endpoint, "GET", "/models") as answer:
        body = b""
        async for data in answer.content.iter_any():
            body += data
            if len(body) > BYTES:
                raise EndpointFailed(f"{endpoint.name} sent a list of models of more than {BYTES // 10**6} MB.")
    try:
        data = json.loads(body)
        found = data["data"] if isinstance(data, dict) else data  # Together sends the bare list
        models = list({m.id: m for m in map(_served, found) if ID.fullmatch(m.id)}.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        said = told(endpoint, body[:4096].decode("utf-8", "replace"))
        raise EndpointFailed(
            f"{endpoint.name} has no list of models where the base URL points{said}. Check it; it often ends in /v1."
        ) from None
    if not models:
        raise EndpointFailed(f"{endpoint.name} offers no models; load one there and connect again.")
    return tuple(models[:MOST]), len(models)


async def load_adapter(endpoint: Endpoint, name: str, path: str) -> None:
    """Have vLLM load an adapter from a folder that its machine sees. Raises EndpointFailed, also where it is not
    enabled (VLLM_ALLOW_RUNTIME_LORA_UPDATING)."""
    async with wire().ask(endpoint, "POST", "/load_lora_adapter", {"lora_name": name, "lora_path": path}):
        pass


async def unload_adapter(endpoint: Endpoint, name: str) -> None:
    """Have vLLM give up an adapter. Raises EndpointFailed."""
    async with wire().ask(endpoint, "POST", "/unload_lora_adapter", {"lora_name": name}):
        pass


def _served(entry: dict[str, Any]) -> Served:
    length = entry.get("max_model_len") or entry.get("context_length") or entry.get("context_window")
    return Served(
        id=str(entry["id"]),
        parent=str(entry.get("parent") or ""),
        context_length=length if isinstance(length, int) else None,
    )
