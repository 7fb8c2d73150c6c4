"""Compares an adapter with its base on sealed items, on the command line.

python -m playground.finetuning held-out sentiment --task sentiment
python -m playground.finetuning held-out FOLDER --trained training.jsonl --held-out held_out.jsonl

A built-in task has sealed items of its own. With one's own rows the held-out ones are asked, and of those that were
trained on some are shown as examples and others choose the base's best prompt. What is found is kept in the folder.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from playground.errors import InvalidSetup
from playground.evaluation.store import Store
from playground.finetuning.command_line import parser_of
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.asked import Asked, asked_of_own_rows, asked_of_task
from playground.finetuning.held_out.judging import HeldOutResult, judge
from playground.finetuning.held_out.kept import write_held_out
from playground.finetuning.held_out.report import as_markdown
from playground.finetuning.held_out.tasks import TASKS
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.named_weights import open_with_base
from playground.finetuning.preparation.own_rows import read_rows
from playground.finetuning.preparation.rows import Row
from playground.finetuning.taking_away.card import write_card
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Weights

INTERVAL = 10.0  # seconds between two lines of the same stage
VALIDATION = 24  # of the rows that were trained on, where nothing else chooses a prompt


def run(argv: Sequence[str]) -> int:
    """Print what was found, as Markdown. Raises PlaygroundError."""
    parser = parser_of("held-out", __doc__)
    parser.add_argument("weights", metavar="ADAPTER", help="an adapter's name, or the folder of one or of a model")
    parser.add_argument("--task", choices=list(TASKS), help="a built-in task")
    parser.add_argument("--trained", type=Path, metavar="DATA", help="rows that it was trained on")
    parser.add_argument("--held-out", type=Path, metavar="DATA", help="rows that it was not trained on")
    parser.add_argument("--items", type=int, default=90, help="asked at the most")
    parser.add_argument("--collection", default="", help="documents that may know the answers, such as ferry_island")
    arguments = parser.parse_args(argv)
    if bool(arguments.task) == bool(arguments.held_out):
        raise InvalidSetup("Give either --task, or --held-out with rows that were not trained on.")
    if arguments.items < 1:
        raise InvalidSetup(path=("items",), value=arguments.items, rule="it must be at least 1.")
    trained = _read(arguments.trained)
    settings = Settings.from_environment()
    catalog, base, learned = open_with_base(arguments.weights, settings)
    asked = _asked(arguments, trained, base, learned)
    with closing(Store.from_settings(settings)) as store:
        result = _follow(asked, Answering(catalog=catalog, store=store))
    folder = Path(arguments.weights)
    if folder.is_dir():
        result = write_held_out(folder, result)
    if (folder.parent / "job.json").is_file():
        write_card(JobFolder(folder.parent))
    print(as_markdown(result))
    return 0


def _asked(arguments: argparse.Namespace, trained: Sequence[Row], base: Weights, learned: Weights) -> Asked:
    if arguments.task:
        asked = asked_of_task(TASKS[arguments.task], arguments.items, trained, base, learned)
    else:
        rows = trained[VALIDATION:], trained[:VALIDATION], _read(arguments.held_out)
        asked = asked_of_own_rows("Own rows", rows, arguments.items, base, learned)
    return replace(asked, part=replace(asked.part, collection=arguments.collection))


def _read(path: Path | None) -> tuple[Row, ...]:
    if path is None:
        return ()
    try:
        return read_rows(path.read_bytes(), path.name).rows
    except OSError as error:
        raise InvalidSetup(f"{path} cannot be read: {error.strerror or error}.") from None


def _follow(asked: Asked, answering: Answering) -> HeldOutResult:
    work, said, at = Returning(judge(asked, answering)), "", 0.0
    for news in work:
        head = news.words.partition(":")[0]
        if head != said or time.monotonic() - at > INTERVAL:
            said, at = head, time.monotonic()
            print(news.words, file=sys.stderr, flush=True)
    return work.value
