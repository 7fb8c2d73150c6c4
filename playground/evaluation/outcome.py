"""What an experiment came to: its report, and a score for any single answer."""

from playground.evaluation import datasets, experiments, report, scorers
from playground.evaluation.plan import Experiment, Item
from playground.evaluation.resampling import Grade
from playground.evaluation.results import Table


def files(table: Table) -> dict[str, bytes]:
    """Every file of the report, by its name in the folder."""
    data = table.experiment.data
    return report.files(
        table,
        card=None if data.name == datasets.OWN else datasets.card(data.name),
        plan=experiments.write(table.experiment),
        grade=grading(table.experiment),
    )


def grading(experiment: Experiment) -> Grade | None:
    """The experiment's scorer as a number for one answer to one item; None where a model would have to be asked."""
    dataset = datasets.load(experiment.data)
    scorer = scorers.build(experiment.scorer, dataset)
    if isinstance(scorer, scorers.Judge):
        return None

    def grade(answer: str, item: Item) -> float:
        return scorer.score(answer, item, dataset).score

    return grade
