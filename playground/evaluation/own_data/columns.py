"""Guesses which columns are input, reference, context and id."""

from collections.abc import Mapping, Sequence

from playground.errors import InvalidSetup

FIELDS = ("id", "input", "context", "reference")
# Names that columns have in the wild, likeliest first.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "item", "key", "nr", "no"),
    "input": ("input", "question", "prompt", "text", "sentence", "review", "query", "problem", "article", "document"),
    "context": ("context", "passage", "background", "paragraph"),
    "reference": ("reference", "references", "answer", "answers", "target", "output", "label", "expected", "solution",
                  "summary", "completion", "gold"),
}  # fmt: skip


def guess(names: Sequence[str]) -> dict[str, str]:
    """The column that each field is probably in; a field that is in none is left out. None is used twice."""
    found: dict[str, str] = {}
    by_key = {name.strip().casefold(): name for name in reversed(names)}
    for field, known in KNOWN.items():
        column = next((by_key[key] for key in known if key in by_key and by_key[key] not in found.values()), None)
        if column is not None:
            found[field] = column
    if "input" not in found and "context" in found:  # a passage alone is what is asked about
        found["input"] = found.pop("context")
    return found


def is_known(name: str) -> bool:
    """Whether a cell looks like the name of a column."""
    return any(name.strip().casefold() in known for known in KNOWN.values())


def mapped(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Field to column, as said or else as guessed. Raises InvalidSetup, naming the columns that there are."""
    there = ", ".join(map(ascii, names[:40])) + ("..." if len(names) > 40 else "")
    taken = dict(columns) or guess(names)
    if "input" not in taken:
        message = f"Which column is the input? The columns are {there}; choose it in Input above."
        raise InvalidSetup(message, path=("data", "columns", "input"))
    for field, column in taken.items():
        if field not in FIELDS:
            message = f"{field[:60]!a} is no field of an item; these are {', '.join(FIELDS)}."
            raise InvalidSetup(message, path=("data", "columns"))
        if names.count(column) != 1:
            what = "no column" if column not in names else "more than one column"
            message = f"There is {what} {column[:60]!a} for the {field}; the columns are {there}."
            raise InvalidSetup(message, path=("data", "columns", field))
    return taken
