"""What Gradio keeps of a session: the values of its states, what waits to be told, and nothing of what was typed."""

import asyncio
import time
from collections import deque
from collections.abc import Container
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from gradio.queueing import Event
from gradio.server_messages import EventMessage, ProcessCompletedMessage, ProcessGeneratingMessage
from gradio.state_holder import SessionState, StateHolder

from playground.ui.handlers.visitors import Visitor

MOST_STOPPED = 32  # clicks a session: a run comes a moment after the click that asked for it, or never


class States(StateHolder):  # type: ignore[misc]  # gradio is untyped
    """Keeps what belongs to open sessions only. The gate bounds their number, so none is dropped for another here."""

    def __init__(self, sessions: Container[str]) -> None:
        super().__init__()
        self._open = sessions

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            state = Session(self.blocks)
            if session_id not in self._open:  # what still runs of a session that is over ends without leaving anything
                return state
            self.session_data[session_id] = state
        self.time_last_used[session_id] = datetime.now()
        return self.session_data[session_id]

    def update(self, session_id: str) -> None:
        """Gradio drops the oldest here."""

    def end(self, session_id: str) -> None:
        """Forget the session."""
        self.delete_state(session_id)
        self.session_data.pop(session_id, None)
        self.time_last_used.pop(session_id, None)


class Session(SessionState):  # type: ignore[misc]
    """A session, which knows the clicks of which no run is to begin."""

    def __init__(self, blocks: Any) -> None:
        # Gradio describes every component for links that hold a session, of which there are none here.
        super().__init__(SimpleNamespace(default_config=blocks.default_config, blocks=()))
        self.stopped_clicks: deque[float] = deque(maxlen=MOST_STOPPED)


class Messages(asyncio.Queue[EventMessage]):
    """What waits to be told to a session; knows whose that is, and since when nobody has asked for it."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__()
        self.visitor = visitor
        self.asked = self._heard = time.monotonic()  # when the newest event was posted; when somebody last listened
        self._listeners = 0

    def unheard(self, since: float) -> float:
        """Seconds for which nobody has listened; those before `since` do not count."""
        return 0.0 if self._listeners else time.monotonic() - max(self._heard, since)

    async def get(self) -> EventMessage:
        self._listeners += 1
        try:
            return await super().get()
        finally:
            self._listeners -= 1
            self._heard = time.monotonic()


def unchanged(event: Event) -> list[dict[str, str]]:
    """News of an event by which all that it may change stays as it is."""
    return [{"__type__": "update"} for _ in event.fn.outputs]


def tell_once(event: Event, message: Any) -> None:
    """Leave out of the end of a run its last news, which Gradio says once more.

    The page may hold something newer by then, from a click that came in between. A program reads only the end.
    """
    if isinstance(message, ProcessGeneratingMessage):
        event.said_news = True
    ended = isinstance(message, ProcessCompletedMessage) and message.success
    if ended and hasattr(event, "said_news") and event.fn.api_visibility == "private":
        message.output = {**message.output, "data": unchanged(event)}
