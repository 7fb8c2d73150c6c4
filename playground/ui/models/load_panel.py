"""The list of models, and forms that load a model or an adapter."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends import commands
from playground.backends.catalog import Catalog
from playground.backends.entries import loaded_names
from playground.backends.suggestions import suggestions
from playground.settings import Settings
from playground.ui import widgets
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.models import list_values, load_line
from playground.ui.models.load_line import Loading, LoadLine

HERE = Path(__file__).parent

SHARED = "This server is shared: it offers what its operator listed, and loads nothing else."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The widgets for where something is loaded from, and for what it is to be called."""

    place: Any
    name: Any
    start: Any
    line: LoadLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingPanel:
    """The list of models with a line of its own, and the forms below it. `base` is the model an adapter is for."""

    models: Any
    line: LoadLine
    model: Source
    suggested: Any
    base: Any
    adapter: Source
    model_changes: Any


def build(page: Any, settings: Settings, sessions: Sessions, model_changes: Any) -> LoadingPanel:
    """Lay out the list and the forms, and wire them. Handlers raise `model_changes` when there is something new."""
    shared = sessions.of(None)
    models = widgets.widget(HERE / "models.js", value=list_values.models_value(shared, settings), elem_id="models")
    line = load_line.build(page)
    if settings.public:
        gr.Markdown(SHARED, elem_classes="field-label")
    with gr.Accordion("Load a model", open=False, visible=not settings.public):
        model = _source(page, "model", "A hub's name (org/name, org/name@revision), a model's folder, or a GGUF file.")
        gr.Markdown("**Small models on the Hugging Face hub**", elem_classes="field-label")
        small = list_values.suggested_value(suggestions(), settings)
        suggested = widgets.widget(HERE / "suggested.js", value=small, elem_id="suggested")
    with gr.Accordion("Load an adapter", open=False, visible=not settings.public):
        base = gr.Dropdown(_bases(shared), label="For the model", filterable=False, min_width=140)
        adapter = _source(page, "adapter", "The folder that PEFT saved it in, or a hub's name.")
    panel = LoadingPanel(
        models=models,
        line=line,
        model=model,
        suggested=suggested,
        base=base,
        adapter=adapter,
        model_changes=model_changes,
    )
    _wire_list(page, panel, settings, sessions)
    _wire_loads(panel, settings, sessions)
    return panel


def _source(page: Any, what: str, info: str) -> Source:
    place = gr.Textbox(label=f"{what.capitalize()} source", info=info, max_lines=1)
    name = gr.Textbox(label=f"Name of the {what} (optional)", info="Empty: named after the source.", max_lines=1)
    start = gr.Button(f"Load the {what}", variant="primary", size="md")
    return Source(place=place, name=name, start=start, line=load_line.build(page))


def _bases(catalog: Catalog) -> list[tuple[str, str]]:
    """Models that adapters can be loaded for."""
    return [(info.title, info.name) for info in catalog.models() if info.kind == "local" and not info.capabilities.task]


def _wire_list(page: Any, panel: LoadingPanel, settings: Settings, sessions: Sessions) -> None:
    known = gr.State(None)  # what was in memory when it was last looked at

    @report_errors
    def refresh(base: Any, request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        bases = _bases(catalog)
        names = [name for _, name in bases]
        chosen = base if base in names else names[0] if names else None
        listed, loaded = list_values.models_value(catalog, settings), loaded_names(catalog.models())
        return {panel.models: listed, panel.base: gr.Dropdown(bases, value=chosen), known: loaded}

    @report_errors
    def look(shown: Any, before: Any, changes: int, request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        if before is not None and loaded_names(catalog.models()) != before:
            return {panel.model_changes: changes + 1}  # by somebody else, or by a run: the rest of the page is to know
        listed = list_values.models_value(catalog, settings)
        return {panel.models: gr.skip() if list_values.same(listed, shown) else listed}

    @report_errors
    def unload(changes: int, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        commands.unload(sessions.of(request), settings, payloads.read(payloads.Choice, event).key)
        return {panel.model_changes: changes + 1}

    on_opening_and(
        page.load, [panel.model_changes.change], refresh, panel.base, [panel.models, panel.base, known],
        preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    panel.models.look_at_models(
        look, [panel.models, known, panel.model_changes], [panel.models, panel.model_changes], preprocess=False,
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    # Not `load` or `unload`: so Gradio calls the opening and the closing of the page, and asks all that listen for it.
    panel.models.unload_model(unload, panel.model_changes, [panel.model_changes], **AT_ONCE)


def _wire_loads(panel: LoadingPanel, settings: Settings, sessions: Sessions) -> None:
    def follow(line: LoadLine, memory: Any, catalog: Catalog, loading: Loading) -> Iterator[dict[Any, Any]]:
        """`memory` is the line's last load, and the count of changes."""
        before, changes = memory
        for update in line.follow(before, loading, catalog, settings, panel.models):
            done = update[line.view]["phase"] == "done"
            yield {**update, panel.model_changes: changes + 1} if done else update

    @report_errors
    def model(place: Any, name: Any, last: Any, changes: int, request: gr.Request) -> Iterator[dict[Any, Any]]:
        catalog = sessions.of(request)
        loading = commands.load_model(catalog, settings, payloads.words(place, "source"), payloads.words(name, "name"))
        yield from follow(panel.model.line, (last, changes), catalog, loading)

    @report_errors
    def adapter(
        base: Any, place: Any, name: Any, last: Any, changes: int, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        catalog, source = sessions.of(request), payloads.words(place, "source")
        loading = commands.load_adapter(
            catalog, settings, payloads.words(base, "model"), source, payloads.words(name, "name")
        )
        yield from follow(panel.adapter.line, (last, changes), catalog, loading)

    @report_errors
    def suggested(last: Any, changes: int, event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        known = {one.source: one.source for one in suggestions()}
        catalog, source = sessions.of(request), payloads.read_choice(event, known)
        yield {panel.model.place: source, panel.model.name: ""}
        loading = commands.load_model(catalog, settings, source)
        yield from follow(panel.model.line, (last, changes), catalog, loading)

    @report_errors
    def offered(last: Any, changes: int, event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        catalog, key = sessions.of(request), payloads.read(payloads.Choice, event).key
        name, _, tuned = key.partition("/")
        if tuned:
            loading = commands.load_adapter(catalog, settings, name, tuned)
        else:
            loading = commands.load_model(catalog, settings, name)
        yield from follow(panel.line, (last, changes), catalog, loading)

    def updated(line: LoadLine) -> list[Any]:
        return [line.view, line.going, panel.models, panel.model_changes]

    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    form, tuned, model_changes = panel.model, panel.adapter, panel.model_changes
    attach = form.line.waiting.attach
    attach(form.start.click, model, [form.place, form.name, form.line.going, model_changes], updated(form.line), **once)
    filled = [form.place, form.name, *updated(form.line)]
    attach(panel.suggested.load_suggested, suggested, [form.line.going, model_changes], filled, **once)
    held = [panel.base, tuned.place, tuned.name, tuned.line.going, model_changes]
    tuned.line.waiting.attach(tuned.start.click, adapter, held, updated(tuned.line), **once)
    panel.line.waiting.attach(
        panel.models.load_model, offered, [panel.line.going, model_changes], updated(panel.line), **once
    )
    for line in (form.line, tuned.line, panel.line):
        line.waiting.wire(line.going)
