"""The versions of a prompt: what was changed between any two, what each answered, and a way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.types import Run, Setup
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.handlers.payloads import words
from playground.ui.handlers.sessions import Sessions
from playground.ui.playground import versions_values
from playground.ui.playground.versions_values import Version, find_version
from playground.ui.setup_form.form import Form

COLOURS = {"added": "#2e7d32", "removed": "#c62828"}  # the words stand there as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form held when a run began, with variables as they were typed, and what was `sent`: with their values,
    which `of` says in short."""

    setup: Setup
    sent: Setup
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPanel:
    """The widgets. `kept` is in the browser. The session's are `asked`, of the run that goes on, and `picked`, the
    numbers that a person chose: what the lists themselves hold comes late where they are folded away."""

    kept: Any
    asked: Any
    picked: Any
    chosen: Any
    other: Any
    name: Any
    shown: Any
    back: Any
    forget: Any

    @property
    def pair(self) -> list[Any]:
        return [self.chosen, self.other]

    def draw(self, versions: Sequence[Version], picked: tuple[Any, Any] | None) -> dict[Any, Any]:
        """Offer these versions, with two of them against each other: the latest two unless others were picked."""
        known = [version.number for version in versions]
        numbers = picked if picked and picked[0] in known else (*reversed(known), None, None)[:2]
        titles = versions_values.offered(versions)
        lists = zip(self.pair, numbers, strict=True)
        chosen = {widget: gr.update(choices=titles, value=number) for widget, number in lists}
        return {**chosen, **self.compare(versions, *numbers)}

    def compare(self, versions: Sequence[Version], *numbers: Any) -> dict[Any, Any]:
        """What is shown of two of them, either of which may be none."""
        one, other = (find_version(versions, number) if number else None for number in numbers)
        text = versions_values.difference(one, other) if one else []
        return {self.name: one.name if one else "", self.shown: text}


def build() -> VersionsPanel:
    """Lay out the panel, folded away."""
    # With a secret that each start of the server makes anew, what is kept is not read and each page has an error.
    kept = gr.BrowserState([], storage_key="playground-versions", secret="playground")
    with gr.Accordion("Versions", open=False, elem_id="versions"):
        gr.Markdown(
            "Each run that asks otherwise than the one before is kept here, in this browser and nowhere else.",
            elem_classes="field-label",
        )
        with gr.Row(elem_classes="pair"):
            chosen = gr.Dropdown([], label="Version", filterable=False, min_width=140)
            other = gr.Dropdown([], label="Compared with", filterable=False, min_width=140)
        name = gr.Textbox(label="Name of this version", max_lines=1, max_length=60, info="Enter keeps it.")
        shown = gr.HighlightedText(
            label="What was asked and answered", color_map=COLOURS, show_inline_category=True, elem_id="version-text"
        )
        with gr.Row(elem_classes="quiet-row"):
            back = gr.Button("Go back to this version", size="sm")
            forget = gr.Button("Forget all versions", size="sm")
    return VersionsPanel(
        kept=kept,
        asked=gr.State(None),
        picked=gr.State(None),
        chosen=chosen,
        other=other,
        name=name,
        shown=shown,
        back=back,
        forget=forget,
    )


def wire(panel: VersionsPanel, ran: Any, run: Any, form: Form, presets: Any, sessions: Sessions) -> None:
    """Attach the handlers. `ran` is the end of a run, `run` the session's last one; `presets` is their list."""

    def read(values: dict[Any, Any]) -> tuple[Version, ...]:
        return versions_values.read_versions(values[panel.kept])

    @told
    def draw(values: dict[Any, Any]) -> dict[Any, Any]:
        return panel.draw(read(values), values[panel.picked])

    @told
    def keep(values: dict[Any, Any]) -> dict[Any, Any]:
        """A run that was taken back, or of which nothing came, is none: then another is shown."""
        asked: Asked | None = values[panel.asked]
        shown: Run | None = values[run]
        if asked is None or shown is None or shown.setup != asked.sent:
            return {panel.asked: None}
        answer = shown.answer or shown.how or shown.error or shown.status
        versions = versions_values.add_run(read(values), asked.setup, answer, asked.of)
        return {panel.kept: versions_values.write_versions(versions), panel.asked: None, panel.picked: None}

    @told
    def compare(values: dict[Any, Any]) -> dict[Any, Any]:
        numbers = values[panel.chosen], values[panel.other]
        return {**panel.compare(read(values), *numbers), panel.picked: numbers}

    @told
    def rename(values: dict[Any, Any]) -> dict[Any, Any]:
        versions = versions_values.rename(read(values), values[panel.chosen], words(values[panel.name], "name"))
        return {panel.kept: versions_values.write_versions(versions)}

    @told
    def restore(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        version = find_version(read(values), values[panel.chosen])
        return {**form.write(setups.parse(version.setup), sessions.of(request)), presets: ""}

    def forget() -> dict[Any, Any]:
        return {panel.kept: [], panel.picked: None}

    plain = {"preprocess": False, **AT_ONCE}
    texts, memory = [panel.name, panel.shown], [panel.asked, panel.picked]
    panel.kept.change(draw, {panel.kept, panel.picked}, [*panel.pair, *texts], **plain)  # when the page opens, too
    ran.then(keep, {panel.kept, panel.asked, run}, [panel.kept, *memory], **plain)
    chosen = [widget.input for widget in panel.pair]
    gr.on(
        chosen, compare, {panel.kept, *panel.pair}, [*texts, panel.picked], trigger_mode="always_last", **plain
    )  # fmt: skip
    panel.name.submit(rename, {panel.kept, panel.chosen, panel.name}, [panel.kept], **plain)
    panel.back.click(restore, {panel.kept, panel.chosen}, [*form.written, presets], **plain)
    panel.forget.click(forget, None, [panel.kept, panel.picked], **AT_ONCE)
