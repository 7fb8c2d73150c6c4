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
# A minute, of a visitor, of an address from which whole classes may come, and of all together. Who keeps no cookie, as
# in another site's page, is the same visitor as all who keep none at that address.
WRONG_CODES, NEW_PLACES = (5, 600, 6000), (60, 60, 600)
TOO_MANY_WRONG = "Too many wrong codes or names {}. Wait a minute, and look at the board again."
TOO_MANY_NEW = "Too many have joined {} in the last minute. Wait a minute, and join again."


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


class LastMinute:
    """What was done in the last minute, by who did it: a visitor, an address, and all together. Safe from threads.

    `most` is how often each of these may, and `too_often` says where it was too often.
    """

    def __init__(self, most: tuple[int, int, int], too_often: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._too_often, self._clock = most, too_often, clock
        self._done: deque[tuple[float, str, str]] = deque()
        self._lock = threading.Lock()

    def check(self, visitor: str, address: str) -> None:
        """Raises LimitReached for who has done it too often."""
        of_visitor, of_address, of_all = self._most
        with self._lock:
            while self._done and self._clock() - self._done[0][0] > MINUTE:
                self._done.popleft()
            if sum(visitor == one for _, one, _ in self._done) >= of_visitor:
                raise LimitReached(self._too_often.format("from you"))
            if sum(address == one for _, _, one in self._done) >= of_address:
                raise LimitReached(self._too_often.format("from the address you come from"))
            if len(self._done) >= of_all:
                raise LimitReached(self._too_often.format("on this server"))

    def note(self, visitor: str, address: str) -> None:
        """Once more."""
        with self._lock:
            self._done.append((self._clock(), visitor, address))
