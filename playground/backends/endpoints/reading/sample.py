"""One sample of an answer while it grows: its text up to a stop string, its reasoning, tokens, and how it ended."""

from dataclasses import dataclass, field
from typing import Any

from playground.backends.endpoints.reading.endings import Ending, ending, word_of
from playground.backends.endpoints.reading.token_entries import tokens_of, whole_characters
from playground.backends.endpoints.words import words
from playground.backends.stop_strings import Piece, StopFilter
from playground.types import Token

TORN = "\ufffd"


@dataclass
class Sample:
    """What is new of it, and what is known of all of it."""

    stops: StopFilter[None]
    echo: str = ""  # what a server repeats of the prompt before it goes on
    text: str = ""
    reasoning: str = ""
    tokens: list[Token] = field(default_factory=list)
    length: int = 0  # characters it has written, reasoning too
    counted: int = 0  # tokens, where the server tells them apart
    ending: Ending | None = None
    reason: str = ""  # the server's word for that
    told: bool = False  # a delta of it was made
    refusal: bool = False
    tool: bool = False
    spoken: bool = False  # it has text, however short
    _held: str = ""  # text that may be what is repeated of the prompt
    _half: str = ""  # of a character that JSON writes as two
    _thought_half: str = ""

    @property
    def size(self) -> int:
        """Tokens, as far as is known."""
        return self.counted or -(-self.length // 4)

    def add(self, choice: dict[str, Any]) -> None:
        """One choice of a chunk. Raises TypeError or AttributeError on what is not of the protocol."""
        said = words(choice)
        text, self._half = whole_characters(self._half + said.text + said.refusal)
        thought, self._thought_half = whole_characters(self._thought_half + said.reasoning)
        self.length += len(text) + len(thought)
        self.reasoning += thought
        self.spoken = self.spoken or bool(text)
        self.tool, self.refusal = self.tool or said.tool, self.refusal or bool(said.refusal)
        self._write(self._past_echo(text) if self.echo else text)
        tokens, listed = tokens_of(choice.get("logprobs"))
        self.tokens += tokens
        self.counted += listed
        self._end(choice.get("finish_reason"))

    def finish(self) -> None:
        """Nothing follows: what was held back is text."""
        self._write(self._held + TORN * len(self._half))
        self.reasoning += TORN * len(self._thought_half)
        self._held = self._half = self._thought_half = ""
        if not self.stops.stopped:
            self.text += "".join(piece.text for piece in self.stops.finish())

    def _end(self, reason: object) -> None:
        """The first ending that is none of the ordinary ones stays, whatever is said after it."""
        found = ending(reason)
        if found and self.ending not in ("refused", "broken"):
            self.ending, self.reason = found, word_of(reason)
        if self.refusal and self.ending in ("stop", "length"):
            self.ending, self.reason = "refused", "refusal"
        if self.stops.stopped:
            self.ending = "stop"

    def _write(self, text: str) -> None:
        if text and not self.stops.stopped:
            self.text += "".join(piece.text for piece in self.stops.push(Piece(None, text)))

    def _past_echo(self, text: str) -> str:
        held = self._held + text
        if len(held) < len(self.echo) and self.echo.startswith(held):
            self._held = held
            return ""
        new, self._held, self.echo = held.removeprefix(self.echo), "", ""
        return new
