"""What a teacher does with the assignment: takes, opens, saves and gives it, and changes its limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
from playground.formats import format_count
from playground.types import Setup
from playground.ui.classroom import words
from playground.ui.classroom.labels import report_labelled
from playground.ui.classroom.teacher_panel import TeacherPanel
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.tab import Receiving, Taking, Updates, Values
from playground.ui.handlers.uploads import text_of_file
from playground.ui.widgets.status import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentHandlers:
    """The handlers. `secret` holds the teacher's, whose class `room` gives, and `view` shows."""

    panel: TeacherPanel
    secret: Any
    store: ClassStore
    room: Callable[[Values], Classroom]
    view: Callable[[Classroom, Any], Updates]

    def take(self, values: Values, setup: Setup, catalog: Catalog | None = None) -> Updates:
        """The Playground's setup becomes the assignment's beginning."""
        self.room(values)
        data = payloads.words(values[self.panel.form.data], "data")
        if data not in datasets.names():
            raise InvalidSetup(path=("data",), value=data, rule=f"it must be one of {', '.join(datasets.names())}.")
        chosen = self._chosen(assignments.from_setup(setup, data).experiment)
        if assignments.ITEM in setup.task.input:
            return chosen
        return {**chosen, self.panel.said: sentence(words.OWN_TEMPLATE.format(data=datasets.card(data).title))}

    def receive(self, values: Values, given: Mapping[str, Any]) -> Updates:
        """So does what another tab hands over: the plan of an experiment, or what a lesson tries."""
        if "setup" in given:
            return self.take(values, setups.parse(given["setup"]))
        self.room(values)
        return self._chosen(experiments.parse(given["experiment"]))

    def _chosen(self, experiment: Experiment) -> Updates:
        said = sentence(words.CHOSEN.format(title=experiment.title))
        data = experiment.data.name
        items_from = {self.panel.form.data: data} if data in datasets.names() else {}
        return {**items_from, self.panel.form.text: experiments.write_yaml(experiment), self.panel.said: said}

    @report_labelled
    def choose_experiment(self, values: Values) -> Updates:
        self.room(values)
        form, offered = self.panel.form, experiments.shipped_experiments()
        name = payloads.words(values[form.experiment], "experiment")
        return self._chosen(offered[name]) if name in offered else {form.text: gr.skip()}

    @report_labelled
    def open_file(self, content: Any, secret: Any) -> Updates:
        text = text_of_file(content, assignments.MAX_BYTES)
        require_teacher(self.store, payloads.words(secret, "place"))
        given = assignments.read_yaml(text, "The assignment")
        return {**self.panel.form.write(given), **self._chosen(given.experiment)}

    @report_labelled
    def save_file(self, values: Values) -> Updates:
        self.room(values)
        text = assignments.write_yaml(self.panel.form.read(values))
        return {self.panel.form.save: {"name": "assignment.yaml", "text": text}}

    @report_labelled
    def give(self, values: Values) -> Updates:
        """What was done for the assignment before goes; so the first click says what that is."""
        room, given = self.room(values), items.written_out(self.panel.form.read(values))
        lost = self._would_be_lost(room)
        if lost and not room.state.ended and values[self.panel.asked] != lost:
            return {self.panel.asked: lost, self.panel.said: sentence(lost, wrong=True)}
        classroom = self.store.classes.give(room.id, given)
        return {**self.view(classroom, ""), self.panel.asked: "", self.panel.said: sentence(words.GIVEN)}

    def _would_be_lost(self, room: Classroom) -> str:
        looks = sum(self.store.work.count_looks(room.id).values())
        submissions = sum(self.store.work.count_submissions(room.id).values())
        if not looks + submissions:
            return ""
        counts = {"submissions": format_count(submissions, "submission"), "looks": format_count(looks, "look")}
        return words.WOULD_BE_LOST.format(**counts)

    @report_labelled
    def change_limits(self, values: Values) -> Updates:
        limits: Limits = setups.build(Limits, self.panel.form.read_limits(values), ("limits",))
        classroom = self.store.classes.change(self.room(values).id, limits=limits)
        return {**self.view(classroom, ""), self.panel.said: sentence(words.LIMITS_SET)}


def wire(handlers: AssignmentHandlers) -> tuple[Taking, Receiving]:
    """Attach the handlers; gives what takes the Playground's setup, and what other tabs hand over."""
    panel, form, secret = handlers.panel, handlers.panel.form, handlers.secret
    seen, chosen = [*panel.often, panel.said], [form.data, form.text, panel.said]
    whole = {secret, panel.asked, *form.inputs}
    for button, handler, outputs in (
        (form.give, handlers.give, [*seen, panel.asked]),
        (form.change_limits, handlers.change_limits, seen),
        (form.save, handlers.save_file, [form.save]),
    ):
        button.click(handler, whole, outputs, preprocess=False, **AT_ONCE)
    form.experiment.input(handlers.choose_experiment, {secret, form.experiment}, chosen, preprocess=False, **AT_ONCE)
    form.open.upload(handlers.open_file, [form.open, secret], [form.data, *form.inputs, panel.said], **READING)
    inputs = [secret, form.data]
    taking = Taking(button=form.take, inputs=inputs, outputs=chosen, take=handlers.take, as_typed=True)
    return taking, Receiving(inputs=inputs, outputs=chosen, take=handlers.receive)
