"""The Sampling tab: what may come next and what the settings make of it, then whole answers over a grid of settings."""

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui import next_token_view, sweep_view


def build(settings: Settings, catalog: Catalog) -> None:
    """Lay out the tab and wire it. Both parts ask the same question."""
    question = next_token_view.build(settings, catalog)
    sweep_view.build(question, settings, catalog)
