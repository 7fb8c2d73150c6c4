"""Gradio's queue, shared fairly: each visitor in turn, so many places for each, and nothing for those who have left."""

import asyncio
import logging
import sys
import time
import uuid
from collections.abc import Collection, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException
from gradio.queueing import Event
from gradio.server_messages import ProcessCompletedMessage
from gradio.utils import run_coro_in_background

from playground.settings import Settings
from playground.ui.gate.direct_runs import DirectRuns, say_busy
from playground.ui.gate.states import Messages, tell_once, unchanged
from playground.ui.gate.waking_queue import WakingQueue
from playground.ui.handlers.event_options import EXPERIMENT, EXPERIMENTS, RUN
from playground.ui.handlers.fair_shares import Count, share
from playground.ui.handlers.visitors import NAME, NOBODY, Visitor

log = logging.getLogger(__name__)

PAGE = "page"  # what runs no model: it never waits behind what does
PAGE_EACH, PAGE_AT_ONCE = 8, 64  # of that under way, of one visitor and of all
PAGE_WAITING_EACH, PAGE_WAITING = 128, 1024  # sixty people who open the page in one second
UNHEARD = 30.0  # seconds without a listener after which an event is ended
KEPT = 120.0  # seconds that an answer waits for somebody to fetch it
ANSWERS, ALL_ANSWERS = 128, 4096  # that wait so, of one visitor and of all
LOOK = 1.0  # seconds between two looks for events that nobody listens to
LEFT = "Nobody listened to this for {:g} seconds, so it was ended."
LAST = (True, sys.maxsize, 0.0)  # no event's rank is behind it
OWN, ADDRESS, EVERYBODY = "your other run", "another run from the address you come from", "other runs on this server"


