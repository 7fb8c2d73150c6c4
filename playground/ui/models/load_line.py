"""One line that tells of a load, with the button that stops it."""

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.entries import loaded_names
from playground.errors import LimitReached
from playground.settings import Settings
from playground.types import Progress
from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import in_words, told
from playground.ui.models import list_values
from playground.ui.run_view import following

HERE = Path(__file__).parent

Loading = Generator[Progress, None, ModelInfo]
STOPPED = "Stopped; everything is as it was."


@dataclass(frozen=True, slots=True)
class LoadLine:
    """The line, and what halts the load it tells of, in the visitor's session."""

    view: Any
    halt: Any

    def follow(
        self, before: Any, loading: Loading, catalog: Catalog, settings: Settings, models: Any
    ) -> Iterator[dict[Any, Any]]:
        """Updates while something loads; the last ones say how it ended. What is wrong is said in the line.

        `before` is the last load's halt. Gives the `models` list anew when the load has failed or was stopped, with
        what could be unloaded if it did not fit. Raises LimitReached while the last load goes on.
        """
        following.alone(before)
        halt, said, known = threading.Event(), None, loaded_names(catalog.models())
        try:
            yield {self.halt: halt, self.view: list_values.load_value("loading", "Looking it up")}
            while not halt.is_set():
                progress = next(loading)
                if progress != said:
                    yield {self.view: list_values.load_value("loading", progress=progress)}
                said = progress
            loading.close()  # before the list is read: what nobody waits for is no longer being loaded
            yield self._ended("stopped", STOPPED, models, list_values.models_value(catalog, settings))
        except StopIteration as end:
            yield {self.view: list_values.load_value("done", list_values.loaded_text(end.value, known))}
        except Exception as error:
            listed = list_values.models_value(catalog, settings, isinstance(error, LimitReached))
            yield self._ended("failed", in_words(error), models, listed)
        finally:
            loading.close()
            halt.set()

    def _ended(self, phase: str, words: str, models: Any, listed: dict[str, Any]) -> dict[Any, Any]:
        return {self.view: list_values.load_value(phase, words), models: listed}


def build() -> LoadLine:
    line = LoadLine(widgets.widget(HERE / "load.js", value=list_values.load_value("idle")), gr.State())

    @told
    def stop(halt: Any) -> None:
        if halt is not None:
            halt.set()  # the load itself shows how it ended: only one writes to the page

    line.view.stop(stop, line.halt, None, **AT_ONCE)
    return line
