"""Whether what the form holds could be run, found out without running it."""

from collections.abc import Iterable
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import UnknownModel
from playground.strategies import technique_of
from playground.types import Setup, Weights


def check_setup(data: Any, catalog: Catalog) -> Setup:
    """The setup if it could be run. Raises the PlaygroundError that running it would raise."""
    setup = setups.parse(data)
    weights(setup, catalog)
    technique = technique_of(setup)
    technique.check(setup.task)
    for number, asked in enumerate(technique.asked_with(setup)):
        try:
            weights(asked, catalog)
        except UnknownModel as error:
            path, whose = technique.part_at(setup, number, ("model",))
            raise UnknownModel(path=path, rule=f"of {whose}: {error}") from None
    return setup


def model(name: Any, catalog: Catalog) -> ModelInfo:
    """The model of that name, which may be anything. Raises InvalidSetup or UnknownModel."""
    return catalog.info(setups.parse({"model": name}).model)


def weights(named: Weights, catalog: Catalog) -> ModelInfo:
    """The model that is named, which has the adapter that is named with it. Raises UnknownModel."""
    info = catalog.info(named.model)
    known = [adapter.name for adapter in info.adapters]
    if named.adapter and named.adapter not in known:
        choose = f"choose one of {', '.join(known)}" if known else "it has none"
        raise UnknownModel(f"{info.title} has no adapter named {named.adapter!a}; {choose}.")
    return info


def name_absent(named: Iterable[Weights], catalog: Catalog) -> str:
    """That some of these are not there, in a sentence that names them; "" where all are."""
    gone = dict.fromkeys(one.model_title for one in named if not _is_there(one, catalog))
    return f"Not there: {', '.join(gone)}. Load or connect it in the Models tab, or choose another." if gone else ""


def _is_there(named: Weights, catalog: Catalog) -> bool:
    try:
        weights(named, catalog)
    except UnknownModel:
        return False
    return True
