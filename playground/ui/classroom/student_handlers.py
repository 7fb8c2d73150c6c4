"""What a student does: run, submit, take a setup, look. All of it is checked by the place that the page brings."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.classroom import assignment as assignments
from playground.classroom import items, running
from playground.classroom.budget import Budget
from playground.classroom.records import Classroom, Member
from playground.classroom.running import Allowance
from playground.classroom.seats import require_member
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup
from playground.evaluation.columns import columns
from playground.evaluation.datasets import load
from playground.evaluation.grid import column_setup
from playground.evaluation.plan import Technique
from playground.formats import format_percent
from playground.types import Setup
from playground.ui.classroom import student_values as values_of
from playground.ui.classroom import words
from playground.ui.classroom.student_panel import StudentPanel
from playground.ui.handlers import event_options, payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second
from playground.ui.handlers.tab import PageContext, Taking, Updates, Values
from playground.ui.language.translating import translated
from playground.ui.setup_form import fixed_parts
from playground.ui.widgets.status import sentence

SHOWN_EVERY = 0.4  # seconds between two news of a run


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentHandlers:
    """The handlers. `secret` holds the student's place."""

    panel: StudentPanel
    secret: Any
    store: ClassStore
    shared: PageContext

    def member(self, values: Values) -> Member:
        """Whose page it is. Raises InvalidSetup when the place is not known."""
        return require_member(self.store, payloads.words(values[self.secret], "place"))

    @property
    def seen(self) -> list[Any]:
        """All that `view` may update."""
        return [*self.panel.view, self.shared.student_line]

    def enter(self, member: Member, request: gr.Request) -> None:
        """From now on what this browser asks, in whatever tab, is charged to the student."""
        seed = self.store.classes.of(member.class_id).state.seed
        self.shared.sessions.charge(request, Budget(store=self.store, member=member, seed=seed))

    # ----------------------------------------------------------------------------------------------- what is seen
    def view(self, member: Member, begun: Any, drawn: Any) -> Updates:
        """The page as the class is now. Fields are filled when there is another assignment than they were filled for,
        and otherwise left alone: somebody is writing there."""
        panel, store = self.panel, self.store
        classroom = store.classes.of(member.class_id)
        store.hear(member.id)
        head = words.HELLO.format(title=self._title(classroom), name=member.nickname)
        shown = {
            panel.head: sentence(head),
            panel.said: sentence(values_of.say_state(store, classroom, member)),
            panel.facts: values_of.facts(store, classroom, member),
            panel.shown: values_of.projected(store, classroom),
            panel.board: values_of.students_board(store, classroom),
            self.shared.student_line: sentence(values_of.line(store, classroom, member)),
        }
        signature = json.dumps([*shown.values()])
        updates = {} if signature == drawn else {**shown, panel.drawn: signature}
        if begun != classroom.state.begun:
            updates |= self._fill(classroom, member) | {panel.begun: classroom.state.begun}
        return updates or {panel.drawn: gr.skip()}

    def _title(self, classroom: Classroom) -> str:
        given = classroom.state.assignment
        return " \u00b7 ".join([classroom.state.title, *([given.experiment.title] if given else [])])

    def _fill(self, classroom: Classroom, member: Member) -> Updates:
        panel, assignment = self.panel, classroom.state.assignment
        technique = member.draft or (assignment.technique if assignment else Technique())
        free = {name: values_of.is_free(classroom, name) for name in panel.fields}
        filled: Updates = {
            panel.fields[name]: gr.update(value=value, interactive=free[name])
            for name, value in values_of.field_values(technique).items()
        }
        return {**filled, panel.consent: member.consents}

    @report_errors
    def follow_class(self, values: Values, request: gr.Request) -> Updates:
        """Asked every few seconds while the page is open. Who has no place here any more is told so once."""
        panel = self.panel
        try:
            member = self.member(values)
        except InvalidSetup as error:
            self.shared.sessions.leave_account(request, browser=False)
            gone = {panel.timer: gr.Timer(active=False), self.shared.student_line: sentence("")}
            return {**gone, panel.said: sentence(str(error), wrong=True)}
        self.enter(member, request)
        return self.view(member, values[panel.begun], values[panel.drawn])

    # ----------------------------------------------------------------------------------------------- what is done
    def technique(self, member: Member, values: Values) -> Technique:
        """What the fields hold, over what the student began with or took from the Playground."""
        classroom = self.store.classes.of(member.class_id)
        assignment = running.require_open(classroom)
        if values[self.panel.begun] != classroom.state.begun:  # the fields are still those of the one before
            raise InvalidSetup(running.ANOTHER_GIVEN)
        if assignment.laboratory:
            return assignment.technique
        fields = {name: values[box] for name, box in self.panel.fields.items()}
        return assignments.parse_technique(_plain(values_of.read_fields(member.draft or assignment.technique, fields)))

    def run_assignment(self, values: Values, request: gr.Request) -> Iterator[Updates]:
        """News of a run on the seen items, until it has ended or was stopped."""
        panel, settings = self.panel, self.shared.settings
        refuse_second(values[panel.going])
        member = self.member(values)
        technique = self.technique(member, values)
        allowance = Allowance(cell=settings.max_seconds, run=settings.max_experiment_seconds)
        with Stoppable() as going:
            yield {panel.going: going, panel.state: sentence("Starting."), panel.results: []}
            catalog, shown, table = self.shared.sessions.of(request), 0.0, None
            try:
                for table in running.run_seen(self.store, member, technique, catalog, going.halt, allowance):
                    if time.monotonic() - shown >= SHOWN_EVERY and table.status == "running":
                        shown = time.monotonic()
                        progress = words.RUNNING.format(done=len(table.results), total=table.total)
                        yield {panel.state: sentence(table.message or progress)}
            except Exception as error:  # in its place, where the result would stand
                yield {panel.state: sentence(in_words(error), wrong=True)}
                return
            if table is None:
                return
            fresh = self.member(values)
            complete = running.is_complete(table)
            done = values_of.done_words(self.store, fresh) if complete else ""
            seen = {panel.state: sentence(done or table.message or words.STOPPED, wrong=not complete)}
            view = self.view(fresh, values[panel.begun], values[panel.drawn])
            yield {**view, **seen, panel.results: values_of.results_value(table)}

    @report_errors
    def submit_assignment(self, values: Values) -> Updates:
        panel = self.panel
        member = self.member(values)
        technique = self.technique(member, values)
        made = running.submit(self.store, member, technique)
        self.store.members.keep_draft(member.id, technique)
        score = words.SCORED.format(mean=format_percent(made.seen.mean)) if made.seen else words.UNSCORED
        view = self.view(member, values[panel.begun], values[panel.drawn])
        return {**view, panel.state: sentence(words.SUBMITTED.format(number=made.number, score=score))}

    @report_errors
    def agree(self, values: Values) -> None:
        member = self.member(values)
        self.store.members.consent(member.id, values[self.panel.consent] is True)

    def take(self, values: Values, setup: Setup, catalog: Catalog) -> Updates:
        """The Playground's setup becomes what the student works on, if it changes nothing that is fixed."""
        member = self.member(values)
        classroom = self.store.classes.of(member.class_id)
        assignment = running.require_open(classroom)
        begun = member.draft or assignment.technique
        technique = assignments.technique_of_setup(assignment, setup, begun)
        assignments.check_technique(assignment, technique)
        self.store.members.keep_draft(member.id, technique)
        member = self.member(values)
        return {**self.view(member, classroom.state.begun, ""), **self._fill(classroom, member)}

    @report_errors
    def open_in_playground(self, values: Values) -> Iterator[Any]:
        """The student's setup in the Playground, with the items that they see as rows of values."""
        member = self.member(values)
        classroom = self.store.classes.of(member.class_id)
        assignment = running.require_open(classroom)
        technique = self.technique(member, values)
        assignments.check_technique(assignment, technique)
        experiment = items.seen_experiment(assignment, classroom.state.seed, technique)
        dataset = load(experiment.data)
        setup = column_setup(columns(experiment)[0], experiment, dataset)
        opened = values_of.for_playground(
            setups.to_dict(setup), technique.template, [item.input for item in dataset.items]
        )
        begun = replace(setup, task=replace(setup.task, input=opened["task"]["input"]))
        why = words.OPENED.format(free=values_of.may_change(assignment))
        shared = self.shared
        yield {shared.setup_to_open: None, shared.fixed: None}  # opened twice, it is news twice
        yield {
            shared.setup_to_open: opened,
            shared.fixed: fixed_parts.fix(begun, assignments.fixed_parts(assignment), translated(why)),
        }


