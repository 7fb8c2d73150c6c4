"""Compares prompting and tuning on the command line.

python -m playground.finetuning prompt-or-tune                      sentiment, on the default model
python -m playground.finetuning prompt-or-tune extraction --json FILE

Trainings that were done before, and answers that are stored, are taken as they are. Ctrl-C keeps what is done.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.evaluation.store import Store
from playground.finetuning.command_line import parser_of
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.tasks import TASKS
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.prompt_or_tune.comparing import Place, compare_prompting_and_tuning
from playground.finetuning.prompt_or_tune.costs import PricesGiven, parse_prices
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.plan import Plan, parse_plan
from playground.finetuning.prompt_or_tune.report import as_markdown
from playground.formats import format_duration
from playground.json_values import as_json
from playground.parameters import parameters
from playground.settings import Settings

STOPPED = 130
PRICES = tuple(parameter.name for parameter in parameters(PricesGiven))


def run(argv: Sequence[str]) -> int:
    """Print what was found, as Markdown. Raises PlaygroundError."""
    parser = parser_of("prompt-or-tune", __doc__)
    parser.add_argument("task", nargs="?", choices=list(TASKS), default="sentiment", help="what is asked and learned")
    parser.add_argument("--model", default="default", help="a language model of this machine")
    for parameter in parameters(Plan):
        if parameter.kind == "integer":
            default = parameter.empty or parameter.default
            said = f"{parameter.label}. {parameter.help} Without it: {default}"
            parser.add_argument(f"--{parameter.name}", type=int, help=said)
    parser.add_argument("--no-prompt-tuning", action="store_true", help="leave it out")
    for parameter in parameters(PricesGiven):
        said = f"{parameter.label}. {parameter.help} Without it: {parameter.empty}"
        parser.add_argument(f"--{parameter.name.replace('_', '-')}", type=float, help=said)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    arguments = parser.parse_args(argv)
    plan, prices = _plan(arguments), parse_prices({name: getattr(arguments, name) for name in PRICES})
    settings = Settings.from_environment()
    answering = Answering(catalog=Catalog(offered_entries(settings)), store=Store.from_settings(settings))
    jobs = TrainingJobs(settings.trainings_folder, settings.cache)
    place = Place(answering=answering, jobs=jobs, settings=settings, model=arguments.model)
    with closing(answering.store), closing(jobs):
        known, stopped = _follow(arguments.task, plan, place)
    print(as_markdown(known, prices))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(asdict(known)), indent=1), "utf-8")
    return STOPPED if stopped else 0


def _plan(arguments: argparse.Namespace) -> Plan:
    names = [parameter.name for parameter in parameters(Plan) if parameter.kind == "integer"]
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return parse_plan({**given, "virtual": not arguments.no_prompt_tuning})


def _follow(task: str, plan: Plan, place: Place) -> tuple[Compared, bool]:
    """The comparison, and whether it was stopped."""
    known, said = Compared(task=TASKS[task].title), ""
    work = compare_prompting_and_tuning(TASKS[task], plan, place)
    try:
        with closing(work):
            for known in work:
                head = known.stage.partition(":")[0]
                if head != said and (said := head):
                    print(f"{format_duration(known.seconds)}: {known.stage}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("Stopped; what is done is kept.", file=sys.stderr)
        return known, True
    print(f"Took {format_duration(known.seconds)}.", file=sys.stderr)
    return known, False