class FairQueue(WakingQueue):
    """Events of a visitor above a share of what may run wait; above a share of what may wait they are refused."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(**options)
        self.ANALYTICS_MAX_EVENTS = 0  # Gradio would keep 10,000 events with their sessions, which nobody reads here
        # Not only the newest sessions': made up in numbers, they would push out everybody else's messages.
        self.pending_messages_per_session: dict[str, Messages] = {}
        self._at_once = {
            RUN: share(settings, settings.visitor_runs, settings.address_runs, settings.max_users),
            # One above what a visitor may have: it is not to wait for hours but told why it cannot begin.
            EXPERIMENT: share(settings, settings.visitor_experiments + 1, EXPERIMENTS, EXPERIMENTS),
            PAGE: share(settings, PAGE_EACH, PAGE_AT_ONCE, PAGE_AT_ONCE),
        }
        waiting = share(settings, settings.visitor_queue, settings.address_queue, settings.max_queue)
        page = share(settings, PAGE_WAITING_EACH, PAGE_WAITING, PAGE_WAITING)
        self._waiting = {RUN: waiting, EXPERIMENT: waiting, PAGE: page}
        self._ended = share(settings, ANSWERS, ALL_ANSWERS, ALL_ANSWERS)
        self.direct = DirectRuns(partial(self._why_none_waits, RUN), self.begin_direct)

    def start(self) -> None:
        super().start()
        run_coro_in_background(self._look_for_unheard)

    def compute_analytics_summary(self, records: Any) -> Any:
        """Nothing: Gradio would sum up its last 10,000 events, 40 ms at each key pressed, for a page that is closed."""
        return self.cached_event_analytics_summary

    async def push(self, body: Any, request: Any, username: str | None) -> Any:
        """Raises HTTPException, in words, when the visitor's share of what may wait is used up."""
        fn = self.blocks.fns.get(body.fn_index)
        kind = _kind(fn) if fn is not None else PAGE
        visitor = request.scope.get(NAME, NOBODY)
        if why := self._why_none_waits(kind, visitor) or self._ended.why(self._count_ended(), visitor):
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, say_busy(why, request.scope))
        body.session_hash = body.session_hash or uuid.uuid4().hex
        messages = self.pending_messages_per_session.setdefault(body.session_hash, Messages(visitor))
        messages.asked = time.monotonic()
        answer = await super().push(body=body, request=request, username=username)
        self.wake()
        return answer

    def _why_none_waits(self, kind: str, visitor: Visitor) -> str:
        return self._waiting[kind].why(self._count_waiting(kind == PAGE), visitor)

    def begin_direct(self) -> None:
        """Let those runs begin whose turn it is, past Gradio as they come. In the server's thread."""
        self.wake()
        while self.direct.waiting:
            count = self._count_under_way()
            first = self.direct.next(count[RUN], self._at_once[RUN])
            others = (_rank(event, count) for event in self._ready(count) if _kind(event.fn) == RUN)
            if first is None or (True, *first.turn(count[RUN])) > min(others, default=LAST):
                return
            self.direct.begin(first)

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """The next to begin: what runs no model first, then whose visitor has least under way, then the oldest."""
        self.begin_direct()
        count = self._count_under_way()
        chosen = min(self._ready(count), key=lambda event: _rank(event, count), default=None)
        if chosen is None:
            return None
        self.event_queue_per_concurrency_id[chosen.concurrency_id].queue.remove(chosen)
        return [chosen], False, chosen.concurrency_id

    def send_message(self, event: Event, message: Any) -> None:
        if event.session_hash in self.pending_messages_per_session:  # else its page was left, and it is about to end
            tell_once(event, message)
            super().send_message(event, message)

    async def process_events(self, *args: Any, **options: Any) -> None:
        try:
            await super().process_events(*args, **options)
        finally:
            self.begin_direct()

    def _ready(self, count: dict[str, Count]) -> Iterable[Event]:
        """What may begin. Of a page's own handlers each answers in the order in which it was asked: a page starts one
        anew while another answer of it is on its way, and the older must not come last."""
        answering = {(event.session_hash, event.fn._id) for event in self.under_way()}
        for line in self.event_queue_per_concurrency_id.values():
            if line.concurrency_limit is None or line.current_concurrency < line.concurrency_limit:
                for event in line.queue:
                    kind = _kind(event.fn)
                    in_turn = kind != PAGE or (event.session_hash, event.fn._id) not in answering
                    if in_turn and not self._at_once[kind].full(count[kind], _visitor(event)):
                        yield event

    def _count_under_way(self) -> dict[str, Count]:
        count = {kind: Count() for kind in self._at_once}
        for event in self.under_way():
            count[_kind(event.fn)].add(_visitor(event))
        for visitor in self.direct.under_way:
            count[RUN].add(visitor)
        return count

    def _count_waiting(self, page: bool) -> Count:
        count = Count(_visitor(event) for event in self.waiting() if (_kind(event.fn) == PAGE) == page)
        for one in () if page else self.direct.waiting:
            count.add(one.visitor)
        return count

    def _count_ended(self) -> Count:
        """Answers that nobody has fetched."""
        count = Count()
        for session, messages in self.pending_messages_per_session.items():
            ids = self.pending_event_ids_session.get(session, ())
            if ended := sum(id not in self.event_ids_to_events for id in ids):
                count.add(messages.visitor, ended)
        return count

    # ---------------------------------------------------------------------------------- those who wait
    def under_way(self) -> list[Event]:
        """What has begun and goes on."""
        return [event for job in tuple(self.active_jobs) for event in job or ()]

    def waiting(self) -> list[Event]:
        """What has not begun."""
        return [event for line in tuple(self.event_queue_per_concurrency_id.values()) for event in tuple(line.queue)]

    def waits_for(self, session: str, handlers: Collection[int]) -> str | None:
        """What an event of this session's, for one of these handlers, waits for, in words; empty if it has begun, None
        if there is none."""
        mine = [e for e in tuple(self.event_ids_to_events.values()) if _is_for(e, session, handlers)]
        waiting = self.waiting()
        first = next((event for event in mine if event in waiting), None)
        if first is None:
            return "" if mine else None
        others, before = self._those_before(first, waiting)
        return f"Waiting for {others} \u00b7 place {before + 1:,} in line"

    def _those_before(self, mine: Event, waiting: list[Event]) -> tuple[str, int]:
        """Whose runs it waits for, and how many of those that wait come before it."""
        kind, visitor, count = _kind(mine.fn), _visitor(mine), self._count_under_way()
        before = [e for e in waiting if _kind(e.fn) == kind and _rank(e, count) < _rank(mine, count)]
        share, known = self._at_once[kind], count[kind]
        if known.by_visitor[visitor.id] >= share.visitor:
            return OWN, sum(_visitor(event).id == visitor.id for event in before)
        if known.all < share.everybody and known.by_address[visitor.address] >= share.address:
            return ADDRESS, sum(_visitor(event).address == visitor.address for event in before)
        return EVERYBODY, len(before)

    def take_out(self, session: str, handlers: Collection[int]) -> bool:
        """Take what waits for these handlers out of the line; whoever listens is told that it is over. Called from a
        thread, while the server runs."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self._take_out(session, handlers), self._loop).result()

    async def _take_out(self, session: str, handlers: Collection[int]) -> bool:
        found = [event for event in self.waiting() if _is_for(event, session, handlers)]
        for event in found:
            await self.remove_from_queue(event._id)
            over = {"data": unchanged(event), "is_generating": False, "changed_state_ids": []}
            self.send_message(event, ProcessCompletedMessage(output=over, success=True))
        self.wake()
        return bool(found)

    # ------------------------------------------------------------------------------- those who have left
    async def _look_for_unheard(self) -> None:
        while not self.stopped:
            await asyncio.sleep(LOOK)
            try:
                await self._end_unheard()
            except Exception:  # the next look is needed all the same
                log.exception("Looking for what nobody listens to failed.")

    async def _end_unheard(self) -> None:
        for event in list(self.event_ids_to_events.values()):
            messages = self.pending_messages_per_session.get(event.session_hash)
            # By each event's own age: who posts again and again has still not listened.
            if event.alive and (messages is None or messages.unheard(event.enqueue_time) > UNHEARD):
                await self._end(event)
        busy = {event.session_hash for event in self.event_ids_to_events.values()}
        for session, messages in list(self.pending_messages_per_session.items()):
            if session not in busy and messages.unheard(messages.asked) > KEPT:
                del self.pending_messages_per_session[session]
                self.pending_event_ids_session.pop(session, None)

    async def _end(self, event: Event) -> None:
        """Take it out of the line, or stop it at its next news; whoever asks for it later is told."""
        if event.session_hash in self.pending_messages_per_session:
            words = {"error": LEFT.format(UNHEARD)}
            self.send_message(event, ProcessCompletedMessage(output=words, success=False))
        event.alive = False
        await self.clean_events(event_id=event._id)
        self.wake()


def _kind(fn: Any) -> str:
    return fn.concurrency_id if fn.concurrency_id in (RUN, EXPERIMENT) else PAGE


def _visitor(event: Event) -> Visitor:
    visitor: Visitor = event.request.scope.get(NAME, NOBODY)
    return visitor


def _is_for(event: Event, session: str, handlers: Collection[int]) -> bool:
    return event.session_hash == session and event.fn._id in handlers


def _rank(event: Event, count: dict[str, Count]) -> tuple[bool, int, float]:
    kind = _kind(event.fn)
    return kind != PAGE, count[kind].by_visitor[_visitor(event).id], event.enqueue_time
