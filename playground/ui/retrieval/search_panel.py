"""A question is looked for while it is typed and while the settings move, without asking a model."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup, PlaygroundError
from playground.retrieval.index import Index
from playground.retrieval.library import Library
from playground.retrieval.metrics import measure_search
from playground.retrieval.passages import Collection
from playground.retrieval.places import flatten
from playground.returning import Returning
from playground.task import SearchSettings
from playground.types import MAX_TEXT, Progress
from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.retrieval.map_figure import map_figure
from playground.ui.retrieval.passages_values import found_value, quality_tables
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.labels import describe_error
from playground.ui.widgets.status import sentence

HERE = Path(__file__).parent
SETTINGS = ("passages", "size", "overlap", "weight")
SEARCHING: dict[str, Any] = {**QUIET, "concurrency_id": "searching", "concurrency_limit": 8}
NO_CHOICE = ("Type a question below", "")
WAYS = (("Words", 0.0), ("Meaning", 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPanel:
    """The widgets of a search, and of what it found."""

    known: Any
    question: Any
    settings: tuple[Field, ...]
    measure: Any
    open: Any
    stop: Any
    found: Any
    map: Any
    measured: Any
    said: Any

    def read_settings(self, values: Mapping[Any, Any]) -> SearchSettings:
        """Raises InvalidSetup."""
        made: SearchSettings = setups.build(SearchSettings, read_fields(self.settings, values), ("options",))
        return made

    def read_question(self, values: Mapping[Any, Any]) -> str:
        """Raises InvalidSetup."""
        question = values[self.question]
        if question is not None and not isinstance(question, str):
            raise InvalidSetup("The question must be text.")
        if question and len(question) > MAX_TEXT:
            raise InvalidSetup(f"The question has {len(question):,} characters; {MAX_TEXT:,} is the most.")
        return (question or "").strip()


def build_question() -> tuple[Any, Any, tuple[Field, ...], Any, Any, Any]:
    """Lay out what is asked, on the left."""
    known = gr.Dropdown([NO_CHOICE], value="", label="A question of this collection", filterable=False)
    question = gr.Textbox(label="Question", lines=2, max_lines=6)
    settings = pick(SearchSettings, *SETTINGS)
    with gr.Row(elem_classes="acts"):
        ask = gr.Button("Ask this in the Playground", variant="primary")
        measure = gr.Button("Measure the search", variant="secondary")
        stop = gr.Button("Stop the search", variant="secondary", elem_classes="stops")
    return known, question, settings, ask, measure, stop


def build_found() -> tuple[Any, Any, Any, Any]:
    """Lay out what comes of it, on the right."""
    said = widgets.words(elem_id="search-said")
    measured = widgets.tables(elem_id="search-quality")
    script = HERE / "found_passages.js"
    found = widgets.widget(script, uses=[widgets.STATUS_LINE], value=found_value(), elem_id="found")
    with gr.Accordion("A map of passages and question", open=True, visible=False) as frame:
        plot = gr.Plot(show_label=False, container=False)
    plot.parent = frame
    return said, measured, found, plot


def wire(panel: SearchPanel, collection: Any, opened: Any, sessions: Sessions) -> None:
    """Attach the handlers. `opened` takes a setup for the Playground."""

    def chosen(values: Mapping[Any, Any], library: Library) -> Collection:
        name = values[collection]
        return library.collection(name if isinstance(name, str) else "")

    @report_errors
    def search(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        library = sessions.of(request).library
        frame = panel.map.parent
        try:
            question, settings = panel.read_question(values), panel.read_settings(values)
            of = chosen(values, library)
            if not question:
                yield {panel.found: found_value(), frame: gr.update(visible=False)}
                return
            with Returning(library.find(question, of.name, settings)) as work:
                for progress in work:
                    yield {panel.found: found_value(progress=progress)}
                hits = work.value
            index = library.index(of.name, settings.size, settings.overlap)
            yield {panel.found: found_value(of, index, hits)}
            drawn = _map(index, question, {hit.passage: number for number, hit in enumerate(hits, 1)})
            yield {panel.map: drawn, frame: gr.update(visible=True)} if drawn else {frame: gr.update(visible=False)}
        except PlaygroundError as error:
            yield {panel.found: found_value(error=describe_error(error)), frame: gr.update(visible=False)}

    @report_errors
    def measure(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        library = sessions.of(request).library
        of, settings = chosen(values, library), panel.read_settings(values)
        if not of.questions:
            raise InvalidSetup(
                "There are no questions with known answers in documents of your own; choose another collection."
            )
        index = library.index(of.name, settings.size, settings.overlap)
        with Returning(_measure(of, index, settings)) as work:
            for progress in work:
                yield {panel.said: sentence(f"{progress.what} ...")}
            rows = work.value
        unanswered = sum(not known.evidence for known in of.questions)
        yield {panel.said: sentence(""), panel.measured: quality_tables(rows, unanswered)}

    @report_errors
    def offer(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        questions = [known.question for known in chosen(values, sessions.of(request).library).questions]
        offered = [NO_CHOICE, *((question, question) for question in questions)]
        return {panel.known: gr.update(choices=offered, value=""), panel.measured: []}

    @report_errors
    def take(known: Any) -> Any:
        return known if isinstance(known, str) and known else gr.skip()

    @report_errors
    def ask(values: dict[Any, Any], request: gr.Request) -> dict[str, Any]:
        question, settings = panel.read_question(values), panel.read_settings(values)
        of = chosen(values, sessions.of(request).library)
        if not question:
            raise InvalidSetup("There is no question yet; choose or type one first.")
        setup = {
            "strategy": "retrieval",
            "options": {name: getattr(settings, name) for name in SETTINGS},
            "task": {"collection": of.name, "input": question},
            "sampling": {"temperature": 0.0, "max_tokens": 80},
        }
        return setups.to_dict(setups.parse(setup))

    inputs = {collection, panel.question, *(f.widget for f in panel.settings)}
    frame = panel.map.parent
    quick = {"preprocess": False, "trigger_mode": "always_last"}
    changes = [collection.change, panel.question.change, *(f.widget.change for f in panel.settings)]
    searched = gr.on(changes, search, inputs, [panel.found, panel.map, frame], **quick, **SEARCHING)
    measured = panel.measure.click(measure, inputs, [panel.said, panel.measured], preprocess=False, **SEARCHING)
    panel.stop.click(None, None, None, cancels=[searched, measured])
    collection.change(offer, {collection}, [panel.known, panel.measured], **quick, **AT_ONCE)
    panel.known.input(take, panel.known, panel.question, **quick, **AT_ONCE)
    panel.open.click(ask, inputs, opened, preprocess=False, **AT_ONCE)


def _measure(
    collection: Collection, index: Index, settings: SearchSettings
) -> Generator[Progress, None, list[tuple[str, Any]]]:
    ways = [*WAYS, (f"Both, as set ({settings.weight:g} meaning)", settings.weight)]
    rows = []
    for name, weight in ways:
        yield Progress(what=f"Searching by {name.lower()}")
        rows.append((name, (yield from measure_search(collection, index, weight, settings.passages))))
    return rows


def _map(index: Index, question: str, found: Mapping[Any, int]) -> Any:
    """The figure, where there are vectors of at least three passages to lay out."""
    if index.vectors is None or len(index.vectors) < 3:
        return None
    flat, share = flatten(index.vectors, index.question_vector(question))
    return map_figure(flat, share, index.passages, found)
