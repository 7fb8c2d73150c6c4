"""Turns token ids into text as they arrive, without half characters."""

from collections.abc import Callable, Sequence

TORN = "\ufffd"  # what decoders show for half a character
CONTEXT = 6  # tokens decoded together; how a token reads can depend on the one before (spaces, joiners)
LONGEST_TEAR = 8  # a character has four bytes; more tokens than this without one are not a character


class Detokeniser:
    """Gives the text each token adds. `context` are the ids before the first one, `decode` maps ids to text."""

    def __init__(self, decode: Callable[[list[int]], str], context: Sequence[int] = ()) -> None:
        self._decode = decode
        self._window = list(context[-CONTEXT:])
        self._shown_text = decode(self._window) if self._window else ""
        self._shown_tokens = len(self._window)  # ids whose text has been given

    def push(self, token: int) -> str:
        """Text that became certain with this token: empty in the middle of a character."""
        self._window.append(token)
        text = self._decode(self._window)
        if text.endswith(TORN) and len(self._window) - self._shown_tokens < LONGEST_TEAR:
            return ""
        added = text[len(self._shown_text) :]
        self._shown_text, self._shown_tokens = text, len(self._window)
        if self._shown_tokens > 2 * CONTEXT:
            self._window = self._window[-CONTEXT:]
            self._shown_text, self._shown_tokens = self._decode(self._window), CONTEXT
        return added
