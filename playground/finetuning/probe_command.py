"""Probes an adapter, or a whole model, against the default model on the command line.

python -m playground.finetuning probe sentiment                      one that comes with the playground
python -m playground.finetuning probe FOLDER                         one in a folder, or a whole trained model
python -m playground.finetuning probe FOLDER --trained training.jsonl --held-out held_out.jsonl

The first two probe forgetting and bias. With rows that it was trained on and rows that it was not, memorisation and
calibration are probed too.
"""

import argparse
import json
import sys
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path

from playground.errors import InvalidSetup
from playground.finetuning.command_line import parser_of
from playground.finetuning.named_weights import open_with_base
from playground.finetuning.preparation.own_rows import read_rows
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.probes.bias import probe_bias
from playground.finetuning.probes.calibration import probe_calibration
from playground.finetuning.probes.figures import ProbeResult, ProbeStep
from playground.finetuning.probes.forgetting import probe_forgetting
from playground.finetuning.probes.memorisation import probe_memorisation
from playground.finetuning.probes.reader import CatalogReader
from playground.finetuning.probes.report import as_markdown
from playground.json_values import as_json
from playground.returning import Returning
from playground.settings import Settings

NEED_ROWS = ("memorisation", "calibration")
PROBES = ("forgetting", "bias", *NEED_ROWS)
Probe = Generator[ProbeStep, None, ProbeResult]


def run(argv: Sequence[str]) -> int:
    """Print what the probes found, as Markdown. Raises PlaygroundError."""
    parser = parser_of("probe", __doc__)
    parser.add_argument("weights", metavar="ADAPTER", help="an adapter's name, or the folder of one or of a model")
    parser.add_argument("--trained", type=Path, metavar="DATA", help="rows that it was trained on")
    parser.add_argument("--held-out", type=Path, metavar="DATA", help="rows that it was not trained on")
    parser.add_argument("--only", choices=PROBES, action="append", help="this probe; may be given several times")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    arguments = parser.parse_args(argv)
    names = arguments.only or [name for name in PROBES if name not in NEED_ROWS or _has_rows(name, arguments)]
    for name in names:
        if name in NEED_ROWS and not _has_rows(name, arguments):
            needed = "--trained and --held-out" if name == "memorisation" else "--held-out"
            raise InvalidSetup(f"The probe of {name} needs {needed}, files of rows.")
    rows = {name: _read(getattr(arguments, name)) for name in ("trained", "held_out")}
    before, after = _readers(arguments.weights)
    probes = {
        "forgetting": lambda: probe_forgetting(before, after),
        "bias": lambda: probe_bias(before, after),
        "memorisation": lambda: probe_memorisation(before, after, rows["trained"], rows["held_out"]),
        "calibration": lambda: probe_calibration(before, after, rows["held_out"]),
    }
    results = [_follow(name, probes[name]()) for name in names]
    print(as_markdown(results))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json([asdict(result) for result in results]), indent=1), "utf-8")
    return 0


def _has_rows(name: str, arguments: argparse.Namespace) -> bool:
    return bool(arguments.held_out and (arguments.trained or name != "memorisation"))


def _read(path: Path | None) -> tuple[TrainingRow, ...]:
    if path is None:
        return ()
    try:
        rows = read_rows(path.read_bytes(), path.name).rows
    except OSError as error:
        raise InvalidSetup(f"{path} cannot be read: {error.strerror or error}.") from None
    return tuple(row for row in rows if isinstance(row, TrainingRow))


def _readers(name: str) -> tuple[CatalogReader, CatalogReader]:
    catalog, base, probed = open_with_base(name, Settings.from_environment())
    return CatalogReader(catalog, base), CatalogReader(catalog, probed)


def _follow(name: str, probe: Probe) -> ProbeResult:
    work = Returning(probe)
    for step in work:
        if step.done % 20 == 0 or step.done == step.total:
            print(f"{name}: {step.done} of {step.total}, {step.what}", file=sys.stderr, flush=True)
    return work.value
