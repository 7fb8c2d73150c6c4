"""A technique's card: what it does and what speaks against it in one line, the rest one click away."""

from playground.backends.catalog import ModelInfo
from playground.strategies import STRATEGIES, TechniqueCard

# What models made for one task do with the input, by `Capabilities.task`.
TASKS = {
    "classification": "gives the whole text one of its labels, with the probability of each",
    "token_classification": "marks parts of the text, such as names, each with a label and a probability",
    "question_answering": "finds the part of a passage that answers a question. Write the passage first, then the "
    "question in a paragraph of its own",
    "text_to_text": "turns the text into another, such as its summary or translation",
}


def line(name: str) -> str:
    """Markdown: the summary and, with the same rank, the counter-evidence."""
    card = STRATEGIES[name].card
    return f"{card.summary} **But:** {card.fails} **Cost:** {card.cost}"


def line_for_task(info: ModelInfo) -> str:
    """Markdown: what a model made for one task does, in place of a technique."""
    return f"Made for one task: it {TASKS[info.capabilities.task]}. It is not prompted, so no technique applies."


def whole(name: str) -> str:
    """Markdown: the whole card with its source."""
    card = STRATEGIES[name].card
    rows = [("When it helps", card.helps), ("When it does not", card.fails), ("Cost", card.cost)]
    rows += [("Reported", card.figure)] if card.figure else []
    rows += [("Source", _source(card))] if card.citation else []
    return "\n\n".join(f"**{name}**  \n{text}" for name, text in rows)


def _source(card: TechniqueCard) -> str:
    return f"[{card.citation}]({card.url})" if card.url else card.citation
