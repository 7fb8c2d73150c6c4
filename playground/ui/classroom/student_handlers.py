"""What a student does: run, submit, take a setup, look. All of it is checked by the place that the page brings."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.classroom import assignment as assignments
from playground.classroom import running
from playground.classroom.budget import Budget
from playground.classroom.records import Classroom, Member
from playground.classroom.running import Allowance
from playground.classroom.seats import require_member
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup
from playground.evaluation.plan import Technique
from playground.formats import format_percent
from playground.types import Setup
from playground.ui.classroom import playground_values, results_values, words
from playground.ui.classroom import student_values as values_of
from playground.ui.classroom.labels import in_labels, report_labelled
from playground.ui.classroom.student_panel import StudentPanel
from playground.ui.handlers import event_options, payloads
from playground.ui.handlers.drafts import while_hidden
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second
from playground.ui.handlers.payers import Payer, Payers
from playground.ui.handlers.tab import BEHIND, ClassParts, PageContext, Taking, Updates, Values
from playground.ui.handlers.visitors import visitor_of
from playground.ui.widgets.status import sentence

SHOWN_EVERY = 0.4  # seconds between two news of a run


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentHandlers:
    """The handlers."""

    panel: StudentPanel
    parts: ClassParts
    store: ClassStore
    shared: PageContext

    def member(self, values: Values) -> Member:
        """Whose page it is. Raises InvalidSetup when the place is not known."""
        return require_member(self.store, payloads.words(values[self.parts.secret], "place"))

    @property
    def seen(self) -> list[Any]:
        """All that `view` may update."""
        return [*self.panel.view, self.parts.line]

    def enter(self, member: Member, request: gr.Request) -> None:
        """From now on what this browser asks, in whatever tab, is charged to the student, whose place it keeps."""
        if (visitor := visitor_of(request)).by_cookie:
            self.store.note_place(member, visitor.id)
        self.payers.charge(request, self._payer(member))

    @property
    def payers(self) -> Payers:
        return self.shared.sessions.payers

    def _payer(self, member: Member) -> Payer:
        return partial(Budget.now, self.store, member)

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
            self.parts.line: sentence(values_of.line(store, classroom, member)),
        }
        signature = json.dumps([*shown.values()])
        updates = {} if signature == drawn else {**shown, panel.drawn: signature}
        if begun != classroom.state.begun:
            # What stands there is of the one before, or of nothing yet; the score of the last look is kept.
            seen = {panel.state: sentence(results_values.done_words(store, member)), panel.results: []}
            updates |= self._fill(classroom, member) | {panel.begun: classroom.state.begun, **seen}
        return updates or {panel.drawn: gr.skip()}

    def _title(self, classroom: Classroom) -> str:
        given = classroom.state.assignment
        return " \u00b7 ".join([classroom.state.title, *([given.experiment.title] if given else [])])

    def _fill(self, classroom: Classroom, member: Member) -> Updates:
        panel, assignment = self.panel, classroom.state.assignment
        technique = member.draft or (assignment.technique if assignment else Technique())
        free = {name: values_of.is_free(classroom, name) for name in panel.fields}
        is_submitted = not (assignment and assignment.laboratory)  # of a laboratory the estimate is kept as it is run
        filled: Updates = {
            panel.fields[name]: gr.update(value=value, interactive=free[name], visible=is_submitted)
            for name, value in values_of.field_values(technique).items()
        }
        filled |= {button: gr.update(visible=is_submitted) for button in (panel.submit, panel.take)}
        return {**filled, panel.consent: gr.update(value=member.consents, visible=is_submitted)}

    @report_errors
    def follow_class(self, values: Values, request: gr.Request) -> Updates:
        """Asked every few seconds while the page is open. Who has no place here any more is told so once."""
        panel = self.panel
        try:
            member = self.member(values)
        except InvalidSetup as error:
            self.payers.forget(request)
            gone = {self.parts.timer: gr.Timer(active=False), self.parts.line: sentence(""), self.shared.fixed: None}
            return while_hidden({**gone, panel.said: sentence(str(error), wrong=True)})
        if not self.payers.still_charges(request, self._payer(member)):
            return {panel.drawn: gr.skip()}
        view = self.view(member, values[panel.begun], values[panel.drawn])
        return while_hidden({**view, **self.fix_anew(member, values[self.shared.fixed])})

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
            yield {panel.going: going, panel.state: sentence("Starting.")}
            catalog, shown, table = self.shared.sessions.of(request), 0.0, None
            try:
                for table in running.run_seen(self.store, member, technique, catalog, going.halt, allowance):
                    if time.monotonic() - shown >= SHOWN_EVERY and table.status == "running":
                        shown = time.monotonic()
                        progress = words.RUNNING.format(done=len(table.results), total=table.total)
                        yield {panel.state: sentence(table.message or progress), panel.results: []}
            except Exception as error:  # in its place, where the result would stand
                yield {panel.state: sentence(in_words(error, in_labels), wrong=True)}
                return
            if table is None:
                return
            fresh = self.member(values)
            complete = running.is_complete(table)
            done = results_values.done_words(self.store, fresh) if complete else ""
            seen = {panel.state: sentence(done or table.message or words.STOPPED, wrong=not complete)}
            view = self.view(fresh, values[panel.begun], values[panel.drawn])
            yield {**view, **seen, panel.results: results_values.results_value(table)}

    @report_labelled
    def submit_assignment(self, values: Values) -> Updates:
        panel = self.panel
        member = self.member(values)
        technique = self.technique(member, values)
        before = self.store.work.submissions_by(member.id)
        made = running.submit(self.store, member, technique)
        self.store.members.keep_draft(member.id, technique)
        score = words.SCORED.format(mean=format_percent(made.seen.mean)) if made.seen else words.UNSCORED
        template = words.SUBMITTED if made.number > before else words.SUBMITTED_BEFORE
        view = self.view(member, values[panel.begun], values[panel.drawn])
        others: Updates = {} if made.seen else {panel.results: []}  # what stands there is of another prompt
        return {**view, **others, panel.state: sentence(template.format(number=made.number, score=score))}

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

    @report_labelled
    def open_in_playground(self, values: Values) -> Iterator[Any]:
        """The student's setup in the Playground, with the items that they see as rows of values."""
        member = self.member(values)
        classroom = self.store.classes.of(member.class_id)
        assignment = running.require_open(classroom)
        technique = self.technique(member, values)
        assignments.check_technique(assignment, technique)
        shared = self.shared
        yield {shared.setup_to_open: None, shared.fixed: None}  # opened twice, it is news twice
        setup, fixed = playground_values.opened(classroom.state, assignment, technique)
        yield {shared.setup_to_open: setup, shared.fixed: fixed}

    def fix_anew(self, member: Member, fixed: Mapping[str, Any] | None) -> Updates:
        """What the Playground holds fixed is of an assignment: of another one now, if the class has another."""
        shared, state = self.shared, self.store.classes.of(member.class_id).state
        if not fixed or (fixed["since"] == state.begun and not state.ended):
            return {}
        if state.ended or state.assignment is None:
            return {shared.fixed: None}
        setup, now = playground_values.opened(state, state.assignment, member.draft or state.assignment.technique)
        return {shared.setup_to_open: {**setup, BEHIND: True}, shared.fixed: now}


