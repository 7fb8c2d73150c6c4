"""Plans are loaded, written as YAML and taken from the Playground, with an estimate of what running one would take."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import PlaygroundError
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment, Item
from playground.evaluation.running import estimate
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui import widgets
from playground.ui.experiments import status_values
from playground.ui.experiments.form import ExperimentForm
from playground.ui.experiments.labels import labelled_plan
from playground.ui.experiments.run import out_of_date
from playground.ui.experiments.technique_rows import with_unticked
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.experiment_limits import check_size, with_limit
from playground.ui.handlers.messages import told
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.handlers.uploads import text_of_file
from playground.ui.widgets.status import sentence

UNUSED = "Edited, not used yet: a run follows the form above. Press Use this text, or empty it to see the form's again."
IN_SIGHT = 200  # items of one's own that the text shows; the download has all
FIRST = "ladder"
OPENING = {"techniques": [{"strategy": "zero_shot"}, {"strategy": "chain_of_thought"}]}  # where none are offered


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPanel:
    """The widgets. `recount` changes when more may be known than before, though the plan is the same; `written` is
    what the page put into the text, and `unused` says that the text has edits that were not used. `ran` is the
    session's last experiment, and `stale` says that its results are of another plan."""

    offered: Any
    form: ExperimentForm
    text: Any
    written: Any
    unused: Any
    use: Any
    open: Any
    save: Any
    estimate: Any
    status: Any
    recount: Any
    ran: Any
    stale: Any


def offered(models: Sequence[ModelInfo]) -> dict[str, Experiment]:
    """The experiments that come with the playground and ask only models that are here, the ladder first."""
    names = {info.name for info in models}
    named = {
        key: one for key, one in experiments.shipped_experiments().items() if {m.model for m in one.models} <= names
    }
    return {key: named[key] for key in sorted(named, key=lambda key: (key != FIRST, key))}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanText:
    """The experiment as YAML: its box, why that is not used, and the buttons that use, open and save it."""

    text: Any
    unused: Any
    use: Any
    open: Any
    save: Any


def opening(known: Mapping[str, Experiment]) -> Experiment:
    """What the tab opens with."""
    return next(iter(known.values()), None) or experiments.parse(OPENING)


def build_choices(known: Mapping[str, Experiment]) -> Any:
    choices = widgets.choices(
        [{"key": key, "title": one.title, "about": one.about} for key, one in known.items()], "Experiments"
    )
    choices.value = next(iter(known), None)
    return choices


def build_text() -> PlanText:
    """The experiment as text, and what takes it away and brings it back."""
    with gr.Accordion("As YAML", open=False):
        text = gr.Textbox(
            label="The whole experiment", lines=12, max_lines=30, elem_classes="yaml",
            info="The form as YAML, with settings that have no field. Edit, then press Use this text.",
        )  # fmt: skip
        unused = widgets.words()
        with gr.Row(elem_classes="quiet-row"):
            use = gr.Button("Use this text", size="sm", variant="secondary", elem_classes="quiet-button")
            opened = gr.UploadButton(
                "Open a YAML file", file_types=[".yaml", ".yml"], type="binary", size="sm", variant="secondary",
                elem_classes="quiet-button",
            )  # fmt: skip
            save = widgets.download("Download as YAML")
    return PlanText(text=text, unused=unused, use=use, open=opened, save=save)


