"""Prints trainings side by side on the command line, and takes them away.

python -m playground.finetuning history                         those of the page on this machine
python -m playground.finetuning history FOLDER --csv all.csv    those of a folder, with all their numbers as a file
python -m playground.finetuning history --trackio PROJECT       written into trackio, where that package is installed
"""

from collections.abc import Sequence
from pathlib import Path

from playground.errors import InvalidSetup
from playground.evaluation.report.cells import grid
from playground.finetuning.command_line import parser_of
from playground.finetuning.history.outcome import outcome_of
from playground.finetuning.history.side_by_side import NOTE, Compared, as_csv, side_by_side
from playground.finetuning.history.trackio_runs import write_runs
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.formats import format_count
from playground.settings import Settings


def run(argv: Sequence[str]) -> int:
    """The exit status. Raises PlaygroundError."""
    parser = parser_of("history", __doc__)
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="instead of the page's own")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument("--trackio", metavar="PROJECT", help="write the trainings into this project")
    arguments = parser.parse_args(argv)
    settings = Settings.from_environment()
    folder = arguments.folder or settings.trainings_folder
    compared = read_trainings(folder, settings.cache)
    if not compared:
        raise InvalidSetup(f"{folder} holds no trainings.")
    table = side_by_side(compared)
    print(grid(("Training", *table.columns), ((title, *cells) for title, cells in table.rows)))
    print(NOTE)
    if arguments.csv:
        try:
            arguments.csv.write_text(as_csv(compared), "utf-8")
        except OSError as error:
            raise InvalidSetup(f"{arguments.csv} cannot be written: {error.strerror}.") from None
    if arguments.trackio:
        count = write_runs(arguments.trackio, compared)
        print(f"{format_count(count, 'training')} written into trackio's project {arguments.trackio!a}.")
    return 0


def read_trainings(folder: Path, cache: Path) -> list[Compared]:
    """All trainings of a folder that belong to nobody in particular, the newest first."""
    jobs = TrainingJobs(folder, cache)
    return [(one, outcome_of(one, folder / one.job.id / "result")) for one in jobs.standings()]
