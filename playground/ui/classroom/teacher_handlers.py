"""What a teacher does while the class works. Each is checked by the secret that the page brings."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
import segno

from playground.classroom import export, running
from playground.classroom.records import Classroom, Member
from playground.classroom.running import Allowance
from playground.classroom.seats import require_teacher
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup
from playground.parameters import STRICT, text
from playground.ui.classroom import assignment_handlers, class_figure, words
from playground.ui.classroom import teacher_values as values_of
from playground.ui.classroom.assignment_handlers import AssignmentHandlers
from playground.ui.classroom.teacher_panel import TeacherPanel
from playground.ui.handlers import event_options, payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second
from playground.ui.handlers.tab import ClassParts, PageContext, Receiving, Taking, Updates, Values
from playground.ui.language.translating import translated
from playground.ui.widgets.status import sentence

LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """How to join, as the browser knows it."""

    __pydantic_config__ = STRICT
    link: str = text(max_length=400, help="With the class's code.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherHandlers:
    """The handlers."""

    panel: TeacherPanel
    parts: ClassParts
    store: ClassStore
    shared: PageContext

    def room(self, values: Values) -> Classroom:
        """The class. Raises InvalidSetup for anybody but its teacher."""
        return require_teacher(self.store, payloads.words(values[self.parts.secret], "place"))

    # ----------------------------------------------------------------------------------------------- what is seen
    def view(self, classroom: Classroom, counted: Any) -> Updates:
        """The page as the class is now; figures and prompts only when something was handed in since."""
        panel, store, state = self.panel, self.store, classroom.state
        names = values_of.names(store, classroom)
        count = json.dumps([store.work.newest(classroom.id), names, state.sealed_open, state.begun])
        often: Updates = {
            panel.head: sentence(values_of.head(classroom)),
            panel.present: values_of.present(store, classroom),
            panel.pause: gr.update(value=words.GO_ON if state.paused else words.PAUSE),
            panel.door: gr.update(value=words.OPEN_DOOR if state.closed else words.CLOSE_DOOR),
            panel.show_board: gr.update(
                value=words.HIDE_BOARD if state.board_shown else words.SHOW_BOARD,
                visible=not (state.assignment and state.assignment.laboratory),  # where there is no leaderboard
            ),
        }
        if count == counted:
            return often
        return {**often, panel.counted: count, panel.who: gr.update(choices=names), **self._drawn(classroom)}

    def _drawn(self, classroom: Classroom) -> Updates:
        panel, store = self.panel, self.store
        found, pooled = values_of.laboratories(store, classroom)
        given = classroom.state.assignment
        is_laboratory = given is not None and given.laboratory
        figure = (
            class_figure.estimates(found, pooled)
            if is_laboratory
            else class_figure.distribution(values_of.scores(store, classroom))
        )
        return {
            panel.board: values_of.places(store, classroom),
            panel.figure: gr.update(value=figure, visible=figure is not None),
            panel.scores_note: sentence(
                values_of.laboratory_words(found, pooled) if is_laboratory else values_of.left_out(store, classroom)
            ),
            panel.prompts: values_of.prompts(store, classroom),
        }

    @report_errors
    def watch_class(self, values: Values) -> Updates:
        """Asked every few seconds while the page is open. Whose link is no longer the teacher's is told so once."""
        panel = self.panel
        try:
            room = self.room(values)
        except InvalidSetup as error:
            return {panel.said: sentence(str(error), wrong=True), panel.timer: gr.Timer(active=False)}
        return self.view(room, values[panel.counted])

    # ----------------------------------------------------------------------------------------------- the class, live
    @report_errors
    def pause(self, values: Values) -> Updates:
        room = self.room(values)
        classroom = self.store.classes.change(room.id, paused=not room.state.paused)
        said = sentence(words.PAUSED if classroom.state.paused else words.GOES_ON)
        return {**self.view(classroom, values[self.panel.counted]), self.panel.said: said}

    @report_errors
    def close_door(self, values: Values) -> Updates:
        room = self.room(values)
        return self.view(self.store.classes.change(room.id, closed=not room.state.closed), values[self.panel.counted])

    @report_errors
    def draw_invitation(self, values: Values, event: gr.EventData) -> Updates:
        """The link to join, which only the browser knows, as a QR code for the projector."""
        self.room(values)
        link = payloads.read(Invitation, event).link
        if not link.startswith(("http://", "https://")):
            raise InvalidSetup(path=("invitation", "link"), value=link, rule="it must be an address of this server.")
        drawn = segno.make(link, micro=False).svg_data_uri(scale=5, border=2, light="#fff")
        return {self.panel.picture: {"picture": drawn, "alt": words.PICTURE}}

    @report_errors
    def send(self, values: Values) -> Updates:
        text = payloads.words(values[self.panel.message], "message").strip()
        if len(text) > LONGEST_MESSAGE:
            raise InvalidSetup(f"The message has {len(text):,} characters; {LONGEST_MESSAGE} is the most.")
        classroom = self.store.classes.change(self.room(values).id, message=text)
        said = sentence(words.SENT if text else words.TAKEN_BACK)
        return {**self.view(classroom, values[self.panel.counted]), self.panel.said: said}

    @report_errors
    def free(self, values: Values) -> Updates:
        member = self._member(values)
        self.store.members.free(member.id)
        return {self.panel.said: sentence(words.FREED.format(name=member.nickname))}

    @report_errors
    def remove_student(self, values: Values) -> Updates:
        member = self._member(values)
        self.store.remove(member)
        view = self.view(self.room(values), values[self.panel.counted])
        return {**view, self.panel.said: sentence(words.REMOVED.format(name=member.nickname))}

    @report_errors
    def project(self, values: Values) -> Updates:
        member = self._member(values)
        if not member.consents:
            raise InvalidSetup(words.NO_CONSENT.format(name=member.nickname))
        last = self.store.work.last_submission_by(member.id)
        if last is None:
            raise InvalidSetup(words.NO_SUBMISSION.format(name=member.nickname))
        self.store.classes.change(member.class_id, projected=last.id)
        return {self.panel.said: sentence(f"{translated(words.SHOWN)}: {member.nickname}")}

    @report_errors
    def unproject(self, values: Values) -> Updates:
        self.store.classes.change(self.room(values).id, projected=0)
        return {self.panel.said: sentence("")}

    def _member(self, values: Values) -> Member:
        members = self.store.members.of_class(self.room(values).id)
        found = next((one for one in members if one.id == values[self.panel.who]), None)
        if found is None:
            raise InvalidSetup("Choose a student of this class first.")
        return found

    # ---------------------------------------------------------------------------------------------------- scores, end
    def open_sealed(self, values: Values, request: gr.Request) -> Iterator[Updates]:
        """News of the scoring of sealed items. Stop keeps what is done; the next click goes on."""
        panel, settings = self.panel, self.shared.settings
        refuse_second(values[panel.going])
        room = self.room(values)
        allowance = Allowance(cell=settings.max_seconds, run=settings.max_experiment_seconds)
        with Stoppable() as going:
            yield {panel.going: going, panel.said: sentence("Starting.")}
            said = words.STOPPED
            try:
                catalog = self.shared.sessions.of(request)
                for done, total, table in running.run_sealed(self.store, room.id, catalog, going.halt, allowance):
                    progress = words.SEALED_PROGRESS.format(done=done, total=total)
                    yield {panel.said: sentence(f"{progress} {table.message if table else ''}".strip())}
            except Exception as error:  # in its place, where the result would stand
                yield {panel.said: sentence(in_words(error), wrong=True)}
                return
            room = self.store.classes.of(room.id)
            said = words.SEALED_DONE if room.state.sealed_open else words.STOPPED
            yield {**self.view(room, ""), panel.said: sentence(said)}

    @report_errors
    def show_board(self, values: Values) -> Updates:
        room = self.room(values)
        changed = self.store.classes.change(room.id, board_shown=not room.state.board_shown)
        return self.view(changed, values[self.panel.counted])

    @report_errors
    def save_class_csv(self, values: Values) -> Updates:
        return {self.panel.csv: {"name": "scores.csv", "text": export.scores_csv(self.store, self.room(values))}}

    @report_errors
    def save_class_json(self, values: Values) -> Updates:
        return {self.panel.json: {"name": "class.json", "text": export.everything_json(self.store, self.room(values))}}

    @report_errors
    def end(self, values: Values) -> Updates:
        classroom = self.store.classes.change(self.room(values).id, ended=True)
        return {**self.view(classroom, ""), self.panel.said: sentence(words.END_HELP)}


