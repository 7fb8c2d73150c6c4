"""A comparison as code: one script that asks all panes, for a server or with the weights themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.export.kinds import COMPARED, KINDS, write_comparison_code
from playground.types import Setup
from playground.ui.compare.labels import LABELS
from playground.ui.handlers.event_options import READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.setup_form.labels import describe_error
from playground.ui.widgets import download

PanesIn = Callable[[Mapping[Any, Any], Catalog], Sequence[Setup]]  # what the widgets hold


@dataclass(frozen=True, slots=True)
class ComparisonCode:
    """A button for each kind of script, by its name."""

    buttons: Mapping[str, Any]


def build() -> ComparisonCode:
    """Side by side, below what was compared."""
    with gr.Row(elem_classes="quiet-row", elem_id="compare-code"):
        return ComparisonCode({name: download(f"Save as {KINDS[name].title}") for name in COMPARED})


def wire(code: ComparisonCode, held: Sequence[Any], panes: PanesIn, sessions: Sessions) -> None:
    """Of what the form holds when a button is pressed."""
    for name, button in code.buttons.items():

        @partial(report_errors, words=partial(describe_error, labels=LABELS))
        def save_comparison(
            values: dict[Any, Any], request: gr.Request, name: str = name, button: Any = button
        ) -> dict[Any, Any]:
            catalog, kind = sessions.of(request), KINDS[name]
            text = write_comparison_code(panes(values, catalog), kind, catalog)
            return {button: {"name": f"comparison.{kind.ending}", "text": text}}

        button.click(save_comparison, {*held}, [button], preprocess=False, **READING)
