"""What checks found in the rows, and how the model will see them: the widgets."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.ui import widgets
from playground.ui.finetune import row_checks_values

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChecksPanel:
    """The widgets."""

    check: Any
    found: Any


def build() -> RowChecksPanel:
    """Lay out the panel."""
    check = gr.Button("Check the rows", size="sm", elem_classes="quiet-button", elem_id="check-rows")
    found = widgets.widget(
        HERE / "row_checks.js", uses=[widgets.TOKEN_TEXT], value=row_checks_values.NOTHING, elem_id="row-checks"
    )
    return RowChecksPanel(check=check, found=found)