def wire(handlers: StudentHandlers) -> Taking:
    """Attach the handlers; gives what takes the Playground's setup."""
    panel, shared = handlers.panel, handlers.shared
    known = {handlers.secret, panel.begun, panel.drawn}
    worked = {*known, *panel.fields.values()}
    outputs = [*handlers.seen, panel.state, panel.results, panel.going]
    once = {"preprocess": False, "trigger_mode": "once", **event_options.running(shared.settings), **QUIET}
    panel.line.attach(panel.run.click, report_errors(handlers.run_assignment), {*worked, panel.going}, outputs, **once)
    panel.line.wire(panel.going)
    panel.timer.tick(handlers.follow_class, known, [*handlers.seen, panel.timer], preprocess=False, **AT_ONCE)
    panel.submit.click(handlers.submit_assignment, worked, [*handlers.seen, panel.state], preprocess=False, **AT_ONCE)
    panel.consent.input(handlers.agree, {handlers.secret, panel.consent}, None, preprocess=False, **AT_ONCE)
    opened = [shared.setup_to_open, shared.fixed]
    panel.open.click(handlers.open_in_playground, worked, opened, preprocess=False, **AT_ONCE)
    return Taking(button=panel.take, inputs=[handlers.secret], outputs=handlers.seen, take=handlers.take, as_typed=True)


def _plain(technique: Technique) -> dict[str, Any]:
    """As it would come from a file, so that it is checked like one."""
    names = ("name", "strategy", "options", "task", "template", "sampling")
    return {name: getattr(technique, name) for name in names}
