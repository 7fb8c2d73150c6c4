"""A head is begun as any other training is, and tried on a text once it is trained."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import ModelUnavailable, PlaygroundError
from playground.finetuning.estimate import estimate_head
from playground.finetuning.heads.kept import KeptHead, find_head, kept_heads
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.plan import ENCODER
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.learned import loading_learned, name_of
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.types import Delta, Message
from playground.ui.finetune.estimating import estimate_text
from playground.ui.finetune.heads.panel import HeadsPanel, describe
from playground.ui.finetune.heads.values import findings_value, scores_value, title_of
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, READING, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form.fields import changes
from playground.ui.widgets.status import sentence

BEGUN = "Begun. Its place in the queue, its curve and Stop are above, and so is the list in which it can be deleted."
UNKNOWN = "What it would take is known once a head on this encoder has been trained here."
SHOW_TRAINING = "() => document.querySelector('#training-status')?.scrollIntoView({ block: 'center' })"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsHandlers:
    """The handlers. `training` is where a training is looked at."""

    panel: HeadsPanel
    training: RunningPanel
    shared: PageContext

    @property
    def jobs(self) -> TrainingJobs:
        return self.shared.trainings

    @report_errors
    def train_head(self, values: dict[Any, Any]) -> Updates:
        """Begin it, or let it wait for its turn."""
        plan, (rows, held_out), data = self.panel.plan(values)
        job = Job(
            id="", title=f"{HEADS[plan.kind].title}: {data}", model="", model_title=plan.encoder_source or ENCODER,
            source=plan.source, recipe=plan.recipe, data=data, prompts=(), made=0.0, head=plan,
        )  # fmt: skip
        key = self.jobs.start(job, rows, (), held_out)
        counted = {self.training.changes: values[self.training.changes] + 1}
        return {**self.training.show(self.jobs.standing(key)), **counted, self.panel.state: sentence(BEGUN)}

    @report_errors
    def estimate_training(self, values: dict[Any, Any]) -> Updates:
        try:
            plan, parts, _ = self.panel.plan(values)
            found = estimate_head(plan, *parts, self.jobs.standings())
        except PlaygroundError as error:  # said here, where it stands as long as it is so
            return {self.panel.estimate: sentence(str(error), wrong=True)}
        said = estimate_text(found) if found else UNKNOWN
        return {self.panel.estimate: sentence(said, wrong=found is not None and found.bytes > found.free)}

    @report_errors
    def describe_head(self, name: object, data: object) -> Updates:
        return describe(self.panel, name, data)

    @report_errors
    def offer_heads(self, chosen: object, looked_at: object) -> Updates:
        """Those that are trained; the one that is looked at is chosen, else what was, else the newest."""
        offered = [(title_of(head), head.key) for head in kept_heads(self.jobs)]
        keys = [key for _, key in offered]
        value = next((key for key in (looked_at, chosen, *keys) if key in keys), None)
        return {self.panel.trained: gr.update(choices=offered, value=value)}

    @report_errors
    def show_head(self, key: object) -> Updates:
        """What was measured of a head, and what to try it on."""
        kept = find_head(self.jobs, key) if key else None
        example = HEADS[kept.head.plan.kind].example if kept else gr.skip()
        shown = scores_value(kept.head if kept else None)
        return {self.panel.scores: shown, self.panel.text: example, self.panel.found: []}

    @report_errors
    def read_with_head(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """What a head finds in a text; it is in the list of models from then on."""
        panel, state = self.panel, self.panel.state
        said, kept = payloads.words(values[panel.text], "text"), find_head(self.jobs, values[panel.trained])
        yield {state: sentence("Loading the head.")}
        reading = self._read(kept, said, self.shared.sessions.of(request), values[self.shared.model_changes])
        yield from run_in_place(reading, values[panel.reading.turn], state, lambda: {state: sentence("Stopped.")})

    def _read(self, kept: KeptHead, said: str, catalog: Catalog, changes: int) -> Generator[Updates, None, Updates]:
        panel, name = self.panel, name_of(kept.standing)
        for _ in loading_learned(kept.standing, kept.folder, catalog, self.shared.settings):
            yield {panel.state: gr.skip()}
        with catalog.keep_loaded(name):
            backend = catalog.loaded_backend(name)
            if backend is None:
                raise ModelUnavailable("The head is not loaded any more; read the text again.")
            news = list(backend.stream(Request(messages=(Message("user", said),), model=name)))
        findings = next((one.findings for one in news if isinstance(one, Delta) and one.findings), ())
        return {
            panel.found: findings_value(said, findings),
            panel.state: sentence(f"It is in the list of models as {name}."),
            self.shared.model_changes: changes + 1,
        }


def wire(handlers: HeadsHandlers) -> None:
    """Attach the handlers."""
    panel, training, shared = handlers.panel, handlers.training, handlers.shared
    begun = panel.train.click(
        handlers.train_head, {*panel.inputs, training.changes}, [*training.outputs, training.changes, panel.state],
        preprocess=False, **READING,
    )  # fmt: skip
    begun.success(None, None, None, js=SHOW_TRAINING, **AT_ONCE)
    gr.on(
        [*changes(panel.inputs), training.changes.change], handlers.estimate_training, panel.inputs, [panel.estimate],
        preprocess=False, trigger_mode="always_last", **READING,
    )  # fmt: skip
    gr.on(
        [panel.kind.change, panel.data.change], handlers.describe_head, [panel.kind, panel.data],
        [panel.card, panel.given], preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    on_opening_and(
        shared.opening, [training.changes.change], handlers.offer_heads,
        [panel.trained, training.chosen], [panel.trained], preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    panel.trained.change(
        handlers.show_head, panel.trained, [panel.scores, panel.text, panel.found], preprocess=False,
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    panel.reading.attach(
        panel.read.click, handlers.read_with_head, {panel.trained, panel.text, shared.model_changes},
        [panel.state, panel.found, shared.model_changes], preprocess=False, trigger_mode="once",
        **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    panel.reading.wire()
