"""Trains on the command line by a recipe in a file, as the Fine-tune tab does.

python -m playground.finetuning train recipe.yaml --data sentiment --folder NEW    on data that comes with it
python -m playground.finetuning train recipe.yaml --data rows.csv --folder NEW     on rows of one's own
python -m playground.finetuning train recipe.yaml --teacher default+sentiment ...  from another model's probabilities

A recipe is a mapping of what the tab's form holds, such as `method: lora` and `steps: 60`; the tab saves and opens the
same files. Ctrl-C stops it. Exits 0 when it is through, 1 when it broke off, 130 when it was stopped.
"""

from collections.abc import Sequence
from pathlib import Path

from playground.finetuning import command_jobs
from playground.finetuning.command_line import parser_of
from playground.finetuning.recipe_files import read_recipe


def run(argv: Sequence[str]) -> int:
    """The exit status. Raises PlaygroundError."""
    parser = parser_of("train", __doc__)
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="a file in YAML or JSON")
    command_jobs.add_arguments(parser)
    arguments = parser.parse_args(argv)
    recipe = read_recipe(command_jobs.read_text(arguments.recipe), arguments.recipe.name)
    return command_jobs.run(command_jobs.job_of(recipe, arguments), *command_jobs.data_of(recipe, arguments), arguments)
