"""The columns of an experiment as widgets: a list to tick, and the sections of a setup for the one that is edited.

One editor serves all rows. Widgets that a `gr.render` makes anew for each row are no inputs of a handler outside of it:
every row would have to be copied into the session by events of its own, and a run that is started meanwhile would ask
what stood there a moment before. What this editor holds comes with every event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup
from playground.evaluation.plan import Technique
from playground.ui.experiments import column_editor, technique_rows
from playground.ui.experiments.column_editor import ColumnEditor, as_setup
from playground.ui.experiments.form_values import sampling as read_sampling
from playground.ui.experiments.technique_rows import Row
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.handlers.tab import Updates, Values
from playground.ui.setup_form.fields import each_once
from playground.ui.setup_form.labels import labelled

NONE = ("None", "")
COMMON = "Sampling of all columns"


@dataclass(frozen=True, slots=True)
class Edited:
    """The row that the editor was given, and under what sampling of all columns."""

    id: str
    common: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsPanel:
    """The widgets. `rows`, and which of them is `edited`, are the session's memory."""

    rows: Any
    edited: Any
    ticked: Any
    choice: Any
    frame: Any
    up: Any
    down: Any
    duplicate: Any
    remove: Any
    add: Any
    editor: ColumnEditor

    @property
    def widgets(self) -> list[Any]:
        return [self.rows, self.edited, self.ticked, *self.editor.widgets]

    @property
    def written(self) -> list[Any]:
        """All that `write` may update."""
        acts = [self.choice, self.up, self.down, self.duplicate, self.remove, self.add]
        return each_once([*self.widgets, *self.editor.frames, self.frame, *acts])

    def held(self, values: Values) -> list[Row]:
        """All rows, the edited one as it is now. Raises InvalidSetup for what no row could hold."""
        edited: Edited | None = values[self.edited]
        rows: list[Row] = values[self.rows]
        if edited is None:
            return rows
        read = partial(self.editor.read, common=edited.common, values=values)
        return [read(row) if row["id"] == edited.id else row for row in rows]

    def ticks(self, values: Values) -> list[str]:
        """The ids of the ticked rows. Raises InvalidSetup for what the list could not hold."""
        ticked, known = values[self.ticked], [row["id"] for row in values[self.rows]]
        if not isinstance(ticked, list) or any(one not in known for one in ticked):
            raise InvalidSetup("The ticked columns are not those of the list; tick them again.", path=("techniques",))
        return ticked

    def read(self, values: Values) -> list[dict[str, Any]]:
        """The ticked rows as an experiment writes them. Raises InvalidSetup."""
        return technique_rows.read(self.held(values), self.ticks(values))

    def names(self, values: Values) -> list[str]:
        """What the ticked rows are called; nothing where the list holds what it cannot."""
        try:
            held, ticked = self.held(values), self.ticks(values)
        except InvalidSetup:
            return []
        return [technique_rows.title(row) for row in held if row["id"] in ticked]

    def write(self, rows: Sequence[Row], ticked: Sequence[str], edited: Edited | None = None) -> Updates:
        """Updates that make the list hold these rows and the editor the edited one. Raises InvalidSetup for a row that
        no setup could be."""
        ids = [row["id"] for row in rows]
        at = ids.index(edited.id) if edited and edited.id in ids else None
        room = len(rows) < technique_rows.MOST
        listed = self.listed(rows)
        return {
            **listed,
            self.rows: list(rows),
            self.edited: edited if at is not None else None,
            self.ticked: {**listed[self.ticked], "value": list(ticked)},
            self.choice: {**listed[self.choice], "value": edited.id if edited and at is not None else ""},
            self.frame: gr.update(visible=at is not None),
            self.up: gr.update(interactive=bool(at)),
            self.down: gr.update(interactive=at is not None and at < len(rows) - 1),
            self.duplicate: gr.update(interactive=at is not None and room),
            self.remove: gr.update(interactive=at is not None),
            self.add: gr.update(interactive=room),
            **(self.editor.write(rows[at], edited.common) if edited and at is not None else {}),
        }

    def listed(self, rows: Sequence[Row]) -> Updates:
        """Updates of what the rows are called where they are ticked and chosen."""
        named = [(technique_rows.label(row), row["id"]) for row in rows]
        return {self.ticked: gr.update(choices=named), self.choice: gr.update(choices=[NONE, *named])}


