"""An API key that is never printed, logged, stored or copied."""

import base64
import re
from urllib.parse import quote

from playground.errors import InvalidSetup

HIDDEN = "(key hidden)"
MAX_SHARED = 7  # characters in a row that a text may share with a key without it being a part of the key


class Secret:
    """Never shows itself: not printed, not logged, not copied into plain data, not pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Raises InvalidSetup for what cannot be a key, without repeating it."""
        if not re.fullmatch(r"[\x21-\x7e]{0,500}", value.strip()):
            raise InvalidSetup("The key has characters that no key has; copy it again.")
        self._value = value.strip()

    def reveal(self) -> str:
        """The key itself, for the header of a request to the endpoint that it was given for."""
        return self._value

    def redact(self, text: str) -> str:
        """The text without the key: neither whole nor in part, as it is, URL-encoded, in base64 or starred out."""
        if len(self._value) < 4:  # what a server without keys is given; it would be found in every word
            return text
        for form in _forms(self._value):
            text = _cover(text, form)
        masked = rf"{re.escape(self._value[:2])}\S*?(?:[*\u2022\u2026]{{2,}}|\.{{3,}})\S*|[*\u2022\u2026]{{3,}}\S+"
        return re.sub(masked, HIDDEN, text)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Secret({HIDDEN if self._value else ''})"

    __str__ = __repr__

    def __deepcopy__(self, memo: object) -> "Secret":
        return self  # dataclasses.asdict copies what it finds

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("A key is not stored.")


def _forms(value: str) -> set[str]:
    """How a server may echo the key. Base64 depends on where it begins, so all three offsets, less what is shared."""
    encoded = {base64.b64encode(b"\0" * at + value.encode())[(0, 2, 3)[at] :].rstrip(b"=")[:-1] for at in range(3)}
    return {value, quote(value, safe="")} | {
        form for e in encoded for form in (e.decode(), e.decode().replace("+", "-").replace("/", "_"))
    }


def _cover(text: str, form: str) -> str:
    """Cover every run of characters that is also in `form`, if it is too long to be chance."""
    size = min(MAX_SHARED + 1, len(form))
    parts = {form[i : i + size] for i in range(len(form) - size + 1)}
    covered = {i + j for i in range(len(text) - size + 1) if text[i : i + size] in parts for j in range(size)}
    if not covered:
        return text
    shown = "".join("\0" if i in covered else character for i, character in enumerate(text))
    return re.sub("\0+", HIDDEN, shown)
