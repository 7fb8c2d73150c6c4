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
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import Updates, Values
from playground.ui.setup_form.fields import each_once
from playground.ui.setup_form.labels import describe_error

NONE = ("None", "")
COMMON = "Sampling of all columns"
report_labelled = partial(report_errors, words=describe_error)


@dataclass(frozen=True, slots=True)
class EditedRow:
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
    def outputs(self) -> list[Any]:
        """All that `write` may update."""
        acts = [self.choice, self.up, self.down, self.duplicate, self.remove, self.add]
        return each_once([*self.widgets, *self.editor.frames, self.frame, *acts])

    def rows_now(self, values: Values) -> list[Row]:
        """All rows, the edited one as it is now. Raises InvalidSetup for what no row could hold."""
        edited: EditedRow | None = values[self.edited]
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
        return technique_rows.read(self.rows_now(values), self.ticks(values))

    def names(self, values: Values) -> list[str]:
        """What the ticked rows are called; nothing where the list holds what it cannot."""
        try:
            held, ticked = self.rows_now(values), self.ticks(values)
        except InvalidSetup:
            return []
        return [technique_rows.title(row) for row in held if row["id"] in ticked]

    def rename_rows(self, values: Values) -> Updates:
        """Updates that call the rows what they are called now; none where the editor holds what no row could."""
        try:
            return self.name_rows(self.rows_now(values))
        except InvalidSetup:  # said where it is told what a run would take
            return {}

    def write(self, rows: Sequence[Row], ticked: Sequence[str], edited: EditedRow | None = None) -> Updates:
        """Updates that make the list hold these rows and the editor the edited one. Raises InvalidSetup for a row that
        no setup could be."""
        ids = [row["id"] for row in rows]
        at = ids.index(edited.id) if edited and edited.id in ids else None
        room = len(rows) < technique_rows.MOST
        listed = self.name_rows(rows)
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

    def name_rows(self, rows: Sequence[Row]) -> Updates:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHandlers:
    """The handlers. `common` holds the sampling of all columns as text."""

    panel: ColumnsPanel
    common: Any

    @report_labelled
    def choose(self, values: dict[Any, Any]) -> Updates:
        """The list tells of one choice more than once, and of leaving it as it was: what is typed meanwhile stays."""
        edited: EditedRow | None = values[self.panel.edited]
        chosen = str(values[self.panel.choice])
        if chosen == (edited.id if edited else ""):
            return {self.panel.ticked: gr.skip()}
        rows, ticked, common = self.leave(values)
        return self.panel.write(rows, ticked, EditedRow(chosen, common))

    @report_labelled
    def add(self, values: dict[Any, Any]) -> Updates:
        rows, ticked, common = self.leave(values)
        technique_rows.with_room(rows)
        (row,) = technique_rows.rows([Technique()], rows)
        return self.panel.write([*rows, row], [*ticked, row["id"]], EditedRow(row["id"], common))

    @report_labelled
    def duplicate(self, values: dict[Any, Any]) -> Updates:
        rows, ticked, common = self.leave(values)
        at = self.place(rows, values)
        row = technique_rows.duplicate(rows, rows[at])
        more = [*rows[: at + 1], row, *rows[at + 1 :]]
        return self.panel.write(more, [*ticked, row["id"]], EditedRow(row["id"], common))

    @report_labelled
    def remove(self, values: dict[Any, Any]) -> Updates:
        rows, ticked = values[self.panel.rows], self.panel.ticks(values)  # whatever the editor holds: it goes
        gone = rows[self.place(rows, values)]["id"]
        return self.panel.write([row for row in rows if row["id"] != gone], [one for one in ticked if one != gone])

    @report_labelled
    def move_up(self, values: dict[Any, Any]) -> Updates:
        return self.move(values, -1)

    @report_labelled
    def move_down(self, values: dict[Any, Any]) -> Updates:
        return self.move(values, 1)

    @report_errors
    def show(self, values: dict[Any, Any]) -> Updates:
        return self.panel.editor.show(values)

    @report_errors
    def follow(self, values: dict[Any, Any]) -> Updates:
        """Another sampling of all columns shows in the editor, where the row says nothing else."""
        panel = self.panel
        if values[panel.edited] is None:
            return {panel.ticked: gr.skip()}
        try:
            rows, ticked, common = self.leave(values)
        except InvalidSetup:  # half typed; it is said where it is told what a run would take
            return {panel.ticked: gr.skip()}
        return panel.write(rows, ticked, EditedRow(values[panel.edited].id, common))

    def leave(self, values: Values) -> tuple[list[Row], list[str], Mapping[str, Any]]:
        """The rows, which are ticked, and the common sampling; refused while the edited row is none that could be."""
        rows, edited = self.panel.rows_now(values), values[self.panel.edited]
        for row in rows:
            if edited and row["id"] == edited.id:
                as_setup(row, edited.common)
        return rows, self.panel.ticks(values), read_sampling(values[self.common], COMMON)

    def move(self, values: Values, by: int) -> Updates:
        rows, ticked, common = self.leave(values)
        id = rows[self.place(rows, values)]["id"]
        return self.panel.write(technique_rows.move(rows, id, by), ticked, EditedRow(id, common))

    def place(self, rows: Sequence[Row], values: Values) -> int:
        """Where the chosen row stands: the editor may still hold the one before. Raises InvalidSetup without one."""
        at = next((at for at, row in enumerate(rows) if row["id"] == values[self.panel.choice]), None)
        if at is None:
            raise InvalidSetup("No column is edited; choose one first.")
        return at


def wire(handlers: ColumnHandlers) -> None:
    """Attach the handlers."""
    panel, common = handlers.panel, handlers.common
    quick: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    last, once = {"trigger_mode": "always_last", **quick}, {"trigger_mode": "once", **quick}
    inputs = {*panel.widgets, panel.choice, common}
    panel.choice.input(handlers.choose, inputs, panel.outputs, **last)
    for button, handler in (
        (panel.add, handlers.add), (panel.duplicate, handlers.duplicate), (panel.remove, handlers.remove),
        (panel.up, handlers.move_up), (panel.down, handlers.move_down),
    ):  # fmt: skip
        button.click(handler, inputs, panel.outputs, **once)
    deciding = [widget.change for widget in panel.editor.technique.deciding]
    gr.on(deciding, handlers.show, set(panel.editor.technique.widgets), panel.editor.frames, **last)
    common.input(handlers.follow, inputs, panel.outputs, **last)
