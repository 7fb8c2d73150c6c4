"""The Sampling tab: the next token under any settings, then whole answers over a grid of settings."""

from playground.ui.handlers.tab import PageContext, Tab
from playground.ui.sampling import next_token_panel, next_token_reading, sweep_panel
from playground.ui.sampling.next_token_reading import ReadingHandlers
from playground.ui.setup_form import model_choice


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it: both parts ask the same question."""
    settings, sessions = shared.settings, shared.sessions
    view = next_token_panel.build(shared.page, shared.catalog)
    next_token_panel.wire(view, settings, sessions)
    next_token_reading.wire(ReadingHandlers(view=view, sessions=sessions), settings)
    sweep_panel.build(shared.page, view.question, settings, sessions)
    model_choice.wire(shared, view.question.choice)
    return Tab()
