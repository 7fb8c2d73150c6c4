"""The contract for programs, experiments: run one, or say what it would take."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from playground.backends.catalog import Catalog
from playground.evaluation import experiments, report, running
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.sentences import with_sentence
from playground.evaluation.findings.summary import summaries
from playground.evaluation.plan import Experiment
from playground.evaluation.report import outcome
from playground.evaluation.results import Table
from playground.evaluation.running import estimate as estimating
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui.api.endpoint import publish as publish_endpoint
from playground.ui.gate.temporary import TemporaryFolder
from playground.ui.handlers.event_options import experimenting
from playground.ui.handlers.experiment_limits import check_size, experiment_text, with_limit
from playground.ui.handlers.fair_shares import Places
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.visitors import visitor_of

INTERVAL = 1.0  # seconds between two tables
FULL = "There is no report: the server's folder for uploads and reports is full. Run it again in an hour for one."


def publish(store: Store, places: Places, sessions: Sessions, settings: Settings, reports: TemporaryFolder) -> None:
    """Add the endpoints to the Blocks being built; `reports` is the folder that they go to.

    `places` are those for experiments, of the page and of programs together.
    """

    def parsed(experiment: Any) -> Experiment:
        planned = experiments.parse(experiment)
        check_size(planned, settings)
        return planned

    def experiment(experiment: dict, request: gr.Request) -> Iterator[dict]:  # type: ignore[type-arg]  # gradio reads it
        planned = parsed(experiment)
        tables = running.run(
            planned,
            sessions.of(request),
            store,
            max_seconds=settings.max_seconds,
            max_total_seconds=settings.max_experiment_seconds,
            visitor=sessions.visitor(request),
        )
        shown = 0.0
        with places.hold(visitor_of(request)), closing(tables):
            for table in tables:
                if table.status != "running":
                    yield _whole(table, sessions.of(request), reports)
                elif time.monotonic() - shown >= INTERVAL:
                    yield _so_far(table)
                    shown = time.monotonic()

    def experiment_estimate(experiment: dict, request: gr.Request) -> dict:  # type: ignore[type-arg]
        planned = parsed(experiment)
        found = estimating.estimate(planned, sessions.of(request), store, visitor=sessions.visitor(request))
        told = asdict(with_limit(found, settings))
        return {"cells": told.pop("cells"), "known": told.pop("stored_count"), **told}

    about = (
        "Run an experiment. Streams how far it is, with `cells` empty; the last has every cell, the summary of each "
        f"column, the comparisons, and `path`, a zip file with the report. {experiment_text(settings)}"
    )
    publish_endpoint(experiment, "experiment", about, **experimenting())
    about = (
        "Cells, calls, tokens, seconds and cost of an experiment, without what is known already; `notes` say what "
        "else to know."
    )
    publish_endpoint(experiment_estimate, "experiment_estimate", about)


def _so_far(table: Table) -> dict[str, Any]:
    return {
        "status": table.status,
        "done": len(table.results),
        "total": table.total,
        "known": table.stored_count,
        "remaining": table.remaining,
        "message": table.message,
        "cells": [],
        "summary": summaries(table),
        "comparisons": [],
        "path": None,
    }


def _whole(table: Table, catalog: Catalog, reports: TemporaryFolder) -> dict[str, Any]:
    # The experiment itself is not repeated: Gradio looks for files in what is given back.
    whole = {**_so_far(table), "cells": table.results, "comparisons": [with_sentence(one) for one in compare(table)]}
    packed = report.pack(outcome.experiment_report(table, catalog))
    if not reports.take(len(packed)):
        return {**whole, "message": f"{table.message} {FULL}".lstrip()}
    path = save_bytes_to_cache(packed, "report.zip", str(reports.path))
    return {**whole, "path": {"path": path, "meta": {"_type": "gradio.FileData"}}}