def wire(handlers: StudentHandlers) -> Taking:
    """Attach the handlers; gives what takes the Playground's setup."""
    panel, parts, shared = handlers.panel, handlers.parts, handlers.shared
    known, opened = {parts.secret, panel.begun, panel.drawn}, [shared.setup_to_open, shared.fixed]
    worked = {*known, *panel.fields.values()}
    outputs = [*handlers.seen, panel.going]
    once = {"preprocess": False, "trigger_mode": "once", **event_options.running(shared.settings), **QUIET}
    run = report_labelled(handlers.run_assignment)
    panel.line.attach(panel.run.click, run, {*worked, panel.going}, outputs, **once)
    panel.line.wire(panel.going)
    followed = [*handlers.seen, *opened, parts.timer]
    parts.timer.tick(handlers.follow_class, {*known, shared.fixed}, followed, preprocess=False, **AT_ONCE)
    panel.submit.click(handlers.submit_assignment, worked, handlers.seen, preprocess=False, **AT_ONCE)
    panel.consent.input(handlers.agree, {parts.secret, panel.consent}, None, preprocess=False, **AT_ONCE)
    panel.open.click(handlers.open_in_playground, worked, opened, preprocess=False, **AT_ONCE)
    return Taking(button=panel.take, inputs=[parts.secret], outputs=handlers.seen, take=handlers.take, as_typed=True)


def _plain(technique: Technique) -> dict[str, Any]:
    """As it would come from a file, so that it is checked like one."""
    names = ("name", "strategy", "options", "task", "template", "sampling")
    return {name: getattr(technique, name) for name in names}
