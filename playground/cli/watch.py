"""Watches weights on the command line: an experiment is asked again, and a drop beyond chance is an alarm.

python -m playground.experiment watch FILE.yaml                          look once, at the experiment's own models
python -m playground.experiment watch FILE.yaml --model M --adapter A    at these weights instead
python -m playground.experiment watch FILE.yaml --endpoint ADDRESS --model M     at a model of a server elsewhere
python -m playground.experiment watch FILE.yaml --every 6h --looks 20    look every six hours, twenty times
python -m playground.experiment watch FILE.yaml --show                   what was seen so far; nothing is asked
python -m playground.experiment watch FILE.yaml --renew                  compare with the last look from now on

The first complete look is the reference. Everything is asked anew at each look, and the scores are kept in the store
of experiments, where the page's Fine-tune tab shows them. A server's key is read from WATCH_KEY and kept nowhere.

Exits 0 when nothing dropped, 3 at an alarm, 1 for a look that could not be completed, 2 for one that cannot begin, 130
when it was stopped. With --every it goes on after an alarm, and exits with 3 if there was one.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

from playground import deprecations
from playground.backends.catalog import Catalog
from playground.backends.encoders import library_of
from playground.backends.memory import MemoryBudget
from playground.backends.offered_entries import offered_entries
from playground.background import interruptible
from playground.cli import terminal
from playground.errors import InvalidSetup, PlaygroundError
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.evaluation.store import Store
from playground.evaluation.watching import telling
from playground.evaluation.watching.kept import Kept, Watches
from playground.evaluation.watching.looking import look
from playground.evaluation.watching.watch import Watch, watch_of
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Weights

FINE, INCOMPLETE, WRONG, DROP, STOPPED = 0, 1, 2, 3, 130
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ENDPOINT, KEY = "watched", "WATCH_KEY"


def main(argv: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    deprecations.hide()
    arguments = _parser().parse_args(argv)
    try:
        settings = Settings.from_environment()
        watch = watch_of(read_experiment(arguments.file), _weights(arguments))
        every, looks = _seconds(arguments.every), arguments.looks or (None if arguments.every else 1)
        store = Store(arguments.store or settings.store_file, most_bytes=settings.store_megabytes * 2**20)
        with closing(store), interruptible() as halt:
            watches = Watches(store)
            if arguments.renew:
                watches.renew(watch)
            if arguments.show or arguments.renew:
                print(_all_looks(kept := watches.find(watch)))
                return DROP if telling.drops_of(kept) else FINE
            catalog = _catalog(settings, arguments)
            return _look_on(watch, watches, catalog, settings, halt, every, looks, quiet=arguments.quiet)
    except PlaygroundError as error:
        print(error, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:  # the second one
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m playground.experiment watch",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE.yaml", help="the experiment")
    parser.add_argument("--model", default="", help="instead of the experiment's models")
    parser.add_argument("--adapter", default="", help="of that model, or of the default one")
    parser.add_argument("--endpoint", default="", metavar="ADDRESS", help="of a server that has the model")
    parser.add_argument("--every", default="", metavar="6h", help="look again after so many s, m, h or d")
    parser.add_argument("--looks", type=int, metavar="N", help="so often; with --every else until it is stopped")
    parser.add_argument("--show", action="store_true", help="print what was seen, ask nothing")
    parser.add_argument("--renew", action="store_true", help="the last complete look is the reference from now on")
    parser.add_argument("--store", type=Path, help="file that keeps what is found, instead of PLAYGROUND_STORE")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    return parser


def read_experiment(file: Path) -> Experiment:
    """Raises InvalidSetup."""
    try:
        return experiments.read_yaml(file.read_text("utf-8"), file.name, folder=file.parent)
    except FileNotFoundError:
        raise InvalidSetup(f"{file} cannot be read: there is no such file.") from None
    except (OSError, ValueError) as error:  # ValueError: not in UTF-8, or a name that no file can have
        raise InvalidSetup(f"{file} cannot be read: {error}.") from None


def _weights(arguments: argparse.Namespace) -> Weights | None:
    """Those that are named; None for the experiment's own. Raises InvalidSetup."""
    if arguments.endpoint:
        if not arguments.model or arguments.adapter:
            raise InvalidSetup("--endpoint goes with --model, as the server calls it, and without --adapter.")
        return Weights(model=f"{ENDPOINT}/{arguments.model}")
    if arguments.model or arguments.adapter:
        return Weights(model=arguments.model or "default", adapter=arguments.adapter)
    return None


def _seconds(text: str) -> float:
    """Of a time such as 6h. Raises InvalidSetup."""
    if not text:
        return 0.0
    if not (found := re.fullmatch(r"(\d{1,6})([smhd])", text)) or not int(found[1]):
        raise InvalidSetup(path=("every",), value=text, rule="it must be a number with s, m, h or d, such as 6h.")
    return float(found[1]) * UNITS[found[2]]


def _catalog(settings: Settings, arguments: argparse.Namespace) -> Catalog:
    """The models of this machine, and those of the endpoint that was named. Raises PlaygroundError."""
    offered = [*offered_entries(settings)]
    if arguments.endpoint:
        from playground.backends.endpoints.connection import connect, endpoint_entries
        from playground.backends.endpoints.endpoint import parse_endpoint

        where = parse_endpoint(ENDPOINT, arguments.endpoint, os.environ.get(KEY, ""), settings)
        work = Returning(connect(where, arguments.model))
        for _ in work:
            pass
        offered += endpoint_entries(work.value)
    budget = MemoryBudget(settings.memory_megabytes * 2**20)
    return Catalog(offered, budget=budget, library=library_of(settings))


def _look_on(
    watch: Watch, watches: Watches, catalog: Catalog, settings: Settings, halt: Event, every: float,
    looks: int | None, *, quiet: bool,
) -> int:  # fmt: skip
    """Look so often, or until it is stopped; returns the exit status."""
    alarmed = False
    while True:
        kept = _look_once(watch, watches, catalog, settings, halt, quiet=quiet)
        for sentence in telling.last_sentences(kept):
            print(sentence, flush=True)
        alarmed = alarmed or bool(telling.drops_of(kept))
        looks = None if looks is None else looks - 1
        if halt.is_set():
            return DROP if alarmed else STOPPED
        if looks == 0:
            return DROP if alarmed else FINE if kept.looks[-1].complete else INCOMPLETE
        if halt.wait(every):
            return DROP if alarmed else STOPPED


def _look_once(
    watch: Watch, watches: Watches, catalog: Catalog, settings: Settings, halt: Event, *, quiet: bool
) -> Kept:
    line = None if quiet else terminal.ProgressLine(sys.stderr)
    with Returning(look(watch, catalog, halt=halt, max_seconds=settings.max_seconds)) as work:
        for table in work:
            if line:
                line.show(table)
    return watches.add(watch, work.value)


def _all_looks(kept: Kept) -> str:
    """A line for each look, and what the last one says."""
    return "\n".join([kept.watch.title, *_lines(kept), *telling.last_sentences(kept), telling.RULE])


def _lines(kept: Kept) -> Iterator[str]:
    for place, seen in enumerate(kept.looks):
        scores = "; ".join(f"{name} {telling.score_text(column)}" for name, column in seen.columns.items())
        yield f"{telling.moment_text(seen)}: {scores} ({telling.verdict_text(kept, place)})"
