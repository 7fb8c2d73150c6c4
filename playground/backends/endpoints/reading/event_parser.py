"""Parses server-sent events from bytes, however these are split."""

import json
import re
from dataclasses import dataclass, field

BOM = b"\xef\xbb\xbf"
DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name, empty for most, and its data."""

    name: str
    data: str


@dataclass
class EventParser:
    """The rules of https://html.spec.whatwg.org/multipage/server-sent-events.html, wider where servers are careless:

    a data line that is whole by itself is an event even if no empty line follows it, a bare JSON line is data, a line
    `error: ...` is an event of that name (llama.cpp), and the last event may lack its end.
    """

    _parts: list[bytes] = field(default_factory=list)  # of a line whose end has not come
    _after_return: bool = False  # the last byte was a carriage return: a line feed that follows belongs to it
    _has_begun: bool = False
    _name: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that are complete now."""
        if self._after_return and data:
            self._after_return = False
            data = data.removeprefix(b"\n")
        if not data:
            return []
        self._after_return = data.endswith(b"\r")
        first, *lines = re.split(rb"\r\n|\r|\n", data) if b"\r" in data else data.split(b"\n")
        self._parts.append(first)
        if not lines:
            return []
        whole, self._parts = b"".join(self._parts), [lines.pop()]
        return [event for line in (whole, *lines) for event in self._parse_line(line)]

    def close(self) -> list[ServerEvent]:
        """What is left, now that nothing follows."""
        return [*self._parse_line(b"".join(self._parts)), *self._dispatch()]

    def _parse_line(self, line: bytes) -> list[ServerEvent]:
        if not self._has_begun:
            self._has_begun = True
            line = line.removeprefix(BOM)
        if not line:
            events, self._name = self._dispatch(), ""
            return events
        name, _, value = (b"data", b":", line) if line.startswith(b"{") else line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"data":
            return self._add_data(text)
        if name == b"error":
            return [*self._dispatch(), ServerEvent("error", text)]
        if name == b"event":
            self._name = text.strip()
        return []

    def _add_data(self, text: str) -> list[ServerEvent]:
        events = self._dispatch() if len(self._data) == 1 and _is_whole(self._data[0]) else []
        self._data.append(text)
        if len(self._data) == 1 and is_done(text):  # nothing need follow it: a server may wait for us now
            events += self._dispatch()
        return events

    def _dispatch(self) -> list[ServerEvent]:
        data, self._data = "\n".join(self._data), []
        return [ServerEvent(self._name, data)] if data.strip() not in ("", "null") else []


def is_done(data: str) -> bool:
    """Whether it is the end of the stream, in quotation marks or not."""
    return data.strip().strip('"').upper() == DONE


def _is_whole(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True
