"""What is said of a search: of its tries, and of the one that won."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import TryEnded
from playground.formats import format_count, format_duration
from playground.parameters import parameters

OUT_OF_MEMORY = ("not enough memory", "can't allocate memory", "out of memory", "cannot allocate memory")
COLUMNS = ("Lowest validation loss", "At step", "Time")


def values_text(values: Mapping[str, Any]) -> str:
    """The values of a try, in the words of the form."""
    labels = {parameter.name: parameter.label for parameter in parameters(Recipe)}
    return ", ".join(f"{labels[name].lower()} {value_text(value)}" for name, value in values.items())


def value_text(value: Any) -> str:
    """One value, as short as it can be said."""
    return f"{value:g}" if isinstance(value, float) else "as suits the method" if value is None else str(value)


def try_text(one: TryEnded) -> str:
    """One try in a line."""
    came = f"broke off: {one.words}" if one.loss is None else f"validation loss {one.loss:.3f}"
    return f"Try {one.number} of {one.tries}, {values_text(one.values)}: {came}"


def cells_of(one: TryEnded) -> tuple[str, ...]:
    """What came of a try, below COLUMNS."""
    if one.loss is None:
        return (f"broke off: {one.words}", "\u2013", format_duration(one.seconds))
    return (f"{one.loss:.3f}", f"{one.best_step:,}", format_duration(one.seconds))


def winner_of(tries: Sequence[TryEnded]) -> TryEnded | None:
    """The one with the lowest validation loss, the earlier of two alike; None where all broke off."""
    through = [one for one in tries if one.loss is not None]
    return min(through, key=lambda one: (one.loss or 0.0, one.number)) if through else None


def search_words(tries: Sequence[TryEnded], won: TryEnded, judgement: str) -> str:
    """What came of a search; `judgement` is what the sealed rows said of the winner, if there are any."""
    broken = sum(one.loss is None for one in tries)
    counted = f"Tried {format_count(len(tries), 'recipe')}."
    if broken:
        counted = f"Tried {format_count(len(tries), 'recipe')}, of which {broken} broke off."
    best = f"The lowest validation loss, {won.loss:.3f}, came of try {won.number}: {values_text(won.values)}."
    caution = f"The lowest of {len(tries)} looks better than it is, for it was chosen by those very rows."
    judged = judgement or "No rows were sealed, so nothing else has judged it."
    return " ".join([counted, best, caution, judged])


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, as Python or PyTorch say it."""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in OUT_OF_MEMORY)
