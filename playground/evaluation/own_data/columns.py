"""Guesses which columns are input, reference, context and id."""

from collections.abc import Mapping, Sequence

from playground.errors import InvalidSetup

FIELDS = ("id", "input", "context", "reference")
# Names that columns have in the wild, likeliest first.
COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "item", "key", "nr", "no"),
    "input": ("input", "question", "prompt", "text", "sentence", "review", "query", "problem", "article", "document"),
    "context": ("context", "passage", "background", "paragraph"),
    "reference": ("reference", "references", "answer", "answers", "target", "output", "label", "expected", "solution",
                  "summary", "completion", "gold"),
}  # fmt: skip


def guess_columns(names: Sequence[str]) -> dict[str, str]:
    """The column that each field is probably in; a field that is in none is left out. None is used twice."""
    column_by_field: dict[str, str] = {}
    by_key = {name.strip().casefold(): name for name in reversed(names)}
    for field, synonyms in COLUMN_NAMES.items():
        column = next(
            (by_key[key] for key in synonyms if key in by_key and by_key[key] not in column_by_field.values()), None
        )
        if column is not None:
            column_by_field[field] = column
    if "input" not in column_by_field and "context" in column_by_field:  # a passage alone is what is asked about
        column_by_field["input"] = column_by_field.pop("context")
    return column_by_field


def is_known(name: str) -> bool:
    """Whether a cell looks like the name of a column."""
    return any(name.strip().casefold() in synonyms for synonyms in COLUMN_NAMES.values())


def map_columns(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Field to column, as said or else as guessed. Raises InvalidSetup, naming the columns that there are."""
    there = ", ".join(map(ascii, names[:40])) + ("..." if len(names) > 40 else "")
    column_by_field = dict(columns) or guess_columns(names)
    if "input" not in column_by_field:
        message = f"Which column is the input? The columns are {there}; choose it in Input above."
        raise InvalidSetup(message, path=("data", "columns", "input"))
    for field, column in column_by_field.items():
        if field not in FIELDS:
            message = f"{field[:60]!a} is no field of an item; these are {', '.join(FIELDS)}."
            raise InvalidSetup(message, path=("data", "columns"))
        if names.count(column) != 1:
            message = f"There is more than one column {column[:60]!a} for the {field}; the columns are {there}."
            if column not in names:
                message = f"There is no column {column[:60]!a} for the {field}; the columns are {there}."
            raise InvalidSetup(message, path=("data", "columns", field))
    return column_by_field
