"""The Learn tab: a list of lessons, and the one that is open."""

from pathlib import Path

from playground.lessons.shelf import ORIGINAL, languages
from playground.ui.handlers.tab import PageContext, Tab
from playground.ui.learn import lesson_panel, trying, turning
from playground.ui.learn.trying import TryingHandlers
from playground.ui.learn.turning import TurningHandlers, open_shelf


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it. Nothing is asked before somebody predicts and tries."""
    folder = Path(shared.settings.lessons).expanduser() if shared.settings.lessons else None
    offered = languages(folder)
    shelf = open_shelf(ORIGINAL, folder)
    panel = lesson_panel.build(shelf, offered, shared.lessons, shared.page, in_class=shared.has_classes)
    handlers = TurningHandlers(panel=panel, shared=shared, folder=folder, offered=offered)
    turning.wire(handlers)
    trying.wire(TryingHandlers(panel=panel, turning=handlers, shared=shared))
    return Tab()