def wire(handlers: TeacherHandlers) -> tuple[Taking, Receiving]:
    """Attach the handlers; gives what takes the Playground's setup, or what other tabs hand over, as assignment."""
    panel, secret = handlers.panel, handlers.parts.secret
    known, seen = {secret, panel.counted}, [*panel.often, panel.said]
    for button, handler, inputs, outputs in (
        (panel.pause, handlers.pause, known, seen),
        (panel.door, handlers.close_door, known, seen),
        (panel.remove, handlers.remove_student, {*known, panel.who}, seen),
        (panel.send, handlers.send, {*known, panel.message}, seen),
        (panel.free, handlers.free, {secret, panel.who}, [panel.said]),
        (panel.project, handlers.project, {secret, panel.who}, [panel.said]),
        (panel.unproject, handlers.unproject, {secret}, [panel.said]),
        (panel.show_board, handlers.show_board, known, seen),
        (panel.csv, handlers.save_class_csv, {secret}, [panel.csv]),
        (panel.json, handlers.save_class_json, {secret}, [panel.json]),
        (panel.end, handlers.end, known, seen),
    ):
        button.click(handler, inputs, outputs, preprocess=False, **AT_ONCE)
    drawn = [panel.picture]
    panel.invitation.draw_invitation(handlers.draw_invitation, {secret}, drawn, preprocess=False, **AT_ONCE)
    panel.timer.tick(handlers.watch_class, known, [*seen, panel.timer], preprocess=False, **AT_ONCE)
    once = {"preprocess": False, "trigger_mode": "once", **event_options.running(handlers.shared.settings), **QUIET}
    run = report_errors(handlers.open_sealed)
    panel.line.attach(panel.sealed.click, run, {secret, panel.going}, [*seen, panel.going], **once)
    panel.line.wire(panel.going)
    parts = {"panel": panel, "secret": secret, "store": handlers.store}
    return assignment_handlers.wire(AssignmentHandlers(room=handlers.room, view=handlers.view, **parts))
