"""A question is looked for while it is typed and while the settings move, without asking a model."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup, PlaygroundError
from playground.retrieval.index import Index
from playground.retrieval.library import Library
from playground.retrieval.metrics import measure_search
from playground.retrieval.passages import Collection, Hit
from playground.retrieval.places import flatten
from playground.returning import Returning
from playground.task import SearchSettings
from playground.types import Progress
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import until_stopped
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.language.translating import translated
from playground.ui.retrieval.documents_panel import DocumentsPanel
from playground.ui.retrieval.map_figure import map_figure
from playground.ui.retrieval.passages_values import found_value, quality_tables
from playground.ui.retrieval.search_panel import SETTINGS, SearchPanel
from playground.ui.setup_form.labels import describe_error
from playground.ui.widgets.status import sentence

SEARCHING: dict[str, Any] = {**QUIET, "concurrency_id": "searching", "concurrency_limit": 8}
STOPPED = "Stopped. Change something in the form, or the question, and it is searched again."
WAYS = (("Words", 0.0), ("Meaning", 1.0))
NOT_MADE = (
    "{passages:,} passages with {characters:,} characters are to be sent to {encoder} for their vectors. Press "
    "\u201cMake the vectors\u201d, or set the weight of meaning to 0."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What is searched, and how."""

    of: Collection
    settings: SearchSettings
    index: Index

    @property
    def among(self) -> frozenset[int] | None:
        """Raises InvalidSetup."""
        return self.of.among(self.settings.documents, self.settings.kinds)

    @property
    def unmade(self) -> str:
        """What is to be sent elsewhere before it can be searched by meaning: nothing is sent because somebody types."""
        if not self.settings.encoder or self.index.has_vectors:
            return ""
        passages = self.index.passages
        size = sum(len(passage.text) for passage in passages)
        return NOT_MADE.format(passages=len(passages), characters=size, encoder=self.settings.encoder)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHandlers:
    """What happens to the widgets of a search; `collection` is what is searched."""

    panel: SearchPanel
    collection: Any
    sessions: Sessions

    def read(self, values: Mapping[Any, Any], library: Library) -> Searched:
        """Raises InvalidSetup, LimitReached."""
        settings, name = self.panel.read_settings(values), values[self.collection]
        of = library.collection(name if isinstance(name, str) else "")
        return Searched(
            of=of, settings=settings, index=library.index(of.name, settings.size, settings.overlap, settings.encoder)
        )

    @report_errors
    def search(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        yield from self._until_stopped(values, self._search(values, self.sessions.of(request).library))

    @report_errors
    def make_vectors(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        yield from self._until_stopped(values, self._make_vectors(values, self.sessions.of(request).library))

    def _until_stopped(self, values: Mapping[Any, Any], work: Generator[Updates, None, None]) -> Iterator[Updates]:
        """What the work shows; where it is stopped, that takes the place of what would have been found."""
        with Returning(work) as steps:
            yield from until_stopped(steps, values[self.panel.line.turn])
            if not steps.ended:
                yield {self.panel.found: found_value(wait=STOPPED), self.panel.frame: gr.update(visible=False)}

    def _make_vectors(self, values: dict[Any, Any], library: Library) -> Generator[Updates, None, None]:
        with Returning(self.read(values, library).index.prepare()) as work:
            for progress in work:
                yield {self.panel.found: found_value(progress=progress)}
        yield from self._search(values, library)

    def _search(self, values: dict[Any, Any], library: Library) -> Generator[Updates, None, None]:
        found, frame = self.panel.found, self.panel.frame
        hidden = {frame: gr.update(visible=False)}
        try:
            question, searched = self.panel.read_question(values), self.read(values, library)
            among = searched.among
            wait = searched.unmade if searched.settings.weight else ""
            if not question or wait:
                yield {found: found_value(wait=wait), **hidden}
                return
            with Returning(library.find(question, searched.of.name, searched.settings)) as work:
                for progress in work:
                    yield {found: found_value(progress=progress)}
                hits = work.value
            yield {found: found_value(searched.of, searched.index, hits, among=among)}
            if searched.index.vectors is None or len(searched.index.vectors) < 3:  # fewer make no map
                yield hidden
                return
            with Returning(_map(searched.index, question, hits, among)) as drawing:
                for progress in drawing:
                    yield {found: found_value(progress=progress)}
            yield {self.panel.map: drawing.value, frame: gr.update(visible=True)}
        except PlaygroundError as error:
            yield {found: found_value(error=describe_error(error)), **hidden}

    @report_errors
    def measure(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        searched = self.read(values, self.sessions.of(request).library)
        if not searched.of.questions:
            raise InvalidSetup(
                "There are no questions with known answers in documents of your own; choose another collection."
            )
        if searched.unmade:
            raise InvalidSetup(searched.unmade)
        with Returning(_measure(searched)) as work:
            for progress in until_stopped(work, values[self.panel.line.turn]):
                yield {self.panel.said: sentence(f"{translated(progress.what)} ...")}
            if not work.ended:
                yield {self.panel.said: sentence("Stopped; nothing was measured to its end.")}
                return
            rows = work.value
        unanswered = sum(not known.evidence for known in searched.of.questions)
        tables = quality_tables(rows, unanswered, filtered=searched.among is not None)
        yield {self.panel.said: sentence(""), self.panel.measured: tables}

    @report_errors
    def offer(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        library, name = self.sessions.of(request).library, values[self.collection]
        return self.panel.offer(library.collection(name if isinstance(name, str) else ""), values)

    @report_errors
    def offer_encoders(self, chosen: Any, request: gr.Request) -> Updates:
        return self.panel.offer_encoders(self.sessions.of(request).library, chosen)

    @report_errors
    def take(self, known: Any) -> Any:
        return known if isinstance(known, str) and known else gr.skip()

    @report_errors
    def ask(self, values: dict[Any, Any], request: gr.Request) -> dict[str, Any]:
        question, searched = self.panel.read_question(values), self.read(values, self.sessions.of(request).library)
        if not question:
            raise InvalidSetup("There is no question yet; choose or type one first.")
        names = (*SETTINGS, "documents", "kinds", "encoder")
        setup = {
            "strategy": "retrieval",
            "options": {name: getattr(searched.settings, name) for name in names},
            "task": {"collection": searched.of.name, "input": question},
            "sampling": {"temperature": 0.0, "max_tokens": 80},
        }
        return setups.to_dict(setups.parse(setup))


def wire(panel: SearchPanel, documents: DocumentsPanel, shared: PageContext) -> None:
    """Attach the handlers."""
    handlers = SearchHandlers(panel=panel, collection=documents.collection, sessions=shared.sessions)
    inputs = {documents.collection, *panel.inputs}
    others = [documents.collection.change, documents.state.change]  # other documents are searched
    quick = {"preprocess": False, "trigger_mode": "always_last"}
    moved = [widget.change for widget in panel.inputs]
    shown = [panel.found, panel.map, panel.frame]
    once = {"preprocess": False, "trigger_mode": "once", **SEARCHING}
    panel.line.attach_beside(partial(gr.on, [*others, *moved]), handlers.search, inputs, shown, **quick, **SEARCHING)
    panel.line.attach(panel.make.click, handlers.make_vectors, inputs, shown, **once)
    panel.line.attach(panel.measure.click, handlers.measure, inputs, [panel.said, panel.measured], **once)
    panel.line.wire()
    offered = [panel.known, panel.measured, panel.documents, panel.kinds]
    gr.on(others, handlers.offer, inputs, offered, **quick, **AT_ONCE)
    changed = [shared.model_changes.change, panel.encoder.input]
    gr.on(changed, handlers.offer_encoders, panel.encoder, [panel.encoder, panel.make], **quick, **AT_ONCE)
    panel.known.input(handlers.take, panel.known, panel.question, **quick, **AT_ONCE)
    panel.open.click(handlers.ask, inputs, shared.setup_to_open, preprocess=False, **AT_ONCE)


def _measure(searched: Searched) -> Generator[Progress, None, list[tuple[str, Any]]]:
    settings = searched.settings
    rows = []
    for name, weight in [*WAYS, (f"Both, as set ({settings.weight:g} meaning)", settings.weight)]:
        yield Progress(what=f"Searching by {name.lower()}")
        quality = measure_search(searched.of, searched.index, weight, settings.passages, searched.among)
        rows.append((name, (yield from quality)))
    return rows


def _map(
    index: Index, question: str, hits: tuple[Hit, ...], among: frozenset[int] | None
) -> Generator[Progress, None, Any]:
    """The figure, of vectors that are there."""
    vector = yield from index.question_vector(question)
    assert index.vectors is not None
    flat, share = flatten(index.vectors, vector)
    return map_figure(flat, share, index.passages, {hit.passage: number for number, hit in enumerate(hits, 1)}, among)
