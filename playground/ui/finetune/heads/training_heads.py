"""A head is trained while one watches, and tried on a text afterwards."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends import commands
from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, ModelUnavailable
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.plan import HeadFolder, TrainedHead, new_folder, trained_heads
from playground.finetuning.heads.process import follow
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Delta, Message
from playground.ui.finetune.heads.panel import HeadsPanel, describe
from playground.ui.finetune.heads.values import findings_value, scores_value, step_text, title_of
from playground.ui.finetune.in_place import run_in_place
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.widgets.status import sentence

INTERVAL = 0.4  # seconds between two news of a training
ONE: dict[str, Any] = {"concurrency_id": "heads", "concurrency_limit": 1}


def heads_folder(settings: Settings) -> Path:
    return settings.cache / "heads"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsHandlers:
    """The handlers."""

    panel: HeadsPanel
    shared: PageContext

    @property
    def folder(self) -> Path:
        return heads_folder(self.shared.settings)

    @report_errors
    def train_head(self, values: dict[Any, Any]) -> Iterator[Updates]:
        """News of a training; closing ends it, and nothing of it is kept."""
        panel = self.panel
        plan, parts, title = panel.plan(values)
        folder = new_folder(self.folder)
        folder.write(plan, parts, title)
        yield {panel.state: sentence("Starting."), panel.scores: []}
        stopped = {panel.state: sentence("Stopped; nothing of it is kept.")}
        yield from run_in_place(self._train(folder), values[panel.line.turn], panel.state, lambda: stopped)

    def _train(self, folder: HeadFolder) -> Generator[Updates, None, Updates]:
        panel, told = self.panel, 0.0
        with Returning(follow(folder, self.shared.settings.cache)) as work:
            for news in work:
                words = news if isinstance(news, str) else step_text(news)
                if isinstance(news, str) or time.monotonic() - told > INTERVAL:
                    told = time.monotonic()
                    yield {panel.state: sentence(words)}
        trained = work.value
        return {
            panel.state: sentence("Trained. Try it on a text, or ask it like any other model."),
            panel.scores: scores_value(trained),
            panel.trained: self._offered(trained.key),
            panel.text: HEADS[trained.plan.kind].example,
        }

    @report_errors
    def describe_head(self, name: object, data: object) -> Updates:
        return describe(self.panel, name, data)

    @report_errors
    def offer_heads(self, key: object) -> Updates:
        return {self.panel.trained: self._offered(key)}

    @report_errors
    def show_head(self, key: object) -> Updates:
        """What was measured of a head, and what to try it on."""
        head = find_head(self.folder, key) if key else None
        example = HEADS[head.plan.kind].example if head else gr.skip()
        return {self.panel.scores: scores_value(head), self.panel.text: example, self.panel.found: []}

    @report_errors
    def read_with_head(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """What a head finds in a text; it is in the list of models from then on."""
        panel, state = self.panel, self.panel.state
        said, head = payloads.words(values[panel.text], "text"), find_head(self.folder, values[panel.trained])
        yield {state: sentence("Loading the head.")}
        reading = self._read(head, said, self.shared.sessions.of(request), values[self.shared.model_changes])
        yield from run_in_place(reading, values[panel.reading.turn], state, lambda: {state: sentence("Stopped.")})

    def _read(self, head: TrainedHead, said: str, catalog: Catalog, changes: int) -> Generator[Updates, None, Updates]:
        panel = self.panel
        for _ in loading_head(head, catalog, self.shared.settings):
            yield {panel.state: gr.skip()}
        with catalog.keep_loaded(model_name(head)):
            backend = catalog.loaded_backend(model_name(head))
            if backend is None:
                raise ModelUnavailable("The head is not loaded any more; read the text again.")
            news = list(backend.stream(Request(messages=(Message("user", said),), model=model_name(head))))
        findings = next((one.findings for one in news if isinstance(one, Delta) and one.findings), ())
        return {
            panel.found: findings_value(said, findings),
            panel.state: sentence(f"It is in the list of models as {model_name(head)}."),
            self.shared.model_changes: changes + 1,
        }

    def _offered(self, key: object) -> Any:
        offered = [(title_of(head), head.key) for head in trained_heads(self.folder)]
        keys = [key for _, key in offered]
        return gr.update(choices=offered, value=key if key in keys else keys[0] if keys else None)


def find_head(folder: Path, key: object) -> TrainedHead:
    """Raises InvalidSetup for a head that is not there."""
    head = next((head for head in trained_heads(folder) if head.key == key), None)
    if head is None:
        raise InvalidSetup("This head is not there any more; train one, or choose another.")
    return head


def model_name(head: TrainedHead) -> str:
    """What a head is called in the list of models."""
    return f"{head.plan.kind}-{head.key[-6:]}"


def loading_head(head: TrainedHead, catalog: Catalog, settings: Settings) -> Iterator[Any]:
    """Load a head into the list of models, unless it is there; news until it is loaded."""
    name = model_name(head)
    known = [info.name for info in catalog.models()]
    place = HeadFolder(heads_folder(settings) / head.key).result
    return commands.load_model(catalog, settings, name if name in known else str(place), name)


def wire(handlers: HeadsHandlers) -> None:
    """Attach the handlers."""
    panel, shared = handlers.panel, handlers.shared
    outputs = [panel.state, panel.scores, panel.trained, panel.text]
    panel.line.attach(
        panel.train.click, handlers.train_head, panel.inputs, outputs, preprocess=False, trigger_mode="once",
        **{**QUIET, **ONE},
    )  # fmt: skip
    panel.line.wire()
    gr.on(
        [panel.kind.change, panel.data.change], handlers.describe_head, [panel.kind, panel.data],
        [panel.card, panel.given], preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    shared.page.load(
        handlers.offer_heads, panel.trained, [panel.trained], preprocess=False, trigger_mode="once", **AT_ONCE
    )
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
