"""Checks rows to learn from on the command line, and shows some as the model will see them.

python -m playground.finetuning check rows.csv                        what is wrong with the rows, if anything
python -m playground.finetuning check rows.csv --held-out other.csv   and which of the others are trained on
python -m playground.finetuning check rows.csv --show 2               and two rows token by token
python -m playground.finetuning check rows.csv --split FOLDER         and writes the parts as JSON lines

Exits 1 where training on the rows would make no sense.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from playground.errors import InvalidSetup
from playground.finetuning.command_line import parser_of
from playground.finetuning.preparation.checks import check_rows
from playground.finetuning.preparation.kept_answers import Keep
from playground.finetuning.preparation.own_rows import read_rows, unkept_text
from playground.finetuning.preparation.rows import Row, TrainingRow, to_json_lines
from playground.finetuning.preparation.splits import split_rows
from playground.finetuning.preparation.token_view import view_tokens
from playground.finetuning.preparation.tokenizers import read_tokenizer
from playground.settings import Settings

MARKS = {"stop": "STOP", "warning": "warning", "note": "note"}


def run(argv: Sequence[str]) -> int:
    """The exit status: 0, or 1 for rows that training makes no sense on. Raises PlaygroundError."""
    parser = parser_of("check", __doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="a table, JSON lines, or answers as JSON")
    parser.add_argument("--held-out", type=Path, metavar="DATA", help="rows that will be measured on")
    parser.add_argument("--column", action="append", default=[], metavar="FIELD=NAME", help="such as input=question")
    parser.add_argument("--template", default="{input}", help="the words around each input, with {input} where it goes")
    parser.add_argument("--system", default="", help="a system message before each input")
    parser.add_argument("--skip-bad", action="store_true", help="leave out rows that cannot be read")
    parser.add_argument("--keep", choices=get_args(Keep), default="right", help="of an experiment's results.json")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="so many rows, token by token")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="whose tokens are counted, not the default model")
    parser.add_argument("--split", type=Path, metavar="FOLDER", help="where training, validation and held-out rows go")
    parser.add_argument("--seed", type=int, default=0, help="of the split")
    parser.add_argument("--shares", default="0.1,0.2", metavar="V,H", help="of validation and held-out rows")
    arguments = parser.parse_args(argv)
    rows = _read(arguments.data, arguments)
    held_out = _read(arguments.held_out, arguments) if arguments.held_out else ()
    tokenizer, window = _tokenizer(arguments.model)
    findings = check_rows(rows, held_out, tokenizer=tokenizer, window=window)
    for finding in findings:
        print(f"{MARKS[finding.weight]}: {finding.sentence}")
    for row in rows[: arguments.show]:
        print(_tokens_text(tokenizer, row))
    if arguments.split:
        _write_parts(rows, arguments)
    return int(any(finding.weight == "stop" for finding in findings))


def _read(path: Path, arguments: argparse.Namespace) -> tuple[Row, ...]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidSetup(f"{path} cannot be read: {error.strerror or error}.") from None
    columns = dict(pair.split("=", 1) for pair in arguments.column if "=" in pair)
    if len(columns) < len(arguments.column):
        raise InvalidSetup("--column takes a field and a column, such as input=question.")
    read = read_rows(
        content,
        path.name,
        columns=columns,
        system=arguments.system,
        template=arguments.template,
        skip_bad=arguments.skip_bad,
        keep=arguments.keep,
    )
    taken = ", ".join(f"{field} from {column!a}" for field, column in read.columns.items())
    print(f"{path.name}: {len(read.rows):,} rows; {taken}{f'; {len(read.bad):,} left out' if read.bad else ''}")
    if read.unkept:
        print(unkept_text(read.unkept))
    return read.rows


def _tokenizer(folder: Path | None) -> tuple[Any, int]:
    """The tokenizer of the default model or of a folder, and the model's window in tokens."""
    from playground.backends.local.files.packaged_model import fetch_converted

    opened = read_tokenizer(folder or fetch_converted(Settings.from_environment().cache, lambda _: None))
    return opened.tokenizer, opened.window


def _tokens_text(tokenizer: Any, row: Row) -> str:
    """The row's tokens between bars; what the loss counts stands in brackets."""
    if not isinstance(row, TrainingRow):
        row = TrainingRow(messages=row.messages, answer=row.chosen, id=row.id)
    tokens = view_tokens(tokenizer, row)
    counted = sum(token.counted for token in tokens)
    text = "|".join(f"[{token.text}]" if token.counted else token.text for token in tokens)
    return f"\nrow {row.id}: {len(tokens)} tokens, {counted} counted, those in brackets\n{text}"


def _write_parts(rows: Sequence[Row], arguments: argparse.Namespace) -> None:
    try:
        validation, held_out = map(float, arguments.shares.split(","))
    except ValueError:
        raise InvalidSetup("--shares takes two shares, such as 0.1,0.2.") from None
    split = split_rows(rows, seed=arguments.seed, validation=validation, held_out=held_out)
    arguments.split.mkdir(parents=True, exist_ok=True)
    for name in ("training", "validation", "held_out"):
        part = getattr(split, name)
        (arguments.split / f"{name}.jsonl").write_text(to_json_lines(part), "utf-8")
        print(f"{name}: {len(part):,} rows in {arguments.split / f'{name}.jsonl'}")
