"""A plan as YAML: its box, the buttons that use, open and save it, and what is shown of many items."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.evaluation import experiments
from playground.evaluation.plan import Experiment, Item
from playground.ui import widgets

IN_SIGHT = 200  # items of one's own that the text shows; the download has all


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanText:
    """The experiment as YAML: its box, why that is not used, and the buttons that use, open and save it."""

    text: Any
    unused: Any
    use: Any
    open: Any
    save: Any


def build_text() -> PlanText:
    """The experiment as text, and what takes it away and brings it back."""
    with gr.Accordion("As YAML", open=False):
        text = gr.Textbox(
            label="The whole experiment", lines=12, max_lines=30, elem_classes="yaml",
            info="The form as YAML, with settings that have no field. Edit, then press Use this text.",
        )  # fmt: skip
        unused = widgets.words()
        with gr.Row(elem_classes="quiet-row"):
            use = gr.Button("Use this text", size="sm", variant="secondary", elem_classes="quiet-button")
            opened = gr.UploadButton(
                "Open a YAML file", file_types=[".yaml", ".yml"], type="binary", size="sm", variant="secondary",
                elem_classes="quiet-button",
            )  # fmt: skip
            save = widgets.download("Download as YAML")
    return PlanText(text=text, unused=unused, use=use, open=opened, save=save)


def write_shown(experiment: Experiment) -> str:
    """The experiment as YAML, with as many items of its own as a person would read."""
    data = experiment.data
    if len(data.items) <= IN_SIGHT:
        return experiments.write_yaml(experiment)
    few = replace(experiment, data=replace(data, items=data.items[:IN_SIGHT]))
    return f"{_note(len(data.items))}\n{experiments.write_yaml(few)}"


def with_rest(experiment: Experiment, text: str, items: Sequence[Item]) -> Experiment:
    """What was read from `write_shown`, with those of the items that are not in the text, as its first line says."""
    if len(items) <= IN_SIGHT or not text.startswith(_note(len(items))):
        return experiment
    return replace(experiment, data=replace(experiment.data, items=(*experiment.data.items, *items[IN_SIGHT:])))


def _note(count: int) -> str:
    return f"# {IN_SIGHT} of {count:,} items: the others stay, unless you remove this line. A download has all."
