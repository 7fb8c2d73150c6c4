"""The card of a technique, which stands beside it wherever it is chosen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueCard:
    """What to know before using a technique; evidence against it has the same rank as evidence for it."""

    summary: str
    helps: str
    fails: str
    cost: str
    citation: str = ""
    url: str = ""
    figure: str = ""
