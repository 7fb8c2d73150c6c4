"""Searches over recipes on the command line, as the Fine-tune tab does.

python -m playground.finetuning search search.yaml --data sentiment --folder NEW

The file holds a `recipe`, and a `search` over some of its numbers, for example:

    recipe: {method: lora, steps: 60}
    search:
      way: random            # or grid, or optuna where that package is installed
      tries: 8
      over:
        rank: [4, 8, 16]
        rate: {from: 0.0003, to: 0.01}

Recipes are judged by the validation part; the best one is judged once by the sealed part, and is what is kept. Ctrl-C
stops it and keeps the tries. Exits 0 when it is through, 1 when it broke off, 130 when it was stopped.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playground.finetuning import command_jobs
from playground.finetuning.command_line import parser_of
from playground.finetuning.search.proposing import check_way
from playground.finetuning.search.search_file import read_search
from playground.finetuning.training_data import parts_for_search


def run(argv: Sequence[str]) -> int:
    """The exit status. Raises PlaygroundError."""
    parser = parser_of("search", __doc__)
    parser.add_argument("search", type=Path, metavar="FILE", help="a recipe and a search, in YAML or JSON")
    command_jobs.add_arguments(parser)
    arguments = parser.parse_args(argv)
    recipe, search = read_search(command_jobs.read_text(arguments.search), arguments.search.name)
    check_way(search)
    data, parts = command_jobs.data_of(recipe, arguments)
    job = replace(command_jobs.job_of(recipe, arguments), search=search)
    return command_jobs.run(job, data, parts_for_search(data, parts, recipe.seed), arguments)
