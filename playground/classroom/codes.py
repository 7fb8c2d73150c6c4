"""Join codes, secret links, nicknames, and how often somebody may guess."""

import hashlib
import re
import secrets
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable

from playground.errors import InvalidSetup, LimitReached

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another on a projector
CODE_LENGTH = 8  # 31**8 codes: at the most guesses a minute, thousands of years
NICKNAME = re.compile(r"[^\W_](?:[^\W_]|[ .'\u2019-]){0,23}")
NICKNAME_RULE = "A nickname has 1 to 24 letters, digits, spaces, full stops, hyphens or apostrophes; choose another."
WRONG_CODE = "There is no class with this code. Look at the board again: 8 letters and digits."
MINUTE = 60.0
OF_VISITOR, OF_ADDRESS, OF_ALL = 5, 600, 6000  # wrong codes a minute; whole classes may come from one address
TOO_OFTEN = "Too many wrong codes or names {}. Wait a minute, and look at the board again."


def make_code() -> str:
    """A code that is read from a board and typed."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """In two halves, as it is written on the board."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def read_code(typed: str) -> str:
    """A code as it is kept: without hyphens and spaces, in capitals. Raises InvalidSetup for what is none."""
    code = re.sub(r"[\s-]", "", typed[:100]).upper()
    if len(code) != CODE_LENGTH or not set(code) <= set(LETTERS):
        raise InvalidSetup(WRONG_CODE)
    return code


def make_secret() -> str:
    """What lets one browser in: nobody guesses it."""
    return secrets.token_urlsafe(24)


def hash_secret(secret: str) -> str:
    """What is kept of a secret. It is random and long, so that nobody finds it by trying."""
    return hashlib.sha256(secret[:200].encode("utf-8", "replace")).hexdigest()


def read_nickname(typed: str) -> str:
    """A nickname as it is shown. Raises InvalidSetup for what is none: markup, 10,000 letters."""
    name = " ".join(unicodedata.normalize("NFKC", typed[:200]).split())
    if not NICKNAME.fullmatch(name):
        raise InvalidSetup(NICKNAME_RULE)
    return name


class Guesses:
    """Wrong codes of the last minute, by who sent them: a visitor, an address, and all together. Safe from threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: deque[tuple[float, str, str]] = deque()
        self._lock = threading.Lock()

    def check(self, visitor: str, address: str) -> None:
        """Raises LimitReached for who has sent too many."""
        with self._lock:
            while self._wrong and self._clock() - self._wrong[0][0] > MINUTE:
                self._wrong.popleft()
            if sum(visitor == one for _, one, _ in self._wrong) >= OF_VISITOR:
                raise LimitReached(TOO_OFTEN.format("from you"))
            if sum(address == one for _, _, one in self._wrong) >= OF_ADDRESS:
                raise LimitReached(TOO_OFTEN.format("from the address you come from"))
            if len(self._wrong) >= OF_ALL:
                raise LimitReached(TOO_OFTEN.format("on this server"))

    def note_wrong(self, visitor: str, address: str) -> None:
        """One more."""
        with self._lock:
            self._wrong.append((self._clock(), visitor, address))
