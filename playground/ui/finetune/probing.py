"""What training did besides: the base and what was learned are probed, and what is found is kept with it."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import LimitReached
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.learned import loading_learned, weights_of
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.probes.figures import ProbeResult
from playground.finetuning.probes.kept import read_probes, write_probes
from playground.finetuning.probes.reader import CatalogReader
from playground.finetuning.probes.suite import probes_for
from playground.finetuning.taking_away.card import write_card
from playground.formats import format_duration
from playground.returning import Returning
from playground.types import Weights
from playground.ui import widgets
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.probes_values import probes_value, progress_text
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors, tell
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

TOO_LONG = "Probing took {most}, the most on this server, and was ended; what was found until then is shown, not kept."
STOPPED = "Stopped; what was found until then is shown, not kept."
INTERVAL = 0.3  # seconds between two news of a probe


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbesPanel:
    """The widgets."""

    line: WaitingLine
    state: Any
    found: Any


def build_progress(page: Any, start: Any, stop: Any) -> tuple[WaitingLine, Any]:
    """Lay out how far it is, close to the buttons."""
    return waiting_line.build(page, start, stop), widgets.words(spoken=True, elem_id="probes-state")


def build(line: WaitingLine, state: Any) -> ProbesPanel:
    """Lay out what is found."""
    found = widgets.tables(elem_id="probes-found")
    return ProbesPanel(line=line, state=state, found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbingHandlers:
    """The handlers."""

    panel: ProbesPanel
    running: RunningPanel
    jobs: TrainingJobs
    shared: PageContext

    @report_errors
    def probe(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """Each probe's findings as they come; closing stops the work."""
        state, going = self.panel.state, values[self.panel.line.turn]
        yield {state: sentence("Loading what was learned.")}
        finding = self._find(values[self.running.chosen], request)
        yield from run_in_place(finding, going, state, lambda: {state: sentence(STOPPED)})

    def _find(self, key: str, request: gr.Request) -> Generator[Updates, None, Updates]:
        """What each probe finds, as it comes; it is kept at the end."""
        panel, owner = self.panel, self.shared.sessions.visitor(request)
        standing, folder = self.jobs.standing(key, owner), self.jobs.result(key, owner)
        catalog = self.shared.sessions.of(request)
        base, learned = Weights(model=standing.job.model), weights_of(standing)
        for _ in catalog.open(base.model):
            yield {panel.state: gr.skip()}
        for _ in loading_learned(standing, folder, catalog, self.shared.settings, tell):
            yield {panel.state: gr.skip()}
        trained, validation, held_out = self.jobs.rows(key, owner)
        readers = CatalogReader(catalog, base), CatalogReader(catalog, learned)
        results: list[ProbeResult] = []
        said, most = 0.0, self.shared.settings.max_experiment_seconds
        until = time.monotonic() + most
        for number, probe in enumerate(probes_for(*readers, trained, held_out or validation), 1):
            with Returning(probe) as work:
                for step in work:
                    if time.monotonic() > until:
                        raise LimitReached(TOO_LONG.format(most=format_duration(most)))
                    if time.monotonic() - said > INTERVAL:
                        said = time.monotonic()
                        yield {panel.state: sentence(progress_text(step, number))}
                results.append(work.value)
            yield {panel.found: probes_value(results)}
        write_probes(folder, results)
        write_card(JobFolder(folder.parent))
        return {panel.state: sentence("Kept with what was learned, and in its card.")}

    @report_errors
    def show_kept(self, key: str, request: gr.Request) -> Updates:
        """What was found of a training before."""
        owner = self.shared.sessions.visitor(request)
        done = key and self.jobs.standing(key, owner).phase == "done"
        results = read_probes(self.jobs.result(key, owner)) if done else ()
        return {self.panel.found: probes_value(results), self.panel.state: sentence("")}


def wire(handlers: ProbingHandlers) -> None:
    """Attach the handlers."""
    panel, chosen, shared = handlers.panel, handlers.running.chosen, handlers.shared
    panel.line.attach(
        handlers.running.probe.click, handlers.probe, {chosen}, [panel.state, panel.found], trigger_mode="once",
        **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    panel.line.wire()
    chosen.change(handlers.show_kept, chosen, [panel.found, panel.state], **AT_ONCE)
