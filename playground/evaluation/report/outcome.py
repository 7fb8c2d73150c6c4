"""Makes a report of a finished experiment, with the models' titles and a scorer."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date

from playground.backends.catalog import Catalog
from playground.errors import UnknownModel
from playground.evaluation import datasets, experiments, report, scorers
from playground.evaluation.findings.resampling import Grade
from playground.evaluation.grid import Grid
from playground.evaluation.plan import Experiment, Item
from playground.evaluation.report.context import ReportContext
from playground.evaluation.results import Table
from playground.strategies import technique_of
from playground.strategies.parts.material import with_material

INPUT_ALONE = " (made for one task: takes the input alone, whatever the technique)"


def experiment_report(table: Table, catalog: Catalog | None = None) -> dict[str, bytes]:
    """Every file of the report, by its name in the folder; models are called by their titles in the catalog."""
    data = table.experiment.data
    dataset = datasets.load(data)
    grid = Grid(table.experiment, dataset)
    setups = [
        replace(setup, task=with_material(replace(setup.task, input=wording), technique_of(setup).fenced))
        for setup, wording in zip(grid.bases, grid.templates, strict=True)
    ]
    context = ReportContext(
        day=date.today(),
        scorer=scorers.build(table.experiment.scorer, dataset).title,
        setups=setups,
        titles=_titles({setup.model for setup in setups}, catalog) if catalog else {},
    )
    return report.report_files(
        table,
        card=None if data.name == datasets.OWN else datasets.card(data.name),
        context=context,
        plan=experiments.write_yaml(table.experiment),
        grade=answer_grader(table.experiment),
    )


def _titles(models: Iterable[str], catalog: Catalog) -> dict[str, str]:
    title_by_model = {}
    for name in models:
        with suppress(UnknownModel):  # it may have left since; its name is known still
            info = catalog.info(name)
            title_by_model[name] = info.title + (INPUT_ALONE if info.capabilities.task else "")
    return title_by_model


def answer_grader(experiment: Experiment) -> Grade | None:
    """The experiment's scorer as a number for one answer to one item; None where a model would have to be asked."""
    dataset = datasets.load(experiment.data)
    scorer = scorers.build(experiment.scorer, dataset)
    if isinstance(scorer, scorers.Judge):
        return None

    def grade(answer: str, item: Item) -> float:
        return scorer.score(answer, item, dataset).score

    return grade
