"""The panel of a watch: what is asked of whom, and what its looks saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.ui import widgets
from playground.ui.finetune.watching.scheduled import INTERVALS
from playground.ui.finetune.watching.watch_values import NEW
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

ABOUT = (
    "An experiment is asked of the same weights again and again, and a drop that is more than chance explains is an "
    "alarm. By hand, or by itself as long as the playground runs; with an exit status for a CI, by "
    "`python -m playground.experiment watch FILE.yaml --every 6h`, whose looks are shown here too."
)
TICK = 60.0  # seconds between two glances at a watch that is looked at by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPanel:
    """The widgets. `new` is what a new watch is made of, `opened` an experiment from a file, `alarms` says which of all
    watches dropped, `clock` ticks while the one that is shown is looked at by itself, and `changes` counts what was
    seen and forgotten."""

    kept: Any
    new: Any
    experiment: Any
    upload: Any
    opened: Any
    weights: Any
    every: Any
    clock: Any
    alarms: Any
    look: Any
    renew: Any
    forget: Any
    state: Any
    plot: Any
    table: Any
    changes: Any
    line: WaitingLine
    offered: Mapping[str, Experiment]

    @property
    def outputs(self) -> list[Any]:
        return [
            self.kept,
            self.new,
            self.every,
            self.clock,
            self.alarms,
            self.state,
            self.plot,
            self.table,
            self.renew,
            self.forget,
            self.changes,
        ]


def build(page: Any) -> WatchPanel:
    """Lay out the panel, folded."""
    offered = experiments.shipped_experiments()
    titles = [(one.title, key) for key, one in offered.items()]
    alarms = widgets.words(spoken=True, elem_id="watch-alarms")  # seen also while the panel is folded
    with gr.Accordion("Watch", open=False, elem_id="watch"):
        gr.Markdown(ABOUT, elem_classes="field-label")
        kept = gr.Dropdown([("A new watch", NEW)], value=NEW, label="Watch", filterable=False, elem_id="watch-kept")
        with gr.Column(min_width=0) as new:
            experiment = gr.Dropdown(titles, value=titles[0][1], label="Experiment", filterable=False)
            upload = gr.UploadButton(
                "Open an experiment", file_types=[".yaml", ".yml"], type="binary", size="sm", variant="secondary",
                elem_classes="quiet-button",
            )  # fmt: skip
            weights = gr.Dropdown([], label="Asked of", filterable=False, elem_id="watch-weights")
        every = gr.Dropdown(
            [(title, seconds) for seconds, title in INTERVALS.items()], value=0, label="Look", filterable=False,
            visible=False, elem_id="watch-every",
        )  # fmt: skip
        clock = gr.Timer(TICK, active=False)
        with gr.Row(elem_classes="acts"):
            look = gr.Button("Look now", variant="primary", elem_id="watch-look", elem_classes="runs")
            stop = gr.Button("Stop looking", interactive=False, elem_id="watch-stop", elem_classes="stops")
        line = waiting_line.build(page, look, stop)
        state = widgets.words(spoken=True, elem_id="watch-state")
        plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="watch-plot")
        table = widgets.tables(elem_id="watch-looks")
        with gr.Row(elem_classes="quiet-row"):
            renew = gr.Button("Make the last look the reference", size="sm", visible=False, elem_classes="quiet-button")
            forget = gr.Button("Forget this watch", size="sm", visible=False, elem_classes="quiet-button")
    return WatchPanel(
        kept=kept, new=new, experiment=experiment, upload=upload, opened=gr.State(None), weights=weights, look=look,
        every=every, clock=clock, alarms=alarms,
        renew=renew, forget=forget, state=state, plot=plot, table=table, changes=gr.State(0), line=line,
        offered=offered,
    )  # fmt: skip
