"""One line that tells of a load, with the button that stops it."""

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import LimitReached
from playground.settings import Settings
from playground.types import Progress
from playground.ui import live_run, render_models, widgets
from playground.ui.events import AT_ONCE
from playground.ui.messages import in_words, told

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
        live_run.alone(before)
        halt, said, known = threading.Event(), None, render_models.in_memory(catalog)
        try:
            yield {self.halt: halt, self.view: render_models.load_value("loading", "Looking it up")}
            while not halt.is_set():
                progress = next(loading)
                if progress != said:
                    yield {self.view: render_models.load_value("loading", progress=progress)}
                said = progress
            loading.close()  # before the list is read: what nobody waits for is no longer being loaded
            yield self._ended("stopped", STOPPED, models, render_models.models_value(catalog, settings))
        except StopIteration as end:
            yield {self.view: render_models.load_value("done", render_models.loaded_text(end.value, known))}
        except Exception as error:
            listed = render_models.models_value(catalog, settings, isinstance(error, LimitReached))
            yield self._ended("failed", in_words(error), models, listed)
        finally:
            loading.close()
            halt.set()

    def _ended(self, phase: str, words: str, models: Any, listed: dict[str, Any]) -> dict[Any, Any]:
        return {self.view: render_models.load_value(phase, words), models: listed}


def build() -> LoadLine:
    line = LoadLine(widgets.widget("load", value=render_models.load_value("idle")), gr.State())

    @told
    def stop(halt: Any) -> None:
        if halt is not None:
            halt.set()  # the load itself shows how it ended: only one writes to the page

    line.view.stop(stop, line.halt, None, **AT_ONCE)
    return line
