"""Puts passages in the order of how likely a model finds the question after each (Sachan et al. 2022, arXiv
2204.07496)."""

from collections.abc import Generator
from statistics import fmean

from playground.strategies.base import Ask, Event, user_message
from playground.strategies.parts.passages import read_passages
from playground.types import Step

PROMPT = "Passage: {passage}\n\nPlease write a question based on this passage."
LONGEST = 2_000  # characters of a question that are measured: as many as are searched for
HOW = "Of {found} passages the model finds the question likeliest after {best} (log-probability a token)."


def rerank(question: str, found: str, count: int, ask: Ask) -> Generator[Event, None, tuple[str, str]]:
    """The best `count` of numbered passages, with the numbers that the search gave them, and in words how they came to
    be the best. What has no numbers is one passage."""
    passages = read_passages(found) or {"1": found}
    scores: dict[str, float] = {}
    for number, passage in passages.items():
        prompt = (user_message(PROMPT.format(passage=passage)),)
        step = Step(
            label=f"Passage {number}", messages=prompt, together="Rerank", depends_on=("Search",), measured=True
        )
        measured = yield from ask.score(step, question[:LONGEST])
        scores[number] = fmean([token.logprob for token in measured.tokens] or [0.0])
    best = sorted(scores, key=lambda number: -scores[number])[:count]
    if len(passages) < 2:
        return found, ""
    text = "\n".join(f"[{number}] {passages[number]}" for number in best)
    listed = ", ".join(f"[{number}] {scores[number]:.2f}" for number in best)
    return text, HOW.format(found=len(passages), best=listed)
