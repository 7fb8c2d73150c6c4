"""The plan is kept in the browser, and stands in the form again when the page is opened anew."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import PlaygroundError
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.ui.experiments import technique_rows
from playground.ui.experiments.form import ExperimentForm
from playground.ui.handlers.drafts import MOST, NOT_KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan with all columns of its form, and the places of those that are ticked."""

    experiment: Experiment
    ticked: tuple[int, ...]


def all_ticked(experiment: Experiment) -> KeptPlan:
    return KeptPlan(experiment=experiment, ticked=tuple(range(len(experiment.techniques))))


def as_kept(form: ExperimentForm, values: Mapping[Any, Any], ticked: Experiment) -> tuple[Any, str]:
    """The form as plain data, in values of our own, and what is to be said where that is too much and not kept;
    `ticked` is what it says of the ticked columns.

    No news where the other columns hold what cannot be read.
    """
    if sum(len(item.input) + sum(map(len, item.references)) for item in ticked.data.items) > MOST:
        return None, NOT_KEPT
    try:
        rows, chosen = form.techniques.rows_now(values), form.techniques.ticks(values)
        whole = {**form.read(values), "techniques": technique_rows.read(rows, [row["id"] for row in rows])}
        plan = ticked if len(chosen) == len(rows) else experiments.parse(whole)
    except PlaygroundError:
        return gr.skip(), ""
    places = [at for at, row in enumerate(rows) if row["id"] in chosen]
    return {"plan": setups.changed_values(plan), "ticked": places}, ""


def read_kept(kept: Any) -> KeptPlan | None:
    """What a browser kept, which may be anything; None where there is no plan in it."""
    if not isinstance(kept, Mapping):
        return None
    try:
        plan = all_ticked(experiments.parse(kept.get("plan")))
    except PlaygroundError:  # not by this version
        return None
    places = kept.get("ticked")
    if not isinstance(places, list) or any(type(at) is not int or at not in plan.ticked for at in places):
        return plan
    return KeptPlan(experiment=plan.experiment, ticked=tuple(dict.fromkeys(places)))


def title_of(kept: Mapping[str, Any], offered: Collection[Experiment]) -> str:
    """What a plan that was kept is called; "" for one `offered`, and for what is no plan."""
    plan = read_kept(kept)
    if plan is None or plan in map(all_ticked, offered):
        return ""
    return shorten(plan.experiment.title, 50, placeholder=" ...") or "Untitled"
