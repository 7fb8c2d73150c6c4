"""Whether what the form holds could be run, found out without running it."""

from typing import Any

from playground import setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.strategies import STRATEGIES
from playground.types import Setup


def checked(data: Any, catalog: Catalog) -> Setup:
    """The setup if it could be run. Raises the PlaygroundError that running it would raise."""
    setup = setups.parse(data)
    catalog.info(setup.model)
    STRATEGIES[setup.strategy](**setup.options).check(setup.task)
    return setup


def model(name: Any, catalog: Catalog) -> ModelInfo:
    """The model of that name, which may be anything. Raises InvalidSetup or UnknownModel."""
    return catalog.info(setups.parse({"model": name}).model)
