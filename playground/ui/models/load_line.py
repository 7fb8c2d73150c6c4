"""One line that tells of a load, with the button that stops it."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.entries import loaded_names
from playground.errors import LimitReached
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Progress
from playground.ui import widgets
from playground.ui.handlers.messages import in_words
from playground.ui.handlers.one_at_a_time import Stoppable, news, refuse_second, until_stopped, wire_stop
from playground.ui.models import list_values
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent

Loading = Generator[Progress, None, ModelInfo]
STOPPED = "Stopped; everything is as it was."


@dataclass(frozen=True, slots=True)
class LoadLine:
    """The line, and what stops the load it tells of, in the visitor's session."""

    view: Any
    going: Any
    waiting: WaitingLine

    def follow(
        self, last: Any, loading: Loading, catalog: Catalog, settings: Settings, models: Any
    ) -> Iterator[dict[Any, Any]]:
        """Updates while something loads; the last ones say how it ended. What is wrong is said in the line.

        `last` is the session's last load of this line. Gives the `models` list anew when the load has failed or was
        stopped, with what could be unloaded if it did not fit. Raises LimitReached while the last load goes on.
        """
        refuse_second(last)
        known = loaded_names(catalog.models())
        with Stoppable() as going, Returning(loading) as work:
            yield {self.going: going, self.view: list_values.load_value("loading", "Looking it up")}
            try:
                for at, progress in enumerate(news(until_stopped(work, going))):
                    update = {self.view: list_values.load_value("loading", progress=progress)}
                    # Once it has begun, the list says so too, and offers no Load any more.
                    yield update if at else {**update, models: list_values.models_value(catalog, settings)}
                if work.ended:
                    yield {self.view: list_values.load_value("done", list_values.loaded_text(work.value, known))}
                else:
                    work.close()  # before the list is read: what nobody waits for is no longer being loaded
                    yield self._ended("stopped", STOPPED, models, list_values.models_value(catalog, settings))
            except Exception as error:
                listed = list_values.models_value(catalog, settings, isinstance(error, LimitReached))
                yield self._ended("failed", in_words(error), models, listed)

    def _ended(self, phase: str, words: str, models: Any, listed: dict[str, Any]) -> dict[Any, Any]:
        return {self.view: list_values.load_value(phase, words), models: listed}


def load_view(stop: str) -> gr.HTML:
    """The line alone, with this on its button. Value: `list_values.load_value`. Event: `stop`."""
    script = HERE / "load.js"
    return widgets.widget(script, {"stop": stop}, uses=[widgets.STATUS_LINE], value=list_values.load_value("idle"))


def build(page: Any) -> LoadLine:
    """Lay out the line; what loads is attached to `waiting`, which is to be wired."""
    line = LoadLine(load_view("Stop loading"), gr.State(), waiting_line.build(page))
    wire_stop(line.view.stop, line.going)
    return line
