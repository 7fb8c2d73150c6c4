"""Sending what is typed, answering anew and going on: the answer streams into the chat."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.chats.going_on import GoingOn, join_answers
from playground.chats.tree import Chat, ChatTurn
from playground.errors import InvalidSetup
from playground.running import runner
from playground.settings import Settings
from playground.strategies import technique_of
from playground.strategies.conversation import summary_for
from playground.types import Completion, Run
from playground.ui.chat import chat_values
from playground.ui.chat.chat_form import report_labelled, with_other_seed
from playground.ui.chat.chat_view import ChatView, cut_turns
from playground.ui.chat.turn_acts import TurnEdit, TurnPick, require_text
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import QUIET, running
from playground.ui.handlers.one_at_a_time import begin_after, refuse_second
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates, Values
from playground.ui.run_view import following, prompt_values
from playground.ui.run_view.continuing import with_token
from playground.ui.run_view.places import Branch
from playground.ui.setup_form.labels import labelled_run

REPLY = "Reply"  # the label of the step whose answer is the turn; before it turns may be summed up
SILENT = "The model answered with nothing. Answer again, or say it in other words."


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkHandlers:
    """What has a turn of the chat's answered."""

    view: ChatView
    settings: Settings
    sessions: Sessions

    def answer(
        self, values: Values, chat: Chat, question: int, catalog: Catalog, begun: ChatTurn | None = None
    ) -> Iterator[Updates]:
        """Have that turn of the user's answered: with a turn that has `begun`, or with a new one."""
        branch = chat.path(question)
        setup = self.view.form.setup(values, branch[:-1], branch[-1].text, catalog)
        if begun is None:
            setup = with_other_seed(setup, len(chat.after(question)))
        prompt_values.refuse_overlong(setup, catalog)
        cut, note = cut_turns(setup, branch[:-1], catalog)
        chat = chat.go_back(question)
        frame = chat_values.chat_value(chat, cut, said=note)
        turn = begun or ChatTurn(id=chat.made, parent=question, role="assistant", text="")
        if turn.id == chat.made:
            chat.add(question, "assistant", "")  # refused now, if it has no place, and not once it is there
        technique = technique_of(setup)
        with begin_after(values[self.view.going]) as going:
            run = Run(setup=setup)
            live = chat_values.live_turn(chat, turn, None)
            yield {
                self.view.held: chat,
                self.view.going: going,
                self.view.turns: chat_values.running_value(frame, live, run),
            }
            procedure = GoingOn(technique, turn.text) if turn.text else technique
            runs = runner.carry_out(procedure, setup, catalog, max_seconds=self.settings.max_seconds)
            for run in following.follow(setup, runs, going.halt):
                live = chat_values.live_turn(chat, turn, _reply(run))
                yield {self.view.turns: chat_values.running_value(frame, live, run)}
            chat = _with_answer(chat, turn, run).without_old_tokens()
            error = labelled_run(run) or (SILENT if run.status == "done" and not _said(run) else "")
            ending = chat_values.ending_value(run, error)
            shown = chat_values.chat_value(chat, cut, said=note, ending=ending)
            yield {self.view.held: chat, self.view.ending: ending, self.view.marked: None, self.view.turns: shown}

    @report_labelled
    def send(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        chat, text = self.view.chat(values), self.view.typed(values)
        if not text.strip() and chat.branch and chat.branch[-1].role == "user":
            yield from self.answer(values, chat, chat.branch[-1].id, self.sessions.of(request))
            return
        chat = chat.add(chat.at, "user", require_text(text))
        for updates in self.answer(values, chat, chat.turns[-1].id, self.sessions.of(request)):
            begun = self.view.going in updates  # it is in the chat by now, and not before
            yield {**updates, **({self.view.box: ""} if begun else {})}

    @report_labelled
    def again(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        chat = self.view.chat(values)
        turn = chat.turn(payloads.read(TurnPick, event).turn)
        question = turn.id if turn.role == "user" else turn.parent
        if question is None or chat.turn(question).role != "user":
            raise InvalidSetup("Nothing of yours stands before this turn, so there is nothing to answer.")
        yield from self.answer(values, chat, question, self.sessions.of(request))

    @report_labelled
    def go_on(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        chat = self.view.chat(values)
        turn = chat.turn(payloads.read(TurnPick, event).turn)
        yield from self.answer(values, chat, _question(chat, turn), self.sessions.of(request), turn)

    @report_labelled
    def ask_edited(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        chat, edit = self.view.chat(values), payloads.read(TurnEdit, event)
        turn = chat.turn(edit.turn)
        if turn.role != "user":
            raise InvalidSetup("Only a turn of yours is answered; save the edit instead.")
        chat = chat.add(turn.parent, "user", require_text(edit.text))
        yield from self.answer(values, chat, chat.turns[-1].id, self.sessions.of(request))

    @report_labelled
    def take_token(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        chat, place = self.view.chat(values), payloads.read(Branch, event)
        turn = chat.turn(place.step)
        known = with_token(turn.reply or Completion(text=""), place.at, place.token)
        begun = replace(turn, id=chat.made, text=known.text, reply=known, edited=False, feedback="")
        yield from self.answer(values, chat, _question(chat, turn), self.sessions.of(request), begun)


def wire(handlers: TalkHandlers) -> list[Any]:
    """Attach them. Returns the events of their ends."""
    view, on = handlers.view, handlers
    once = {"preprocess": False, "trigger_mode": "once", **running(handlers.settings), **QUIET}
    events: list[tuple[Any, Callable[..., Iterator[Updates]]]] = [
        (view.start.click, on.send), (view.box.submit, on.send), (view.turns.answer_again, on.again),
        (view.turns.continue_answer, on.go_on), (view.turns.ask_edited, on.ask_edited),
        (view.tokens.take_token, on.take_token),
    ]  # fmt: skip
    ends = [view.line.attach(event, handler, view.inputs, view.outputs, **once) for event, handler in events]
    view.line.wire(view.going)
    return ends


def _question(chat: Chat, answer: ChatTurn) -> int:
    """The number of the turn that this one answers. Raises InvalidSetup where it answers none."""
    if answer.role != "assistant" or answer.parent is None or chat.turn(answer.parent).role != "user":
        raise InvalidSetup("This turn answers nothing of yours, so it cannot go on.")
    return answer.parent


def _reply(run: Run) -> Completion | None:
    """What has come of the answer."""
    last = run.steps[-1] if run.steps else None
    return last.completions[0] if last and last.label == REPLY and last.completions else None


def _said(run: Run) -> bool:
    reply = _reply(run)
    return bool(reply and (reply.text.strip() or reply.reasoning))


def _with_answer(chat: Chat, turn: ChatTurn, run: Run) -> Chat:
    """The chat with what has come of the answer, if anything has."""
    reply = _reply(run)
    if reply is None or not _said(run):
        return chat.show(turn.id) if any(one.id == turn.id for one in chat.turns) else chat
    whole = join_answers(turn.reply or Completion(text=turn.text), reply) if turn.text else reply
    if all(one.id != turn.id for one in chat.turns):
        chat = chat.add(turn.parent, "assistant", whole.text)
    cut = whole.finish_reason in ("length", "cancelled")
    summary = summary_for(REPLY, run.steps)
    new = replace(turn, text=whole.text, reply=whole, cut=cut, edited=False, summary=summary)
    return chat.replace_turn(new).show(turn.id)