def build() -> ColumnsPanel:
    """Lay out the list, what changes it, and the editor."""
    ticked = gr.CheckboxGroup(
        [], label="Columns", info="Each ticked one is asked, on the same items and with the same seeds.",
        elem_id="columns-asked",
    )  # fmt: skip
    with gr.Row(elem_classes="column-acts"):
        choice = gr.Dropdown([NONE], value="", label="Edit a column", filterable=False, min_width=140)
        acts = [
            gr.Button(label, size="sm", variant="secondary", interactive=False, elem_classes="quiet-button")
            for label in ("Move up", "Move down", "Duplicate", "Remove")
        ]
    with gr.Column(visible=False, elem_id="column-editor", min_width=0) as frame:
        editor = column_editor.build()
    with gr.Row(elem_classes="quiet-row"):
        add = gr.Button("Add a column", size="sm", variant="secondary", elem_classes="quiet-button")
    up, down, duplicate, remove = acts
    return ColumnsPanel(
        rows=gr.State([]), edited=gr.State(None), ticked=ticked, choice=choice, frame=frame, up=up, down=down,
        duplicate=duplicate, remove=remove, add=add, editor=editor,
    )  # fmt: skip


def wire(panel: ColumnsPanel, common: Any) -> None:
    """Attach the handlers. `common` holds the sampling of all columns as text."""
    said = partial(told, words=labelled)

    def leave(values: Values) -> tuple[list[Row], list[str], Mapping[str, Any]]:
        """The rows, which are ticked, and the common sampling; refused while the edited row is none that could be."""
        held, edited = panel.held(values), values[panel.edited]
        for row in held:
            if edited and row["id"] == edited.id:
                as_setup(row, edited.common)
        return held, panel.ticks(values), read_sampling(values[common], COMMON)

    @said
    def choose(values: dict[Any, Any]) -> Updates:
        held, ticked, shared = leave(values)
        return panel.write(held, ticked, Edited(str(values[panel.choice]), shared))

    @said
    def add(values: dict[Any, Any]) -> Updates:
        held, ticked, shared = leave(values)
        technique_rows.with_room(held)
        (row,) = technique_rows.rows([Technique()], held)
        return panel.write([*held, row], [*ticked, row["id"]], Edited(row["id"], shared))

    @said
    def duplicate(values: dict[Any, Any]) -> Updates:
        held, ticked, shared = leave(values)
        at = _place(held, values[panel.edited])
        row = technique_rows.duplicate(held, held[at])
        return panel.write([*held[: at + 1], row, *held[at + 1 :]], [*ticked, row["id"]], Edited(row["id"], shared))

    @said
    def remove(values: dict[Any, Any]) -> Updates:
        rows, ticked = values[panel.rows], panel.ticks(values)  # whatever the editor holds: it goes
        gone = rows[_place(rows, values[panel.edited])]["id"]
        return panel.write([row for row in rows if row["id"] != gone], [one for one in ticked if one != gone])

    def move(by: int) -> Any:
        @said
        def move_row(values: dict[Any, Any]) -> Updates:
            held, ticked, shared = leave(values)
            id = held[_place(held, values[panel.edited])]["id"]
            return panel.write(technique_rows.moved(held, id, by), ticked, Edited(id, shared))

        return move_row

    @told
    def rename(values: dict[Any, Any]) -> Updates:
        try:
            return panel.listed(panel.held(values))
        except InvalidSetup:  # said below, where it is told what a run would take
            return {panel.ticked: gr.skip()}

    @told
    def show(values: dict[Any, Any]) -> Updates:
        return panel.editor.show(values)

    @told
    def follow(values: dict[Any, Any]) -> Updates:
        """Another sampling of all columns shows in the editor, where the row says nothing else."""
        if values[panel.edited] is None:
            return {panel.ticked: gr.skip()}
        try:
            held, ticked, shared = leave(values)
        except InvalidSetup:  # half typed; it is said where it is told what a run would take
            return {panel.ticked: gr.skip()}
        return panel.write(held, ticked, Edited(values[panel.edited].id, shared))

    quick: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    last, once = {"trigger_mode": "always_last", **quick}, {"trigger_mode": "once", **quick}
    inputs = {*panel.widgets, panel.choice, common}
    panel.choice.input(choose, inputs, panel.written, **last)
    for button, handler in (
        (panel.add, add), (panel.duplicate, duplicate), (panel.remove, remove), (panel.up, move(-1)),
        (panel.down, move(1)),
    ):  # fmt: skip
        button.click(handler, inputs, panel.written, **once)
    deciding = [widget.change for widget in panel.editor.technique.deciding]
    gr.on(deciding, show, set(panel.editor.technique.widgets), panel.editor.frames, **last)
    gr.on(changes(panel.editor.widgets), rename, set(panel.widgets), [panel.ticked, panel.choice], **last)
    common.input(follow, inputs, panel.written, **last)


def changes(widgets: Sequence[Any]) -> list[Any]:
    """What happens when any of these becomes another."""
    return [event for box in widgets for event in (box.change, *([box.input] if isinstance(box, gr.HTML) else []))]


def _place(rows: Sequence[Row], edited: Edited | None) -> int:
    """Where the edited row stands. Raises InvalidSetup where none is edited."""
    at = next((at for at, row in enumerate(rows) if edited and row["id"] == edited.id), None)
    if at is None:
        raise InvalidSetup("No column is edited; choose one first.")
    return at
