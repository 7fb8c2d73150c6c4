"""The Sampling tab: what may come next and what the settings make of it, then whole answers over a grid of settings."""

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui import next_token_view, sweep_view
from playground.ui.model_choice import ModelChoice
from playground.ui.sessions import Sessions


def build(settings: Settings, catalog: Catalog, sessions: Sessions) -> ModelChoice:
    """Lay out the tab and wire it: both parts ask the same question. Returns what holds the chosen model."""
    question = next_token_view.build(settings, catalog, sessions)
    sweep_view.build(question, settings, sessions)
    return question.choice
