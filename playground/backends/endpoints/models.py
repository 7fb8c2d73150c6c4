"""Reads an endpoint's list of models, and loads adapters on servers that can."""

import json
import re
from dataclasses import dataclass
from typing import Any

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import quote_server
from playground.backends.endpoints.http_client import http_client
from playground.errors import EndpointFailed

MAX_MODELS = 1000  # models that are listed; more could not be chosen from
MAX_LIST_BYTES = 8_000_000  # of the list
MODEL_ID = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{1,200}")  # what can be a part of a model's name here


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """A model under the server's name for it. `parent`: it is an adapter of that model, as vLLM lists them."""

    id: str
    parent: str = ""
    context_length: int | None = None


async def list_models(endpoint: Endpoint) -> tuple[tuple[ServedModel, ...], int, int]:
    """The models that can be chosen, `MOST` at most, how many there are in all, and how many entries have no name.

    Raises EndpointFailed.
    """
    async with http_client().ask(endpoint, "GET", "/models") as answer:
        body = bytearray()
        async for data in answer.content.iter_any():
            body += data
            if len(body) > MAX_LIST_BYTES:
                raise EndpointFailed(
                    f"{endpoint.name} sent a list of models of more than {MAX_LIST_BYTES // 10**6} MB."
                )
    try:
        entries = _find_entries(json.loads(body))
    except (ValueError, TypeError, RecursionError):
        quote = quote_server(endpoint, body[:4096].decode("utf-8", "replace"))
        raise EndpointFailed(
            f"{endpoint.name} has no list of models where the base URL points{quote}. Check it; it often ends in /v1."
        ) from None
    usable = [m for m in map(_parse_entry, entries) if m]
    models = list({m.id: m for m in usable}.values())
    if entries and not models:
        raise EndpointFailed(
            f"{endpoint.name} lists {len(entries):,} model{'' if len(entries) == 1 else 's'}, none with a name that "
            "can be used; give them one there (text without spaces, 200 characters at most) and connect again."
        )
    if not models:
        raise EndpointFailed(f"{endpoint.name} offers no models; load one there and connect again.")
    return tuple(models[:MAX_MODELS]), len(models), len(entries) - len(usable)


async def load_adapter(endpoint: Endpoint, name: str, path: str) -> None:
    """Have vLLM load an adapter from a folder that its machine sees. Raises EndpointFailed, also where it is not
    enabled (VLLM_ALLOW_RUNTIME_LORA_UPDATING)."""
    async with http_client().ask(endpoint, "POST", "/load_lora_adapter", {"lora_name": name, "lora_path": path}):
        pass


async def unload_adapter(endpoint: Endpoint, name: str) -> None:
    """Have vLLM give up an adapter. Raises EndpointFailed."""
    async with http_client().ask(endpoint, "POST", "/unload_lora_adapter", {"lora_name": name}):
        pass


def _find_entries(data: Any) -> list[Any]:
    """The list in whichever of the usual shapes it has: bare (Together), or under a name; null is an empty one.

    Raises TypeError where there is none.
    """
    if isinstance(data, dict):
        name = next((name for name in ("data", "models") if name in data), "")
        data = data[name] or ("" if data.get("error") else []) if name else None
        if isinstance(data, dict):  # by name
            data = [{"id": key, **(entry if isinstance(entry, dict) else {})} for key, entry in data.items()]
    if not isinstance(data, list):
        raise TypeError("no list")
    return data


def _parse_entry(entry: Any) -> ServedModel | None:
    """A model with a name that can be used; None for what has none."""
    entry = {"id": entry} if isinstance(entry, str) else entry
    if not isinstance(entry, dict):
        return None
    name = next((value for key in ("id", "name", "model") if isinstance(value := entry.get(key), str) and value), "")
    if not MODEL_ID.fullmatch(name) or not name.isprintable():
        return None
    parent = entry.get("parent")
    lengths = (entry.get(key) for key in ("max_model_len", "context_length", "context_window"))
    return ServedModel(
        id=name,
        parent=parent if isinstance(parent, str) and parent != name else "",
        context_length=next((n for n in lengths if type(n) is int and 0 < n < 10**9), None),
    )
