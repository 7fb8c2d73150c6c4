"""One sample of an answer while it arrives: text up to a stop string, reasoning and tokens."""

from dataclasses import dataclass, field
from typing import Any

from playground.backends.endpoints.choice_text import read_choice
from playground.backends.endpoints.reading.endings import Ending, parse_ending, safe_word
from playground.backends.endpoints.reading.sent_calls import SentCall, add_calls
from playground.backends.endpoints.reading.token_entries import read_token_entries, split_half_character
from playground.backends.stop_strings import Piece, StopFilter
from playground.functions.calls import write_call
from playground.types import Token

TORN = "\ufffd"


@dataclass
class AnswerSample:
    """What is new of it, and what is known of all of it."""

    stops: StopFilter[None]
    offered: bool = False  # functions were, and calls of them are written into the text
    echo: str = ""  # what a server repeats of the prompt before it goes on
    text: str = ""
    reasoning: str = ""
    tokens: list[Token] = field(default_factory=list)
    character_count: int = 0  # characters it has written, reasoning too
    token_count: int = 0  # tokens, where the server tells them apart
    ending: Ending | None = None
    reason: str = ""  # the server's word for that
    has_delta: bool = False  # a delta of it was made
    is_refusal: bool = False
    calls: list[SentCall] = field(default_factory=list)
    has_text: bool = False  # it has text, however short
    _possible_echo: str = ""  # text that may be what is repeated of the prompt
    _half_character: str = ""  # of a character that JSON writes as two
    _half_reasoning: str = ""

    @property
    def size(self) -> int:
        """Tokens, as far as is known."""
        return self.token_count or -(-self.character_count // 4)

    def add(self, choice: dict[str, Any]) -> None:
        """One choice of a chunk. Raises TypeError or AttributeError on what is not of the protocol."""
        content = read_choice(choice)
        text, self._half_character = split_half_character(self._half_character + content.text + content.refusal)
        thought, self._half_reasoning = split_half_character(self._half_reasoning + content.reasoning)
        self.character_count += len(text) + len(thought)
        self.reasoning += thought
        self.has_text = self.has_text or bool(text)
        self.is_refusal = self.is_refusal or bool(content.refusal)
        add_calls(self.calls, content.calls)
        self._write(self._skip_echo(text) if self.echo else text)
        tokens, listed = read_token_entries(choice.get("logprobs"))
        self.tokens += tokens
        self.token_count += listed
        self._end(choice.get("finish_reason"))

    @property
    def calls_tool(self) -> bool:
        """It calls a function."""
        return bool(self.calls)

    def finish(self) -> None:
        """Nothing follows: what was held back is text."""
        self._write(self._possible_echo + TORN * len(self._half_character))
        self.reasoning += TORN * len(self._half_reasoning)
        self._possible_echo = self._half_character = self._half_reasoning = ""
        if self.offered:
            self._write("".join(f"\n{write_call(call.name, call.arguments)}" for call in self.calls))
            self.offered = False
        if not self.stops.stopped:
            self.text += "".join(piece.text for piece in self.stops.finish())

    def _end(self, reason: object) -> None:
        """The first ending that is none of the ordinary ones stays, whatever is said after it."""
        ending = parse_ending(reason)
        if ending and self.ending not in ("refused", "broken"):
            self.ending, self.reason = ending, safe_word(reason)
        if self.is_refusal and self.ending in ("stop", "length"):
            self.ending, self.reason = "refused", "refusal"
        if self.stops.stopped:
            self.ending = "stop"

    def _write(self, text: str) -> None:
        if text and not self.stops.stopped:
            self.text += "".join(piece.text for piece in self.stops.push(Piece(None, text)))

    def _skip_echo(self, text: str) -> str:
        held = self._possible_echo + text
        if len(held) < len(self.echo) and self.echo.startswith(held):
            self._possible_echo = held
            return ""
        new, self._possible_echo, self.echo = held.removeprefix(self.echo), "", ""
        return new
