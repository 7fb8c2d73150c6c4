"""An experiment's plan as the values of a link, without data of one's own, and a link's values as the plan."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.evaluation import datasets, experiments, scorers
from playground.evaluation.plan import DataChoice, Experiment
from playground.ui.experiments.plan_panel import PlanPanel
from playground.ui.handlers.tab import TabLink, Updates, Values
from playground.ui.setup_form import check as checking

WITHOUT_DATA = "This plan asks rows of the sender's own, which no link holds; paste or open them under Data."


def linked(button: Any, panel: PlanPanel, known: Mapping[str, Experiment], restored: Any = None) -> TabLink:
    """`known` are on offer; `restored` is when the plan's draft has come back."""

    def read(values: Values, catalog: Catalog) -> dict[str, Any]:
        experiment = experiments.parse(panel.form.read(values))
        return setups.changed_values(replace(experiment, data=replace(experiment.data, items=())))

    def write(held: Mapping[str, Any], catalog: Catalog) -> tuple[Updates, str]:
        data = held.get("data")
        own = isinstance(data, Mapping) and data.get("name") == datasets.OWN
        experiment = plan_without_rows(held) if own else experiments.parse(held)
        said = (WITHOUT_DATA if own else "", checking.name_absent(experiment.models, catalog))
        return panel.hold(experiment, known, catalog), " ".join(filter(None, said))

    return TabLink(
        kind="experiment", button=button, inputs=panel.form.widgets, outputs=panel.outputs, read=read, write=write,
        back=panel.back, restored=restored,
    )  # fmt: skip


def plan_without_rows(held: Mapping[str, Any]) -> Experiment:
    """The plan for rows that a link leaves out. Raises InvalidSetup for what could be run with none."""
    experiments.parse({key: value for key, value in held.items() if key not in ("data", "scorer", "expectations")})
    plan: Experiment = setups.build(Experiment, held, ())
    plan = replace(plan, data=replace(plan.data, items=()))
    if plan.scorer.name:
        scorers.build(plan.scorer, replace(datasets.load(DataChoice()), items=(), labels=plan.data.labels))
    return plan
