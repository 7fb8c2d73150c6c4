"""Type of what a check finds in the rows, and the texts that checks compare."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.finetuning.preparation.rows import Row, answers_of, prompt_of
from playground.formats import format_count
from playground.strategies.answers import comparison_key

Weight = Literal["stop", "warning", "note"]
SHOWN = 5  # rows named in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFinding:
    """What a check found. `stop`: training on it makes no sense; `rows` are ids of rows, in their order."""

    check: str
    weight: Weight
    sentence: str
    rows: tuple[str, ...] = ()


def text_key(text: str) -> str:
    """Equal for texts that are the same but for case, spacing and end punctuation, question marks among it."""
    return comparison_key(text).rstrip("?!. ")


def prompt_key(row: Row) -> str:
    """Equal for rows that ask the same."""
    return text_key(prompt_of(row))


def group_rows(rows: Sequence[Row], key: Callable[[Row], str] = prompt_key) -> Mapping[str, Sequence[int]]:
    """The places of the rows that have one key, such as those that ask the same, in the order of the first of each."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        places[key(row)].append(place)
    return dict(places)


def answer_key(row: Row) -> str:
    """Equal for rows whose answers are the same."""
    return "\n".join(map(text_key, answers_of(row)))


def name_rows(ids: Sequence[str]) -> str:
    """The first few ids, and how many more there are."""
    named = ", ".join(ids[:SHOWN])
    if len(ids) > SHOWN:
        return f"rows {named} and {len(ids) - SHOWN:,} more"
    return f"row {named}" if len(ids) == 1 else f"rows {named}"


def count_rows(ids: Sequence[str] | int) -> str:
    """How many rows, in words."""
    count = ids if isinstance(ids, int) else len(ids)
    return format_count(count, "row")


def texts_of(row: Row) -> Iterable[str]:
    """Everything that somebody wrote of a row."""
    yield from (message.content for message in row.messages)
    yield from answers_of(row)
