"""Hashes all that determines a run, so that two runs with one key would be the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from playground.backends.catalog import Catalog
from playground.evaluation.store import StoreKey
from playground.prompts import prompts_of
from playground.strategies import technique_of
from playground.types import Message, Setup

FORMAT = 3  # of what is stored, and of all that turns a setup into a run; to be raised when either changes
# Fields of a task and its steps that came after keys of this format.
ADDED = {
    "material": "",
    "collection": "",
    "strategy": "zero_shot",
    "form": "none",
    "form_text": "",
    "turns": (),
    "agents": (),
}
ADDED_OPTIONS = {"documents": (), "kinds": (), "encoder": "", "rerank": None}  # the same of the options of techniques
LENGTH = 32  # hexadecimal digits of a key


class RunKeys:
    """Keys of setups on one catalog's models, as they are now: another Keys sees what was loaded since.

    `visitor` keeps apart what only one of them may use, or know of, and is empty where nobody is a stranger.
    Endpoints are connected with a visitor's own key: what came back is theirs. Of an experiment with `own` words all
    answers are: whether one is known already would tell others that somebody had asked exactly that.
    """

    def __init__(self, catalog: Catalog, visitor: str = "", *, own: bool = False) -> None:
        self._catalog = catalog
        self._visitor, self._own = visitor, own
        self._identities: dict[tuple[str, str], str] = {}

    def weights(self, model: str, adapter: str = "", scale: float = 1.0) -> tuple[str, ...] | None:
        """Which weights answer; None where that is not known before they are loaded. Raises UnknownModel."""
        kind = self._catalog.info(model).kind
        parts = [kind, self._visitor if kind == "endpoint" or self._own else "", self._of(model)]
        if adapter:
            parts += [self._of(model, adapter), str(float(scale))]
        return tuple(parts) if all(parts[2:]) else None

    def column(self, setup: Setup) -> "ColumnKeys":
        """For many setups that differ in input, material and seed only. Raises UnknownModel."""
        asked = (setup, *technique_of(setup).asked_with(setup))
        known = [self.weights(one.model, one.adapter, one.scale) for one in asked]
        several = tuple(part for parts in known if parts is not None for part in parts)
        weights = None if None in known else several
        return ColumnKeys(setup, weights, self._documents(setup))

    def _documents(self, setup: Setup) -> str:
        """What is searched, and with whose vectors: those of a visitor's own endpoint are theirs."""
        settings = technique_of(setup).searches(setup.task)
        encoder = settings.encoder if settings else ""
        digest = self._catalog.library.digest(setup.task.collection, encoder)
        return f"{digest} {self._visitor}" if encoder else digest

    def _of(self, model: str, adapter: str = "") -> str:
        if (model, adapter) not in self._identities:  # files may have to be read for it
            offer = self._catalog.entry(model, adapter)
            self._identities[model, adapter] = offer.title if offer.identity is None else offer.identity()
        return self._identities[model, adapter]


class ColumnKeys:
    """The keys of setups that differ in input, material and seed only.

    `has_weights` is False while no weights identify them.
    """

    def __init__(self, setup: Setup, weights: tuple[str, ...] | None, documents: str = "") -> None:
        self.has_weights = weights is not None
        blank = replace(
            setup,
            model="",
            adapter="",
            scale=1.0,
            task=replace(setup.task, input="?", material="?" if setup.task.material else ""),
            sampling=replace(setup.sampling, seed=None),
        )
        # The prompts as they would be sent: a technique that comes to be worded otherwise is another technique.
        steps = [prompt.step for prompt in prompts_of(blank)]
        worded = [(step.label, [*map(_older_message, step.messages)], step.prefix) for step in steps]
        said = [documents] if documents else []  # what is found in others is other passages
        self._hash = hashlib.sha256(_canonical([FORMAT, weights, _without_added(asdict(blank)), worded, *said]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColumnKeys) and self._hash.digest() == other._hash.digest()

    __hash__ = None  # type: ignore[assignment]  # nobody keeps them in a set

    def key(self, setup: Setup) -> StoreKey:
        """The key of one of them."""
        digest = self._hash.copy()
        material = [setup.task.material] if setup.task.material else []
        digest.update(_canonical([setup.task.input, setup.sampling.seed, *material]))
        return digest.hexdigest()[:LENGTH]


def _older_message(message: Message) -> dict[str, Any]:
    """Without what came after keys of this format, where it says nothing."""
    whole = asdict(message)
    return {name: value for name, value in whole.items() if value or name in ("role", "content")}


def _without_added(setup: dict[str, Any]) -> dict[str, Any]:
    """Without those later fields and options that say nothing: a setup that has none keeps the key that it had."""
    steps = [_older_fields(step) for step in setup["task"]["steps"]]
    options = _older_fields(setup["options"], ADDED_OPTIONS)
    return {**setup, "options": options, "task": {**_older_fields(setup["task"]), "steps": steps}}


def _older_fields(values: Mapping[str, Any], added: Mapping[str, Any] = ADDED) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in added or value != added[name]}


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