def wire(
    panel: PlanPanel,
    known: Mapping[str, Experiment],
    page: Any,
    changed: Any,
    store: Store,
    settings: Settings,
    sessions: Sessions,
) -> None:
    """Attach the handlers. `known` are on offer; `changed` changes when there are other models."""
    form = panel.form

    def held(experiment: Experiment, catalog: Catalog) -> dict[Any, Any]:
        chosen = next((key for key, one in known.items() if one == experiment), None)
        status = status_values.status_value(experiment, None)
        filled = form.write(experiment, catalog.models())
        text = as_seen(experiment)
        return {
            **filled,
            panel.offered: chosen,
            panel.status: status,
            panel.text: text,
            panel.written: text,
            panel.unused: sentence(""),
            panel.recount: time.monotonic_ns(),
        }

    def why(error: PlaygroundError, values: Mapping[Any, Any]) -> dict[str, Any]:
        return sentence(labelled_plan(error, form.labels, form.techniques.names(values)), wrong=True)

    @told
    def load(event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        return held(payloads.chosen(event, known), sessions.of(request))

    @told
    def use(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        text, given = str(values[panel.text] or ""), values[form.data.given]
        read = experiments.read_yaml(text, "The text")
        filled = held(with_rest(read, text, given.items if given else ()), sessions.of(request))
        # The text has the ticked columns only: the others stay.
        columns = form.techniques
        new = filled[columns.rows]
        rows = with_unticked(new, columns.held(values), columns.ticks(values))
        return {**filled, **columns.write(rows, [row["id"] for row in rows[: len(new)]])}

    @told
    def opened(content: Any, request: gr.Request) -> dict[Any, Any]:
        return held(
            experiments.read_yaml(text_of_file(content, experiments.MAX_BYTES), "The file"), sessions.of(request)
        )

    @told
    def save(values: dict[Any, Any]) -> dict[Any, Any]:
        experiment = experiments.parse(form.read(values))
        return {panel.save: {"name": "experiment.yaml", "text": experiments.write_yaml(experiment)}}

    @told
    def count(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        """What it would take, or why it cannot be run; and the same experiment as text."""
        try:
            experiment = experiments.parse(form.read(values))
        except PlaygroundError as error:
            return {panel.estimate: why(error, values), panel.stale: sentence(out_of_date(values[panel.ran], None))}
        stale = {panel.stale: sentence(out_of_date(values[panel.ran], experiment))}
        same = next((key for key, one in known.items() if one == experiment), None)
        now, held_text = as_seen(experiment), str(values[panel.text] or "").strip()
        if held_text and held_text != values[panel.written].strip():
            text = {**stale, panel.offered: same, panel.unused: sentence(UNUSED)}
        else:
            text = {**stale, panel.offered: same, panel.unused: sentence(""), panel.text: now, panel.written: now}
        try:
            check_size(experiment, settings)
            found = estimate.estimate(experiment, sessions.of(request), store, visitor=sessions.visitor(request))
            said = status_values.estimate_text(with_limit(found, settings))
        except PlaygroundError as error:
            return {
                **text,
                panel.estimate: why(error, values),
            }
        return {**text, panel.estimate: sentence(said)}

    @told
    def again(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        """The same plan: its text may be under somebody's hands."""
        return {panel.estimate: count(values, request)[panel.estimate]}

    @told
    def other_data(values: dict[Any, Any]) -> dict[Any, Any]:
        """What a preset says of itself is not true of other data."""
        status, shown = values[panel.status], {panel.offered: None}
        if isinstance(status, Mapping) and status.get("phase") == "empty":
            texts = [form.own_text(field, values) for field in form.texts]
            return {**shown, panel.status: status_values.unasked_value(*texts)}
        return shown

    @told
    def models(chosen: Any, request: gr.Request) -> Any:
        return form.models_offered(chosen, sessions.of(request).models())

    memory = [panel.written, panel.unused, panel.recount]
    filled = [*form.written, panel.offered, panel.status, panel.text, *memory]
    plain: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    newest: dict[str, Any] = {"trigger_mode": "always_last", **plain}
    panel.offered.choose(load, None, filled, **AT_ONCE)
    panel.use.click(use, {panel.text, form.data.given, *form.techniques.widgets}, filled, **AT_ONCE)
    panel.open.upload(opened, panel.open, filled, **AT_ONCE)
    panel.save.click(save, set(form.widgets), [panel.save], **plain)
    counted = {*form.widgets, panel.text, panel.written, panel.ran}
    texts = [field.widget for field in form.texts]
    form.data.name.input(other_data, {*texts, panel.status}, [panel.offered, panel.status], **newest)
    on_opening_and(
        page.load,
        form.changes,
        count,
        counted,
        [panel.estimate, panel.text, panel.written, panel.unused, panel.offered, panel.stale],
        **newest,
    )
    gr.on([panel.recount.change, changed.change], again, counted, [panel.estimate], **newest)
    changed.change(models, form.models, form.models, **newest)


def as_seen(experiment: Experiment) -> str:
    """The experiment as YAML, with as many items of its own as a person would read."""
    data = experiment.data
    if len(data.items) <= IN_SIGHT:
        return experiments.write_yaml(experiment)
    few = replace(experiment, data=replace(data, items=data.items[:IN_SIGHT]))
    return f"{_note(len(data.items))}\n{experiments.write_yaml(few)}"


def with_rest(experiment: Experiment, text: str, items: Sequence[Item]) -> Experiment:
    """What was read from `as_seen`, with those of the items that are not in the text, as its first line says."""
    if len(items) <= IN_SIGHT or not text.startswith(_note(len(items))):
        return experiment
    return replace(experiment, data=replace(experiment.data, items=(*experiment.data.items, *items[IN_SIGHT:])))


def _note(count: int) -> str:
    return f"# {IN_SIGHT} of {count:,} items: the others stay, unless you remove this line. A download has all."
