"""What a class is given, as a form: where it comes from, what may be changed, and limits."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import documents
from playground.classroom import assignment as assignments
from playground.classroom.assignment import Assignment, Limits
from playground.errors import InvalidSetup
from playground.evaluation import datasets, experiments
from playground.ui import widgets
from playground.ui.classroom import words
from playground.ui.classroom.number_boxes import number_boxes
from playground.ui.handlers import payloads
from playground.ui.handlers.tab import Updates, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentForm:
    """`text` is the experiment as a file holds it; `numbers` and `limits` are boxes by name."""

    data: Any
    take: Any
    experiment: Any
    open: Any
    save: Any
    text: Any
    may_change: Any
    laboratory: Any
    numbers: dict[str, Any]
    limits: dict[str, Any]
    give: Any
    change_limits: Any

    @property
    def inputs(self) -> list[Any]:
        return [self.text, self.may_change, self.laboratory, *self.numbers.values(), *self.limits.values()]

    def read(self, values: Values) -> Assignment:
        """What the form holds. Raises InvalidSetup naming what is wrong."""
        text = payloads.words(values[self.text], "experiment")
        if not text.strip():
            raise InvalidSetup("There is no assignment yet: take the Playground's setup, an experiment, or a file.")
        document = documents.load(text, "The experiment", "an experiment", experiments.KEYS, most=assignments.MAX_BYTES)
        return assignments.parse(
            {
                "experiment": document.data,
                "may_change": values[self.may_change],
                "laboratory": values[self.laboratory],
                **{name: values[box] for name, box in self.numbers.items()},
                "limits": self.read_limits(values),
            }
        )

    def read_limits(self, values: Values) -> dict[str, Any]:
        """The boxes of limits, as they are."""
        return {name: values[box] for name, box in self.limits.items()}

    def write(self, assignment: Assignment, limits_now: Limits | None = None) -> Updates:
        """The form holding this, with these limits or its own."""
        limits = {box: getattr(limits_now or assignment.limits, name) for name, box in self.limits.items()}
        return {
            self.text: experiments.write_yaml(assignment.experiment),
            self.may_change: assignment.may_change,
            self.laboratory: assignment.laboratory,
            **{box: getattr(assignment, name) for name, box in self.numbers.items()},
            **limits,
        }


def build() -> AssignmentForm:
    """Lay out the form."""
    titles = [(datasets.card(name).title, name) for name in datasets.names()]
    offered = [(one.title, key) for key, one in experiments.shipped_experiments().items()]
    gr.Markdown(words.ASSIGNMENT)
    gr.Markdown(words.ASSIGNMENT_HELP, elem_classes="field-label")
    with gr.Row(elem_classes="class-fields"):
        data = gr.Dropdown(titles, value="sentiment", label=words.DATA, elem_id="class-data")
        experiment = gr.Dropdown(offered, value=None, label=words.EXPERIMENT, elem_id="class-experiment")
    with gr.Row(elem_classes="quiet-row"):
        take = gr.Button(words.TAKE_SETUP, size="sm", elem_classes="quiet-button", elem_id="class-take-setup")
        opened = gr.UploadButton(
            words.OPEN_FILE, file_types=[".yaml", ".yml", ".json"], type="binary", size="sm", variant="secondary",
            elem_classes="quiet-button",
        )  # fmt: skip
        save = widgets.download(words.SAVE)
    may_change = gr.Radio([*words.MAY.items()], value="prompt", label=words.MAY_CHANGE)
    with gr.Row(elem_classes="class-fields"):
        numbers = number_boxes(Assignment, "seen", "sealed")
    with gr.Row(elem_classes="class-fields"):
        limits = number_boxes(Limits, "attempts", "tokens", "minutes")
    laboratory = gr.Checkbox(False, label=words.LABORATORY)
    with gr.Accordion(words.AS_TEXT, open=False):
        text = gr.Textbox("", show_label=False, container=False, lines=8, elem_id="class-text")
    with gr.Row(elem_classes="acts"):
        give = gr.Button(words.GIVE, variant="primary", elem_id="class-give")
        change = gr.Button(words.LIMITS, elem_id="class-limits")
    return AssignmentForm(
        data=data, take=take, experiment=experiment, open=opened, save=save, text=text, may_change=may_change,
        laboratory=laboratory, numbers=numbers, limits=limits, give=give, change_limits=change,
    )  # fmt: skip
