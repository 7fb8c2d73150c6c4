"""`python -m playground.lessons check [FOLDER]`: holds lessons against what happens on the default model.

Without a folder these are the lessons that come with the playground. Exits 0 when all that they claim is so, 3 when
something is not, 2 for a file that cannot be read.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from playground import deprecations
from playground.backends.catalog import Catalog
from playground.backends.encoders import library_of
from playground.backends.memory import MemoryBudget
from playground.backends.offered_entries import offered_entries
from playground.errors import PlaygroundError
from playground.evaluation.store import Store
from playground.lessons.checking import LessonCheck, check_lesson
from playground.lessons.shelf import HERE, ORIGINAL, read_folder
from playground.settings import Settings

HELD, WRONG, NOT_HELD = 0, 2, 3


def main(argv: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    deprecations.hide()
    parser = argparse.ArgumentParser(
        prog="python -m playground.lessons", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    check = parser.add_subparsers(dest="command", required=True).add_parser("check", help="run every trial and look")
    check.add_argument("folder", type=Path, nargs="?", default=HERE / ORIGINAL, help="with lessons of your own")
    check.add_argument("--only", metavar="NAME", help="the lessons whose file names begin so")
    arguments = parser.parse_args(argv)
    try:
        shelf = read_folder(arguments.folder)
        for problem in shelf.problems:
            print(problem, file=sys.stderr)
        settings = Settings.from_environment()
        budget = MemoryBudget(settings.memory_megabytes * 2**20)
        catalog = Catalog(offered_entries(settings), budget=budget, library=library_of(settings))
        checks = []
        with closing(Store(settings.store_file, most_bytes=settings.store_megabytes * 2**20)) as store:
            for key, lesson in shelf.lessons.items():
                if key.startswith(arguments.only or ""):
                    checks.append(check_lesson(lesson, catalog, store))
                    print(_report(checks[-1]), flush=True)
    except PlaygroundError as error:
        print(error, file=sys.stderr)
        return WRONG
    if shelf.problems:
        return WRONG
    return NOT_HELD if any(one.failures for one in checks) else HELD


def _report(check: LessonCheck) -> str:
    """What was found of one lesson: what each way gave, and what of the lesson is not so."""
    lines = [f"{check.lesson.key}: {'not true' if check.failures else 'holds'}"]
    for way in check.outcome.ways:
        found = f"{way.right} of {way.items} right" if way.right is not None else " ".join(way.answer.split())[:200]
        lines.append(f"  {way.name}: {found} ({way.tokens} tokens)")
    return "\n".join([*lines, *(f"  ! {failure}" for failure in check.failures)])


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without a sign shows another
    sys.exit(main(sys.argv[1:]))
