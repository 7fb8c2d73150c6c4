"""An experiment that runs: its table grows, Stop keeps what is there, and running it again asks what is missing."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.evaluation import experiments, running
from playground.evaluation.plan import Experiment
from playground.evaluation.results import Table
from playground.evaluation.store import Store
from playground.json_values import as_json
from playground.settings import Settings
from playground.ui.handlers.experiment_limits import check_size
from playground.ui.handlers.messages import in_words
from playground.ui.handlers.one_at_a_time import Stoppable

MOST_CHARACTERS = 400_000  # of a plan that a browser keeps
PUT_BACK = "Put back from the store after the page was loaded anew; nothing was asked for it."
SHOWN_EVERY = 0.3  # seconds: what comes faster is shown together


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRun(Stoppable):
    """The last experiment of this session. `table` is None until its models are ready."""

    experiment: Experiment
    table: Table | None = None

    @property
    def busy(self) -> bool:
        return not self.halt.is_set()


def follow(
    now: ExperimentRun,
    catalog: Catalog,
    store: Store,
    *,
    visitor: str = "",
    within: float = math.inf,
    in_all: float = math.inf,
) -> Iterator[ExperimentRun]:
    """The experiment as it grows, a few times a second. The last one has ended; a failure is its last words.

    Raises InvalidSetup, before anything is asked, for an experiment that cannot be run.
    """
    shown = 0.0
    try:
        tables = running.run(
            now.experiment, catalog, store, halt=now.halt, max_seconds=within, max_total_seconds=in_all, visitor=visitor
        )
        with closing(tables):
            for table in tables:
                now = replace(now, table=table)
                if table.status != "running" or time.monotonic() - shown >= SHOWN_EVERY:
                    if table.status != "running":
                        now.halt.set()
                    yield now
                    shown = time.monotonic()
    except Exception as error:
        if now.table is None:
            raise
        now.halt.set()
        yield replace(now, table=replace(now.table, status="failed", message=in_words(error)))
    finally:
        now.halt.set()  # also when the page was closed


def put_back(plan: Any, catalog: Catalog, store: Store, settings: Settings, visitor: str) -> ExperimentRun | None:
    """The results of a plan, as `plan_text` gives it, as far as they are stored; None where none are.

    A browser sends the plan after a reload: it is checked like any other. Raises PlaygroundError for what is none.
    """
    if not isinstance(plan, str) or len(plan) > MOST_CHARACTERS:
        raise InvalidSetup("There is no plan in this; press Run the experiment.")
    try:
        data = json.loads(plan)
    except (ValueError, RecursionError):
        raise InvalidSetup("This plan cannot be read; press Run the experiment.") from None
    experiment = experiments.parse(data)
    check_size(experiment, settings)
    table = running.load_stored(experiment, catalog, store, visitor=visitor)
    if not table.results:
        return None
    experiment_run = ExperimentRun(experiment=experiment, table=replace(table, message=PUT_BACK))
    experiment_run.halt.set()
    return experiment_run


def plan_text(experiment: Experiment) -> str:
    """The plan as text for a browser to keep; "" for one that is too long to go to and fro."""
    text = json.dumps(as_json(setups.changed_values(experiment)), ensure_ascii=False)
    return text if len(text) <= MOST_CHARACTERS else ""


def same_plan(one: Experiment, other: Experiment) -> bool:
    """Whether both ask the same: what an experiment is called makes no difference."""
    return replace(one, title="", about="") == replace(other, title="", about="")


def out_of_date(now: ExperimentRun | None, plan: Experiment | None) -> str:
    """That the results are of another plan than the form holds, which may be none that could be run; "" if not."""
    if now is None or now.table is None or (plan and same_plan(now.table.experiment, plan)):
        return ""
    title = now.table.experiment.title
    return f"Out of date: you changed the plan after this run. Below is \u201c{title}\u201d as it ran."


def require_table(now: ExperimentRun | None) -> Table:
    """The table of the last experiment. Raises InvalidSetup when there is none."""
    if now is None or now.table is None:
        raise InvalidSetup("Nothing has been run yet; press Run the experiment first.")
    return now.table
