"""How many completions a technique asks a model for, as far as that is known before it has asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calls:
    """At least and at most so many; `most` is None where the answers decide, with no end to it."""

    least: int
    most: int | None

    @classmethod
    def exactly(cls, count: int) -> "Calls":
        return cls(count, count)

    def __contains__(self, count: int) -> bool:
        return self.least <= count and (self.most is None or count <= self.most)
