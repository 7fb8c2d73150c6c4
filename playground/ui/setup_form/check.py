"""Whether what the form holds could be run, found out without running it."""

from typing import Any

from playground import setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import UnknownModel
from playground.strategies import technique_of
from playground.types import Setup


def checked(data: Any, catalog: Catalog) -> Setup:
    """The setup if it could be run. Raises the PlaygroundError that running it would raise."""
    setup = setups.parse(data)
    weights(setup, catalog)
    technique_of(setup).check(setup.task)
    return setup


def model(name: Any, catalog: Catalog) -> ModelInfo:
    """The model of that name, which may be anything. Raises InvalidSetup or UnknownModel."""
    return catalog.info(setups.parse({"model": name}).model)


def weights(setup: Setup, catalog: Catalog) -> ModelInfo:
    """The model that the setup names, which has the adapter that it names. Raises UnknownModel."""
    info = catalog.info(setup.model)
    known = [adapter.name for adapter in info.adapters]
    if setup.adapter and setup.adapter not in known:
        choose = f"choose one of {', '.join(known)}" if known else "it has none"
        raise UnknownModel(f"{info.title} has no adapter named {setup.adapter!a}; {choose}.")
    return info
