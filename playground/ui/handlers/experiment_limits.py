"""What one experiment, or one list of prompts, may take on this server: checked, and said before anything is asked."""

from dataclasses import replace

from playground.errors import InvalidSetup
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.evaluation.running.estimate import Estimate
from playground.formats import format_duration
from playground.retrieval.library import OWN
from playground.settings import Settings
from playground.ui.handlers.event_options import EXPERIMENTS
from playground.ui.handlers.fair_shares import share

CELLS = "PLAYGROUND_MAX_CELLS"


def check_size(experiment: Experiment, settings: Settings) -> None:
    """Raises LimitReached for more cells than this server asks in one experiment, and InvalidSetup for one whose
    answers would keep what this server is not to keep."""
    experiments.check_size(experiment, settings.max_cells, CELLS)
    for place, technique in enumerate(experiment.techniques):
        if settings.public and technique.task.get("collection") == OWN:
            rule = "the answers of an experiment are kept on this shared server, and documents of your own are not."
            path = ("techniques", place, "task", "collection")
            raise InvalidSetup(path=path, value=OWN, rule=f"{rule} Choose another collection.")


def with_limit(found: Estimate, settings: Settings) -> Estimate:
    """The estimate, with a note where it is of more time than an experiment may take."""
    longest = settings.max_experiment_seconds
    if found.seconds is None or found.seconds <= longest:
        return found
    note = f"An experiment is ended after {format_duration(longest)} here; run it again to ask the rest."
    return replace(found, notes=(*found.notes, note))


def experiment_text(settings: Settings) -> str:
    """The limits of an experiment, in a sentence or two."""
    longest = format_duration(settings.max_experiment_seconds)
    said = (
        f"An experiment has at most {settings.max_cells:,} answers and is ended after {longest}; what is done is kept, "
        "and running it again asks the rest."
    )
    return f"{said} {_shares(settings)}".rstrip()


def list_text(settings: Settings, most_rows: int) -> str:
    """The limits of a list of prompts, likewise."""
    longest = format_duration(settings.max_experiment_seconds)
    said = (
        f"At most {most_rows} prompts and {settings.max_cells:,} answers. A list is ended after {longest}; the rows "
        "that are done are kept."
    )
    return f"{said} {_shares(settings)}".rstrip()


def _shares(settings: Settings) -> str:
    if not settings.public:
        return ""
    most = share(settings, settings.visitor_experiments, settings.address_experiments, EXPERIMENTS).visitor
    return f"Of experiments and lists together, {most} of yours can run at once."
