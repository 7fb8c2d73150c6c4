"""A watch is looked at, by hand or on a schedule, shown, given a new reference, or forgotten."""

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, NotSupported
from playground.evaluation import experiments
from playground.evaluation.watching.kept import Kept, Watches
from playground.evaluation.watching.looking import look
from playground.evaluation.watching.watch import Watch, watch_of
from playground.formats import format_count
from playground.returning import Returning
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.watching import watch_values
from playground.ui.finetune.watching.looks_figure import looks_figure
from playground.ui.finetune.watching.scheduled import INTERVALS
from playground.ui.finetune.watching.watch_panel import WatchPanel
from playground.ui.finetune.watching.watch_values import NEW
from playground.ui.finetune.weights_values import choices_of, find_weights, offered_weights
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, experimenting
from playground.ui.handlers.experiment_limits import check_size
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import Stoppable
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.handlers.uploads import text_of_file
from playground.ui.handlers.visitors import visitor_of
from playground.ui.widgets.status import sentence

INTERVAL = 0.3  # seconds between two news of a look
OF_SESSION = (
    "What this asks is connected in your session, with its key, and kept nowhere: look by hand, or by "
    "`python -m playground.experiment watch FILE.yaml --endpoint ADDRESS --every 1d`."
)
STOPPED = "Stopped; this look is not kept, for a score of some of the questions is none of all."


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHandlers:
    """The handlers."""

    panel: WatchPanel
    shared: PageContext

    @property
    def _watches(self) -> Watches:
        return Watches(self.shared.store)

    @report_errors
    def look_now(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """How far a look is, and then what it saw; closing stops it, and nothing of it is kept."""
        panel, going = self.panel, values[self.panel.line.turn]
        watch = self._chosen(values, request)
        check_size(watch.experiment, self.shared.settings)
        with self.shared.places.hold(visitor_of(request)):
            yield {panel.state: sentence("Asking.")}
            looking = self._look(watch, self.shared.sessions.of(request), going, values[panel.changes])
            yield from run_in_place(looking, going, panel.state, lambda: {panel.state: sentence(STOPPED)})

    def _look(
        self, watch: Watch, catalog: Catalog, going: Stoppable, changes: int
    ) -> Generator[Updates, None, Updates]:
        panel, settings = self.panel, self.shared.settings
        limits = {"max_seconds": settings.max_seconds, "max_total_seconds": settings.max_experiment_seconds}
        said = 0.0
        with Returning(look(watch, catalog, halt=going.halt, **limits)) as work:
            for table in work:
                if time.monotonic() - said > INTERVAL:
                    said = time.monotonic()
                    done = f"{len(table.results):,} of {format_count(table.total, 'answer')}"
                    yield {panel.state: sentence(f"Asking: {done}.")}
        if going.halt.is_set():
            return {panel.state: sentence(STOPPED)}
        kept = self._watches.add(watch, work.value)
        return {
            **self._shown(kept), panel.changes: changes + 1,
            panel.kept: gr.update(choices=watch_values.offered_watches(self._watches.all()), value=watch.key),
        }  # fmt: skip

    @report_errors
    def show_watch(self, key: Any) -> Updates:
        return self._shown(self._find(key))

    @report_errors
    def renew_watch(self, key: Any) -> Updates:
        kept = self._find(key)
        return self._shown(self._watches.renew(kept.watch) if kept else None)

    @report_errors
    def forget_watch(self, key: Any, changes: int) -> Updates:
        kept = self._find(key)
        if kept:
            self._watches.forget(kept.watch)
            self.shared.schedule.look_anew()
        choices = watch_values.offered_watches(self._watches.all())
        return {
            **self._shown(None), self.panel.kept: gr.update(choices=choices, value=NEW),
            self.panel.changes: changes + 1,
        }  # fmt: skip

    @report_errors
    def schedule_watch(self, key: Any, every: Any) -> Updates:
        """From now on it is looked at so often by itself."""
        if type(every) is not int or every not in INTERVALS:
            rule = f"it must be one of {', '.join(map(str, INTERVALS))}."
            raise InvalidSetup(path=("every",), value=every, rule=rule)
        kept = self._find(key)
        if kept and every and not self._is_everybodys(kept.watch):
            raise NotSupported(OF_SESSION)
        return self._shown(self.shared.schedule.change(kept.watch, every) if kept else None)

    def _is_everybodys(self, watch: Watch) -> bool:
        """Whether all that it asks is there without anybody's session."""
        names = {info.name for info in self.shared.catalog.models()}
        return all(weights.model in names for weights in watch.experiment.models)

    @report_errors
    def open_experiment(self, content: Any) -> Updates:
        experiment = experiments.read_yaml(text_of_file(content, experiments.MAX_BYTES), "The file")
        words = f"\u201c{experiment.title}\u201d is what a new watch asks."
        return {self.panel.opened: experiment, self.panel.state: sentence(words), self.panel.kept: NEW}

    @report_errors
    def use_listed(self) -> Updates:
        """The list is chosen from again: what was opened is put aside."""
        return {self.panel.opened: None}

    @report_errors
    def offer_watches(self, chosen: Any, weights: Any, request: gr.Request) -> Updates:
        """Watches, whose looks may come from a command line, and weights, as they are now."""
        found, kept = offered_weights(self.shared.sessions.of(request)), self._watches.all()
        keys = [one.watch.key for one in kept]
        value = weights if weights in found else next(iter(found), None)
        return {
            self.panel.kept: gr.update(
                choices=watch_values.offered_watches(kept), value=chosen if chosen in keys else NEW
            ),
            self.panel.weights: gr.Dropdown(choices_of(found), value=value),
            self.panel.alarms: sentence(watch_values.alarms_text(kept), wrong=True),
        }

    def _find(self, key: Any) -> Kept | None:
        """A watch that is kept; none for a new one, and for one that is gone."""
        return next((kept for kept in self._watches.all() if kept.watch.key == key), None)

    def _chosen(self, values: Mapping[Any, Any], request: gr.Request) -> Watch:
        """What is to be looked at: a watch that is kept, or one of the experiment and the weights that are chosen."""
        panel = self.panel
        if values[panel.kept] != NEW:
            if kept := self._find(values[panel.kept]):
                return kept.watch
            raise InvalidSetup("This watch is not kept any more; choose another, or a new one.")
        name = payloads.words(values[panel.experiment], "experiment")
        experiment = values[panel.opened] or panel.offered.get(name)
        if experiment is None:
            raise InvalidSetup(
                path=("experiment",), value=name, rule=f"it must be one of {', '.join(panel.offered)}, or a file."
            )
        return watch_of(experiment, find_weights(self.shared.sessions.of(request), values[panel.weights])[1])

    def _shown(self, kept: Kept | None) -> Updates:
        """Updates that show a watch."""
        panel, figure = self.panel, looks_figure(kept)
        return {
            panel.new: gr.update(visible=kept is None),
            panel.every: gr.update(value=kept.every if kept else 0, visible=kept is not None),
            panel.clock: gr.update(active=bool(kept and kept.every)),
            panel.alarms: sentence(watch_values.alarms_text(self._watches.all()), wrong=True),
            panel.state: sentence(watch_values.last_text(kept)),
            panel.plot: gr.update(value=figure, visible=figure is not None),
            panel.table: watch_values.looks_value(kept),
            panel.renew: gr.update(visible=kept is not None),
            panel.forget: gr.update(visible=kept is not None),
        }


def wire(handlers: WatchHandlers) -> None:
    """Attach the handlers."""
    panel, shared = handlers.panel, handlers.shared
    read = {panel.kept, panel.experiment, panel.opened, panel.weights, panel.changes}
    panel.line.attach(
        panel.look.click, handlers.look_now, read, panel.outputs, preprocess=False, trigger_mode="once",
        **{**experimenting(), **QUIET},
    )  # fmt: skip
    panel.line.wire()
    panel.kept.change(handlers.show_watch, panel.kept, panel.outputs, preprocess=False, **AT_ONCE)
    panel.renew.click(handlers.renew_watch, panel.kept, panel.outputs, preprocess=False, **AT_ONCE)
    panel.forget.click(handlers.forget_watch, [panel.kept, panel.changes], panel.outputs, preprocess=False, **AT_ONCE)
    panel.every.input(
        handlers.schedule_watch, [panel.kept, panel.every], panel.outputs, preprocess=False, trigger_mode="always_last",
        **AT_ONCE,
    )  # fmt: skip
    panel.clock.tick(handlers.show_watch, panel.kept, panel.outputs, preprocess=False, **AT_ONCE)
    panel.upload.upload(handlers.open_experiment, panel.upload, [panel.opened, panel.state, panel.kept], **AT_ONCE)
    panel.experiment.input(handlers.use_listed, None, [panel.opened], **AT_ONCE)
    on_opening_and(
        shared.opening, [shared.model_changes.change], handlers.offer_watches, [panel.kept, panel.weights],
        [panel.kept, panel.weights, panel.alarms], preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
