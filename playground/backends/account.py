"""What somebody's requests are charged to: whoever has a budget of tokens has one in every tab."""

from typing import Protocol


class Account(Protocol):
    """The tokens of one person. Safe from many threads."""

    def check(self) -> None:
        """Raises LimitReached when nothing is left."""

    def charge(self, tokens: int) -> None:
        """So many were read and written."""
