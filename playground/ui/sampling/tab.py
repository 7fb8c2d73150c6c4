"""The Sampling tab: the next token under any settings, then whole answers over a grid of settings."""

from playground.ui.handlers.tab import Shared, Tab
from playground.ui.sampling import next_token_panel, sweep_panel


def build(shared: Shared) -> Tab:
    """Lay out the tab and wire it: both parts ask the same question."""
    question = next_token_panel.build(shared.page, shared.settings, shared.catalog, shared.sessions)
    sweep_panel.build(shared.page, question, shared.settings, shared.sessions)
    return Tab(choices=[question.choice])
