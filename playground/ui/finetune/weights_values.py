"""The weights that can be chosen on the tab: every model that writes text, alone and with each adapter."""

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.types import Weights


def offered_weights(catalog: Catalog) -> dict[str, tuple[str, Weights]]:
    """By a key, each with its title."""
    found: dict[str, tuple[str, Weights]] = {}
    for info in catalog.models():
        if info.capabilities.task:
            continue
        found[info.name] = (info.title, Weights(model=info.name))
        for adapter in info.adapters:
            title = f"{info.title} + {adapter.title}"
            found[f"{info.name} + {adapter.name}"] = (title, Weights(model=info.name, adapter=adapter.name))
    return found


def choices_of(found: dict[str, tuple[str, Weights]]) -> list[tuple[str, str]]:
    """Titles and keys, as a list of choices has them."""
    return [(title, key) for key, (title, _) in found.items()]


def find_weights(catalog: Catalog, key: object) -> tuple[str, Weights]:
    """Raises InvalidSetup for what is not in the list any more."""
    found = offered_weights(catalog)
    if not isinstance(key, str) or key not in found:
        raise InvalidSetup("Those weights are not in the list of models any more; choose others.")
    return found[key]
