"""The Gradio page, which cannot be served but behind the gate."""

import asyncio
import atexit
import logging
import os
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from functools import cached_property
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui.gate import constructors, fetching, listening, uploads, values, writing
from playground.ui.gate.fair_queue import FairQueue
from playground.ui.gate.middleware import Gate
from playground.ui.gate.open_sessions import OpenSessions
from playground.ui.gate.states import States
from playground.ui.gate.temporary import TemporaryFolder
from playground.ui.handlers.messages import BUG, plain, toast
from playground.ui.handlers.visitors import Visitor
from playground.ui.language.choosing import language_of
from playground.ui.language.components import translate_outputs
from playground.ui.language.translating import speaking, spoken_texts

SWEEP = 600.0  # seconds between looks for old files
TOO_FEW = "{got} values came, and {wanted} are needed. Gradio's API page lists them."
UNREADABLE = "These values cannot be read; see Gradio's API page for what each must be."
log = logging.getLogger(__name__)


class Page(gr.Blocks):  # type: ignore[misc]  # gradio is untyped
    """`gr.Blocks` whose `launch` puts the gate in front, whose queue is fair, and that never logs what was sent."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        constructors.remember()
        fetching.close_off()
        listening.be_patient()
        uploads.replace_parser()
        writing.write_anything()
        self.temporary = TemporaryFolder(settings.cache, settings.upload_megabytes * 2**20)
        atexit.register(self.temporary.remove)
        os.environ["GRADIO_TEMP_DIR"] = str(self.temporary.path)  # components take it from there when they are made
        self._settings = settings
        super().__init__(**options)
        self.served: Callable[[Visitor], Catalog] | None = None  # the models that a program may ask
        self.first_words: Callable[[], str] = str  # what is shown while a browser builds the page, as HTML
        self.session_ended: Callable[[str], None] = lambda _: None  # told of each session that is over, by its hash
        self.begun: Callable[[], None] = lambda: None  # told when somebody can be served
        self.ended: Callable[[], Any] = lambda: None  # told when nobody is served any more

    def queue(self, *, api_open: bool = False, default_concurrency_limit: int | str | None = "not_set") -> Any:
        """Closed unless it is said. Gradio's own also makes an application, which `launch` makes anew in any case."""
        self.api_open = api_open
        self._queue = FairQueue(
            self._settings,
            live_updates=True,
            concurrency_count=self.max_threads,
            update_intervals=1,
            max_size=None,  # it has its own rules for that
            blocks=self,
            default_concurrency_limit=default_concurrency_limit,
        )
        return self

    def launch(self, *args: Any, **options: Any) -> Any:
        @asynccontextmanager
        async def gated(app: Any) -> AsyncIterator[None]:
            sessions = OpenSessions(self._end, lambda key: bool(self._queue.pending_event_ids_session.get(key)))
            app.state_holder = States(sessions)
            app.state_holder.set_blocks(self)
            # The stack has just been built. Gradio adds middleware of its own around any that is given to it, and
            # its error page would be outside too: this way all of them are inside.
            app.middleware_stack = Gate(app.middleware_stack, self._settings, sessions, self)
            sweeping = asyncio.create_task(_sweep(self.temporary))
            self.begun()
            yield
            sweeping.cancel()

        # Where uvicorn reads which proxies may say for whom they ask: by default any on this machine.
        os.environ["FORWARDED_ALLOW_IPS"] = ",".join(self._settings.proxies)
        os.environ["GRADIO_TEMP_DIR"] = str(self.temporary.path)
        # `_frontend`: the page was asked for its start-up already. Asked once more, Gradio takes an answer that comes
        # after three seconds for none, and ends.
        return super().launch(*args, **{**options, "app_kwargs": {"lifespan": gated}, "_frontend": False})

    def close(self, *args: Any, **options: Any) -> None:
        super().close(*args, **options)
        self.ended()
        atexit.unregister(self.temporary.remove)
        self.temporary.remove()

    def session_of(self, event_id: str) -> str:
        """The hash of the session in which an event goes on or has just ended; empty if there is none."""
        if event := self._queue.event_ids_to_events.get(event_id):
            return str(event.session_hash)
        pending = self._queue.pending_event_ids_session
        return next((key for key, events in pending.items() if event_id in events), "")

    def place(self, visitor: Visitor) -> AbstractAsyncContextManager[None]:
        """A place among the runs that go on, for one that does not come through the queue. Raises Refusal."""
        place: AbstractAsyncContextManager[None] = self._queue.direct.place(visitor)
        return place

    def waits_for(self, session: str, handlers: Collection[int]) -> str | None:
        """What a run of this session's waits for; empty if it has begun, None if there is none."""
        return self._queue.waits_for(session, handlers)

    def leave_line(self, session: str, handlers: Collection[int]) -> bool:
        """Take such a run out of the line; whether one waited."""
        return bool(self._queue.take_out(session, handlers))

    def stop_begun(self, session: str, handlers: Collection[int]) -> None:
        """Stop such a run that has begun, at the latest when it says what halts it."""
        waiting = self._queue.waiting()
        for event in tuple(self._queue.event_ids_to_events.values()):
            if event.session_hash == session and event.fn._id in handlers and event not in waiting:
                event.is_to_stop = True  # in this order, and the other way round where a run says what halts it:
                if halt := getattr(event, "halt", None):  # one of the two sees both
                    halt.set()

    def stop_coming(self, session: str, click: float | None) -> None:
        """Let the run that this click asked for not begin: what was sent first need not arrive first."""
        if click is not None:
            self.state_holder[session].stopped_clicks.append(click)

    def was_stopped(self, event_id: str | None, click: float | None) -> bool:
        """Whether the run of this event, which this click asked for, was stopped before it came."""
        event = self._queue.event_ids_to_events.get(event_id)
        return event is not None and self.is_stopped(event.session_hash, click)

    def is_stopped(self, session: str, click: float | None) -> bool:
        """Whether Stop was pressed before the run came that this click asked for."""
        return click is not None and click in self.state_holder[session].stopped_clicks

    def halts(self, event_id: str | None, halt: threading.Event) -> None:
        """Note what halts the run of this event, which `stop_begun` may already have been told to stop."""
        if event := self._queue.event_ids_to_events.get(event_id):
            event.halt = halt
            if getattr(event, "is_to_stop", False):
                halt.set()

    def _end(self, key: str) -> None:
        self.state_holder.end(key)
        messages = self._queue.pending_messages_per_session.get(key)
        # What is listened to goes with its listener: Gradio's stream expects it to be there.
        heard = messages is not None and not messages.unheard(0)
        if not heard and not self._queue.pending_event_ids_session.get(key):
            self._queue.pending_event_ids_session.pop(key, None)
            self._queue.pending_messages_per_session.pop(key, None)
        self.session_ended(key)

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Gradio's own words repeat all values, which may be a key, and go to the log."""
        if len(inputs) < len(block_fn.inputs):
            raise plain(TOO_FEW.format(got=len(inputs), wanted=len(block_fn.inputs)))

    @cached_property
    def _watched(self) -> set[int]:
        """The components of whose change a handler is told."""
        return {component for fn in self.fns.values() for component, event in fn.targets if event == "change"}

    def get_state_ids_to_track(self, block_fn: Any, state: Any) -> tuple[list[int], list[Any]]:
        """Gradio's own looks through all handlers for each state, at each news of an event."""
        if self._watched.isdisjoint(one._id for one in block_fn.outputs):
            return [], []
        found: tuple[list[int], list[Any]] = super().get_state_ids_to_track(block_fn, state)
        return found

    async def process_api(self, *args: Any, **options: Any) -> Any:
        """In the language of the request. Errors of Gradio's own are said to whoever caused them; printed with all
        their calls they fill the log."""
        with speaking(language_of(options.get("request"))):
            try:
                return await super().process_api(*args, **options)
            except gr.Error as error:
                if not error.print_exception:
                    raise
                raise toast(str(error.message)) from None

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *args: Any, **options: Any) -> list[Any]:
        values.check_inputs(inputs)
        try:
            return list(await super().preprocess_data(block_fn, inputs, *args, **options))
        except gr.Error:
            raise
        except Exception as error:  # its words would repeat what was sent
            at = traceback.extract_tb(error.__traceback__)[-1]  # it may be our own fault
            kind = type(error).__name__
            log.warning(
                "Values for %r could not be read: %s in %s, line %s", block_fn.name, kind, at.filename, at.lineno
            )
            raise plain(UNREADABLE) from None

    def handle_streaming_diffs(
        self,
        block_fn: Any,
        data: list[Any],
        session_hash: str | None,
        run: str | None,
        final: bool,
        simple_format: bool = False,
    ) -> list[Any]:
        """What changed since the news before. Where either is an update of properties, the new one is sent whole.

        The page writes changes into the very values that it was sent. What it has not drawn yet would turn into an
        update that changes nothing, as Gradio fills in for an output that a handler leaves out, and be lost.
        """
        before = list(self.pending_diff_streams.get(session_hash, {}).get(run, ()))
        now = list(data)
        sent: list[Any] = super().handle_streaming_diffs(block_fn, data, session_hash, run, final, simple_format)
        if not final and not simple_format:
            for at, (old, new) in enumerate(zip(before, now, strict=False)):
                if old != new and (values.is_update(old) or values.is_update(new)):
                    sent[at] = [["replace", [], new]]
        return sent

    async def postprocess_data(self, block_fn: Any, predictions: Any, *args: Any, **options: Any) -> list[Any]:
        try:
            values.check_outputs(predictions)
            changing = copy(block_fn)
            changing.outputs, changed = values.leave_out_unchanged(block_fn.outputs, predictions)
            told: dict[Any, Any] = {one: None if one.stateful else values.UNCHANGED for one in block_fn.outputs}
            if changing.outputs or changed:
                data = await super().postprocess_data(changing, changed, *args, **options)
                told |= zip(changing.outputs, data, strict=True)
            return translate_outputs(block_fn.outputs, [*told.values()], spoken_texts())
        except gr.Error:
            raise
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("A bug in the playground: the answer of %r: %s\n%s", block_fn.name, type(error).__name__, where)
            raise plain(BUG) from None


async def _sweep(folder: TemporaryFolder) -> None:
    while True:
        await asyncio.sleep(SWEEP)
        try:
            await asyncio.to_thread(folder.sweep)
        except OSError:  # of one file; the next look may succeed, and there must be one
            log.exception("Old files in %s could not be deleted", folder.path)
