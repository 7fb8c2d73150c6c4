"""The Classroom tab: who has come, and what they see."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from playground.classroom import codes
from playground.classroom.budget import Budget
from playground.classroom.records import Classroom
from playground.classroom.seats import Seat, find_member, find_teacher
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup
from playground.parameters import STRICT, text
from playground.ui.classroom import (
    entry_panel,
    student_handlers,
    student_panel,
    student_values,
    teacher_handlers,
    teacher_panel,
    words,
)
from playground.ui.classroom.entry_panel import EntryPanel
from playground.ui.classroom.opening import host_for_others, renew_link
from playground.ui.classroom.student_handlers import StudentHandlers
from playground.ui.classroom.teacher_handlers import TeacherHandlers
from playground.ui.handlers import payloads
from playground.ui.handlers.drafts import while_hidden
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors, warn
from playground.ui.handlers.tab import ClassParts, PageContext, Tab, Updates, Values
from playground.ui.handlers.visitors import visitor_of
from playground.ui.widgets.status import sentence


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it. No file is made before a class is begun."""
    assert shared.in_class is not None
    store = ClassStore.from_settings(shared.settings)
    entry = entry_panel.build(public=shared.settings.public)
    student = student_panel.build(shared.page)
    teacher = teacher_panel.build(shared.page)
    parts = shared.in_class
    students = StudentHandlers(panel=student, parts=parts, store=store, shared=shared)
    teachers = TeacherHandlers(panel=teacher, parts=parts, store=store, shared=shared)
    _wire(EntryHandlers(entry=entry, students=students, teachers=teachers, parts=parts, store=store))
    taking, giving = teacher_handlers.wire(teachers)
    return Tab(taking=[student_handlers.wire(students), taking], giving=giving)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a browser brings. A link can hold a teacher's secret or a code, but no student's place: whoever opens a
    link must not work, without a notice, in somebody else's name."""

    __pydantic_config__ = STRICT
    teacher: str = text(max_length=200, help="The secret of a teacher: kept, or from a link.")
    seat: str = text(max_length=200, help="The secret of a student's place, which this browser kept.")
    code: str = text(max_length=100, help="As the link had it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryHandlers:
    """What lets people in and out."""

    entry: EntryPanel
    students: StudentHandlers
    teachers: TeacherHandlers
    parts: ClassParts
    store: ClassStore

    def show(
        self, request: gr.Request, seat: Seat | None, secret: str, shown: Mapping[str, str] | None = None
    ) -> Updates:
        """The page of whoever has this place; the way in for who has none. `shown` is told of a teacher's new link."""
        student, teacher, entry, parts = self.students.panel, self.teachers.panel, self.entry, self.parts
        is_student, is_teacher = bool(seat and seat.member), bool(seat and not seat.member)
        updates: Updates = {
            parts.secret: secret if seat else "",
            entry.frame: gr.update(visible=seat is None),
            student.frame: gr.update(visible=is_student),
            teacher.frame: gr.update(visible=is_teacher),
            parts.timer: gr.Timer(active=is_student),
            teacher.timer: gr.Timer(active=is_teacher),
            entry.said: sentence(""),
        }
        if seat is None:
            self.students.payers.forget(request)
            return {**updates, parts.line: sentence(""), self.students.shared.fixed: None}
        if seat.member:
            self.students.enter(seat.member, request)
            return {**updates, **self.students.view(seat.member, None, "")}
        updates |= {parts.line: sentence(self._line_of_teacher(request, seat))}
        state = seat.classroom.state
        updates |= {teacher.invitation: self._invitation(seat.classroom, shown)}
        updates |= self.teachers.view(seat.classroom, "")
        # What stands in the boxes of a page that was closed: the message, the assignment, its limits as they are now.
        updates |= {teacher.message: state.message}
        return {**updates, **(teacher.form.write(state.assignment, state.limits) if state.assignment else {})}

    def _invitation(self, classroom: Classroom, shown: Mapping[str, str] | None) -> dict[str, str]:
        host = host_for_others(self.students.shared.settings)
        return {"code": codes.shown_code(classroom.code), "host": host, **(shown or {})}

    def _line_of_teacher(self, request: gr.Request, seat: Seat) -> str:
        """What a teacher's page asks is charged to nobody. A student who begins a class of their own is still one, and
        reads what is left to them."""
        account = self.students.payers.account_of(visitor_of(request), request.session_hash)
        member = self.store.members.of(account.member.id) if isinstance(account, Budget) else None
        if member is None or member.class_id == seat.classroom.id:
            self.students.payers.charge_nobody(request)
            return ""
        return student_values.line(self.store, self.store.classes.of(member.class_id), member)

    @report_errors
    def arrive(self, event: gr.EventData, request: gr.Request) -> Updates:
        """What the browser kept, or a link brought."""
        arrival = payloads.read(Arrival, event)
        teacher, member = find_teacher(self.store, arrival.teacher), find_member(self.store, arrival.seat)
        seat = teacher or member
        updates = self.show(request, seat, arrival.teacher if teacher else arrival.seat)
        # A class ended, or a name was freed; or the link is an old one.
        unknown = [
            kind for kind, found in (("teacher", teacher), ("seat", member)) if getattr(arrival, kind) and not found
        ]
        if unknown:
            updates |= {self.parts.door: {"forget": unknown}}
            if seat is None:
                updates |= {self.entry.said: sentence(words.NOT_KNOWN, wrong=True)}
            elif seat is member:
                warn(words.OLD_LINK)
        return while_hidden({**updates, **({self.entry.code: arrival.code} if arrival.code else {})})

    @report_errors
    def join_class(self, values: Values, request: gr.Request) -> Updates:
        entry, visitor = self.entry, visitor_of(request)
        guesses, joined = self.store.guesses, self.store.joined
        guesses.check(visitor.id, visitor.address)
        joined.check(visitor.id, visitor.address)
        try:
            classroom = self.store.classes.by_code(payloads.words(values[entry.code], "code"))
            nickname = payloads.words(values[entry.nickname], "nickname")
            place = self.store.place(classroom.id, visitor.id)
            member, secret = self.store.members.join(classroom.id, nickname, closed=classroom.state.closed, place=place)
        except InvalidSetup:  # a wrong code; or a name that is taken, which nobody is to find by trying
            guesses.note(visitor.id, visitor.address)
            raise
        if not place:
            joined.note(visitor.id, visitor.address)
        seat = Seat(classroom=classroom, member=member)
        return {**self.show(request, seat, secret), self.parts.door: {"seat": secret}}

    @report_errors
    def start_class(self, values: Values, request: gr.Request) -> Updates:
        entry, door = self.entry, self.parts.door
        classroom, secret = self.store.classes.begin(payloads.words(values[entry.title], "title"))
        shown = {"teacher": secret, "words": words.KEEP_LINK}
        return {**self.show(request, Seat(classroom=classroom), secret, shown), door: {"teacher": secret}}

    @report_errors
    def leave(self, values: Values, request: gr.Request) -> Updates:
        seat = find_member(self.store, payloads.words(values[self.parts.secret], "place"))
        if seat and seat.member:
            self.store.members.give_up(seat.member.id)
        self.students.payers.charge_nobody(request, browser=True)
        said = {self.entry.said: sentence(words.LEFT), self.parts.door: {"forget": ["seat"]}}
        return {**self.show(request, None, ""), **said}

    @report_errors
    def renew_link(self, values: Values) -> Updates:
        room, parts = self.teachers.room(values), self.parts
        secret = self.store.classes.renew_teacher(room.id)
        renew_link(self.students.shared.settings, payloads.words(values[parts.secret], "place"), secret)
        shown = self._invitation(room, {"teacher": secret, "words": words.KEEP_LINK})
        return {self.teachers.panel.invitation: shown, parts.secret: secret, parts.door: {"teacher": secret}}

    @report_errors
    def delete_class(self, values: Values, request: gr.Request) -> Updates:
        room = self.teachers.room(values)
        if not room.state.ended:
            raise InvalidSetup(words.NOT_ENDED)
        self.store.delete(room.id)
        said = {self.entry.said: sentence(words.DELETED), self.parts.door: {"forget": ["teacher"]}}
        return {**self.show(request, None, ""), **said}


def _wire(handlers: EntryHandlers) -> None:
    entry, student, teacher, parts = handlers.entry, handlers.students.panel, handlers.teachers.panel, handlers.parts
    frames = [entry.frame, student.frame, teacher.frame, parts.timer, teacher.timer]
    way_in = [parts.door, parts.secret, entry.said, entry.code, handlers.students.shared.fixed]
    outputs = [
        *frames,
        *way_in,
        *handlers.students.seen,
        *teacher.often,
        teacher.invitation,
        teacher.message,
        *teacher.form.inputs,
    ]
    plain = {"preprocess": False, **AT_ONCE}
    parts.door.arrive(handlers.arrive, None, outputs, **plain)
    entry.join.click(handlers.join_class, {entry.code, entry.nickname}, outputs, **plain)
    if entry.start:
        entry.start.click(handlers.start_class, {entry.title}, outputs, **plain)
    student.leave.click(handlers.leave, {parts.secret}, outputs, **plain)
    renewed = [teacher.invitation, parts.secret, parts.door]
    teacher.new_link.click(handlers.renew_link, {parts.secret}, renewed, **plain)
    teacher.delete.click(handlers.delete_class, {parts.secret}, outputs, **plain)
