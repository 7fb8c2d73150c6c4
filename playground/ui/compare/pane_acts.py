"""What the buttons of one answered pane do: its messages, its setup elsewhere, asking it again, stopping it alone."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.errors import InvalidSetup
from playground.parameters import STRICT
from playground.presets import Preset
from playground.types import Run, Setup
from playground.ui.compare.run import ComparisonRun
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.run_view import steps_values
from playground.ui.widgets.status import sentence

NO_PANE = "There is no such pane; run the comparison again."


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneClick:
    """A pane, by its place, and one of its repetitions."""

    __pydantic_config__ = STRICT
    pane: int = payloads.whole(25)
    repetition: int = payloads.whole(99)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneActs:
    """The view whose buttons these are, and what shows the outcome. `comparison_run` is the session's last."""

    answers: Any
    comparison_run: Any
    steps_title: Any
    steps: Any
    saved: Any
    setup_to_open: Any


def clicked(now: ComparisonRun | None, event: gr.EventData) -> tuple[ComparisonRun, int, Run]:
    """The comparison, the pane's place and its run. Raises InvalidSetup for what is not there, or may not be seen."""
    click = payloads.read(PaneClick, event)
    if now is None or click.pane >= len(now.every) or click.repetition >= len(now.every[click.pane]):
        raise InvalidSetup(NO_PANE)
    now.refuse_hidden()
    return now, click.pane, now.every[click.pane][click.repetition]


def wire(acts: PaneActs) -> None:
    """Attach the handlers."""

    def setup_of(now: ComparisonRun | None, event: gr.EventData) -> Setup:
        _, _, run = clicked(now, event)
        return run.setup

    @report_errors
    def open_one(now: ComparisonRun | None, event: gr.EventData) -> Any:
        setup = setup_of(now, event)
        yield {acts.setup_to_open: None}  # opened twice, it is news twice
        yield {acts.setup_to_open: setups.to_dict(setup)}

    @report_errors
    def save(now: ComparisonRun | None, event: gr.EventData) -> dict[str, str]:
        setup = setup_of(now, event)
        return {"name": "pane.yaml", "text": presets.write_preset(Preset(title="My preset", about="", setup=setup))}

    @report_errors
    def stop(now: ComparisonRun | None, event: gr.EventData) -> None:
        there, at, _ = clicked(now, event)
        there.halts[at].set()  # the comparison itself shows how the pane ended: only one writes to the page

    @report_errors
    def show_steps(now: ComparisonRun | None, event: gr.EventData) -> dict[Any, Any]:
        there, at, run = clicked(now, event)
        number = payloads.read(PaneClick, event).repetition + 1
        title = there.picked.titles[at]
        if there.repetitions > 1:
            title = f"{title}, repetition {number} of {there.repetitions}"
        value = {**steps_values.steps_value(run), "editable": False}
        return {acts.steps_title: sentence(f"Steps and messages of {title}"), acts.steps: value}

    view = acts.answers
    view.open_setup(open_one, acts.comparison_run, [acts.setup_to_open], **AT_ONCE)
    view.save_preset(save, acts.comparison_run, acts.saved, **AT_ONCE)
    view.stop_pane(stop, acts.comparison_run, None, **AT_ONCE)
    view.show_steps(show_steps, acts.comparison_run, [acts.steps_title, acts.steps], **AT_ONCE)
