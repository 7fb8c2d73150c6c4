"""A technique's card: what it does and what speaks against it in one line, the rest one click away."""

from playground.strategies import STRATEGIES, Card


def line(name: str) -> str:
    """Markdown: the summary and, with the same rank, the counter-evidence."""
    card = STRATEGIES[name].card
    return f"{card.summary} **But:** {card.fails} **Cost:** {card.cost}"


def whole(name: str) -> str:
    """Markdown: the whole card with its source."""
    card = STRATEGIES[name].card
    rows = [("When it helps", card.helps), ("When it does not", card.fails), ("Cost", card.cost)]
    rows += [("Reported", card.figure)] if card.figure else []
    rows += [("Source", _source(card))] if card.citation else []
    return "\n\n".join(f"**{name}**  \n{text}" for name, text in rows)


def _source(card: Card) -> str:
    return f"[{card.citation}]({card.url})" if card.url else card.citation
