"""Runs a list of prompts through several panes, as a table with a row for each prompt."""

import math
import re
import time
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from playground.backends.catalog import Catalog
from playground.comparison import compare, draw_seed, with_seeds
from playground.csv_text import exact_csv
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data.records import records
from playground.formats import format_count
from playground.types import MAX_TEXT, Run, Setup

PROMPT_COLUMNS = ("prompt", "input", "question", "text")  # of a CSV, in order of preference
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
COLUMN_NAME = re.compile(r"[\w-]+")  # of a column; a sentence with a comma has spaces
SNIFFED_CHARACTERS = 1000  # characters of a line to see whether it has columns
MAX_ROWS = 200
MAX_CHARACTERS = 1_000_000  # of a list, columns that are not used among them
MAX_LISTED = 20  # columns in a message
OUT_OF_TIME = (
    "It has taken {:,g} seconds, the most for one list here. The rows that are done are kept; run the others again."
)


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One prompt and the run of every pane on it, in the panes' order."""

    prompt: str
    runs: tuple[Run, ...]


def read_prompts(text: str) -> tuple[str, ...]:
    """One prompt a line, or the `prompt` (`input`, `question`, `text`) column of a CSV that has a header.

    A CSV's cells are separated by comma, semicolon or tab. Raises InvalidSetup when there is no prompt, or no such
    column in what is a CSV by its first two lines; LimitReached for too many.
    """
    if len(text) > MAX_CHARACTERS:
        raise LimitReached(f"The list has {len(text):,} characters; {MAX_CHARACTERS:,} is the most.")
    text = text.strip("\ufeff\r\n")
    lines = text.splitlines()
    separator, header = _header(lines)
    column = next((header.index(name) for name in PROMPT_COLUMNS if name in header), None)
    texts = [line.strip() for line in lines] if column is None else _cells(text, separator, len(header), column)
    if column is None and header:
        there = ", ".join(ascii(name[:60]) for name in header[:MAX_LISTED])
        raise InvalidSetup(
            f"The columns of the CSV are {there}; name the one with the prompts "
            f"{', '.join(PROMPT_COLUMNS[:-1])} or {PROMPT_COLUMNS[-1]}.",
        )
    prompts = tuple(prompt for prompt in texts if prompt)
    if not prompts:
        where = f"The column {header[column]!a} of the CSV" if column is not None else "The list"
        raise InvalidSetup(f"{where} has no prompt; write one a line.")
    if len(prompts) > MAX_ROWS:
        raise LimitReached(f"These are {len(prompts):,} prompts; {MAX_ROWS} is the most.")
    if longest := next((i for i, prompt in enumerate(prompts, 1) if len(prompt) > MAX_TEXT), None):
        raise InvalidSetup(f"Prompt {longest} has more than {MAX_TEXT:,} characters.")
    return prompts


def write_prompts(prompts: Iterable[str]) -> str:
    """What `read_prompts` reads these prompts from, also those of several lines: a CSV with one column."""
    return exact_csv(PROMPT_COLUMNS[:1], ((prompt,) for prompt in prompts))


def _cells(text: str, separator: str, columns: int, column: int) -> list[str]:
    """The cells of one column, below its name.

    Raises InvalidSetup for a row that cannot be read, has more cells than columns (what looks like a cell is half of a
    prompt), or ends before that column.
    """
    texts = []
    for number, (line, cells) in enumerate(islice(records(text, separator), 1, None), 1):
        if isinstance(cells, str):
            raise InvalidSetup(f"Line {line} of the CSV {cells}.")
        if any(cell.strip() for cell in cells[columns:]):
            raise InvalidSetup(
                f"Row {number} of the CSV has {len(cells)} cells and its header {columns}: put a prompt with "
                f"{SEPARATORS[separator]} in it in quotes.",
            )
        if len(cells) <= column:
            raise InvalidSetup(
                f"Row {number} of the CSV has {format_count(len(cells), 'cell')} and its header {columns}: it has no "
                "prompt. Write it with the same columns, or take it out.",
            )
        texts.append(cells[column].strip())
    return texts


def _header(lines: Sequence[str]) -> tuple[str, list[str]]:
    """The separator and the columns' names in lower case; no names where these lines are prompts and no CSV."""
    for separator in SEPARATORS:
        # A first line that cannot be read is split as it is: the rows below it say what is wrong.
        first = _rows(lines[:1], separator) or [line.split(separator) for line in lines[:1]]
        names = [cell.strip().lower() for row in first for cell in row]
        if any(name in PROMPT_COLUMNS for name in names):
            return separator, names
    for separator in SEPARATORS:
        rows = _rows([line[:SNIFFED_CHARACTERS] for line in lines[:2]], separator)
        if len(rows) > 1 and len(rows[0]) == len(rows[1]) > 1 and all(map(COLUMN_NAME.fullmatch, rows[0])):
            return separator, rows[0]
    return ",", []


def _rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    """Those of the lines that can be read under a separator."""
    return [cells for _, cells in records("\n".join(lines), separator) if not isinstance(cells, str)]


def check_size(prompts: Sequence[str], panes: Sequence[Setup], most: int, name: str) -> None:
    """Raises LimitReached for more answers than that; `name` is the variable that says so."""
    if (total := len(prompts) * len(panes)) > most:
        raise LimitReached(
            f"This list has {total:,} answers; {most:,} is the most ({name}). Take fewer prompts or panes."
        )


def run_table(
    panes: Sequence[Setup],
    prompts: Sequence[str],
    catalog: Catalog,
    *,
    placebos: Collection[int] = (),
    max_seconds: float = math.inf,
    max_total_seconds: float = math.inf,
) -> Generator[tuple[PromptRow, ...], None, None]:
    """Yield the table as it grows: whole rows, and last the one under way. Closing keeps what had been yielded.

    All rows use one seed, drawn here where a pane leaves it open, but for the panes at `placebos`. Each run takes at
    most `max_seconds`, and all of them `max_total_seconds`: then LimitReached is raised.
    """
    seed, end = draw_seed(), time.monotonic() + max_total_seconds
    finished_rows: list[PromptRow] = []
    for prompt in prompts:
        if time.monotonic() > end:
            raise LimitReached(OUT_OF_TIME.format(max_total_seconds))
        row = PromptRow(prompt, ())
        asked = with_seeds([replace(pane, task=replace(pane.task, input=prompt)) for pane in panes], seed, 0, placebos)
        works, seeds = [work for work, _ in asked], [one for _, one in asked]
        with closing(compare(works, catalog, seeds=seeds, max_seconds=max_seconds)) as growing:
            for runs in growing:
                row = PromptRow(prompt, runs)
                yield (*finished_rows, row)
                if time.monotonic() > end and not _have_ended(runs):
                    raise LimitReached(OUT_OF_TIME.format(max_total_seconds))
        finished_rows.append(row)


def _have_ended(runs: Sequence[Run]) -> bool:
    return all(run.status not in ("waiting", "running") for run in runs)
