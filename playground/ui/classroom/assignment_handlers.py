"""What a teacher does with the assignment: takes, opens, saves and gives it, and changes its limits."""

from dataclasses import dataclass
from typing import Any, Protocol

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.classroom import assignment as assignments
from playground.classroom import items
from playground.classroom.assignment import Limits
from playground.classroom.records import Classroom
from playground.classroom.seats import require_teacher
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup
from playground.evaluation import datasets, experiments
from playground.evaluation.plan import Experiment
from playground.types import Setup
from playground.ui.classroom import words
from playground.ui.classroom.teacher_panel import TeacherPanel
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import Taking, Updates, Values
from playground.ui.handlers.uploads import text_of_file
from playground.ui.widgets.status import sentence


class Teacher(Protocol):
    """The teacher's page, of which the assignment is a part."""

    @property
    def panel(self) -> TeacherPanel: ...
    @property
    def secret(self) -> Any: ...
    @property
    def store(self) -> ClassStore: ...
    def room(self, values: Values) -> Classroom: ...
    def view(self, classroom: Classroom, counted: Any) -> Updates: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentHandlers:
    """The handlers, for the teacher whose page it is."""

    teacher: Teacher

    @property
    def panel(self) -> TeacherPanel:
        return self.teacher.panel

    def take(self, values: Values, setup: Setup, catalog: Catalog) -> Updates:
        """The Playground's setup becomes the assignment's beginning."""
        self.teacher.room(values)
        data = payloads.words(values[self.panel.form.data], "data")
        if data not in datasets.names():
            raise InvalidSetup(path=("data",), value=data, rule=f"it must be one of {', '.join(datasets.names())}.")
        return self._chosen(assignments.from_setup(setup, data).experiment)

    def _chosen(self, experiment: Experiment) -> Updates:
        said = sentence(words.CHOSEN.format(title=experiment.title))
        return {self.panel.form.text: experiments.write_yaml(experiment), self.panel.said: said}

    @report_errors
    def choose_experiment(self, values: Values) -> Updates:
        self.teacher.room(values)
        form, offered = self.panel.form, experiments.shipped_experiments()
        name = payloads.words(values[form.experiment], "experiment")
        return self._chosen(offered[name]) if name in offered else {form.text: gr.skip()}

    @report_errors
    def open_file(self, content: Any, secret: Any) -> Updates:
        text = text_of_file(content, assignments.MAX_BYTES)
        require_teacher(self.teacher.store, payloads.words(secret, "place"))
        given = assignments.read_yaml(text, "The assignment")
        return {**self.panel.form.write(given), **self._chosen(given.experiment)}

    @report_errors
    def save_file(self, values: Values) -> Updates:
        self.teacher.room(values)
        text = assignments.write_yaml(self.panel.form.read(values))
        return {self.panel.form.save: {"name": "assignment.yaml", "text": text}}

    @report_errors
    def give(self, values: Values) -> Updates:
        room, given = self.teacher.room(values), items.written_out(self.panel.form.read(values))
        classroom = self.teacher.store.classes.give(room.id, given)
        return {**self.teacher.view(classroom, ""), self.panel.said: sentence(words.GIVEN)}

    @report_errors
    def change_limits(self, values: Values) -> Updates:
        limits: Limits = setups.build(Limits, self.panel.form.read_limits(values), ("limits",))
        classroom = self.teacher.store.classes.change(self.teacher.room(values).id, limits=limits)
        return {**self.teacher.view(classroom, ""), self.panel.said: sentence(words.LIMITS_SET)}


def wire(handlers: AssignmentHandlers) -> Taking:
    """Attach the handlers; gives what takes the Playground's setup."""
    panel, form, secret = handlers.panel, handlers.panel.form, handlers.teacher.secret
    seen, chosen = [*panel.often, panel.said], [form.text, panel.said]
    whole = {secret, *form.inputs}
    for button, handler, outputs in (
        (form.give, handlers.give, seen),
        (form.change_limits, handlers.change_limits, seen),
        (form.save, handlers.save_file, [form.save]),
    ):
        button.click(handler, whole, outputs, preprocess=False, **AT_ONCE)
    form.experiment.input(handlers.choose_experiment, {secret, form.experiment}, chosen, preprocess=False, **AT_ONCE)
    form.open.upload(handlers.open_file, [form.open, secret], [*form.inputs, panel.said], **READING)
    return Taking(button=form.take, inputs=[secret, form.data], outputs=chosen, take=handlers.take)
