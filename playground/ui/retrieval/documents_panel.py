"""Documents of one's own: pasted or opened, kept in the session and forgotten with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup, LimitReached
from playground.formats import format_count
from playground.retrieval.library import OWN, Library
from playground.retrieval.reading import KINDS, SECONDS, SHARED_SECONDS, read_file
from playground.settings import Settings
from playground.ui import widgets
from playground.ui.handlers.event_options import READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.language.translating import translated
from playground.ui.retrieval.passages_values import shortened
from playground.ui.widgets.status import sentence

PASTED = 1_000_000  # characters at once
LONGEST_TITLE = 80
PASTE = "pasted"  # the kind of such a document
KEPT = "They stay in this session: nobody else finds them, and closing or reloading the page forgets them."


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPanel:
    """The widgets; `collection` is what is searched."""

    collection: Any
    pasted: Any
    add: Any
    upload: Any
    clear: Any
    state: Any

    @property
    def outputs(self) -> list[Any]:
        return [self.collection, self.pasted, self.state]

    def show(self, library: Library, chosen: str) -> dict[Any, Any]:
        """Updates that offer what the session can search."""
        return {
            self.collection: gr.update(choices=choices(library), value=chosen),
            self.pasted: "",
            self.state: sentence(describe(library)),
        }


def choices(library: Library) -> list[tuple[str, str]]:
    return [(collection.title, collection.name) for collection in library.collections()]


def describe(library: Library) -> str:
    """What a session holds of its own."""
    own = library.own
    if not own:
        return ""
    names = ", ".join(f"\u201c{shortened(text.title, 40)}\u201d" for text in own[:10])
    if own[10:]:
        names = translated(f"{names} and {len(own) - 10} more")
    size = f"{format_count(len(own), 'document')}, {sum(len(text.text) for text in own):,} characters"
    return f"{translated(size)}: {names}."


def build(library: Library) -> DocumentsPanel:
    """Lay out the panel."""
    offered = choices(library)
    collection = gr.Dropdown(offered, value=offered[0][1], label="Search in", filterable=False)
    with gr.Accordion("Documents of your own", open=False):
        pasted = gr.Textbox(
            label="Paste a text", info=f"Its first line becomes its title. {KEPT}", lines=4, max_lines=10
        )
        with gr.Row(elem_classes="quiet-row"):
            add = gr.Button("Add the text", size="sm", elem_classes="quiet-button")
            upload = gr.UploadButton(
                "Add a text, Markdown, HTML, PDF or Word file", file_types=list(KINDS), type="filepath", size="sm",
                variant="secondary", elem_classes="quiet-button",
            )  # fmt: skip
            clear = gr.Button("Remove all of them", size="sm", elem_classes="quiet-button")
        state = widgets.words(elem_id="documents-state", spoken=True)
    return DocumentsPanel(collection=collection, pasted=pasted, add=add, upload=upload, clear=clear, state=state)


def wire(panel: DocumentsPanel, settings: Settings, sessions: Sessions) -> None:
    """Attach the handlers."""

    def changed(request: gr.Request, change: Callable[[Library], None], chosen: str = OWN) -> dict[Any, Any]:
        library = sessions.own_library(request)
        change(library)
        return panel.show(library, chosen)

    @report_errors
    def paste(text: Any, request: gr.Request) -> dict[Any, Any]:
        if not isinstance(text, str) or not text.strip():
            raise InvalidSetup("There is no text yet; paste one first.")
        if len(text) > PASTED:
            raise LimitReached(
                f"At most {PASTED:,} characters can be pasted at once; open a file, or paste a part of it."
            )
        first, _, rest = text.strip().partition("\n")
        title, body = (first, rest) if len(first) <= LONGEST_TITLE and rest.strip() else (shortened(first, 60), text)
        return changed(request, lambda library: library.add(title, body, PASTE))

    @report_errors
    def opened(place: Any, request: gr.Request) -> dict[Any, Any]:
        if not isinstance(place, str):
            raise InvalidSetup("There is no file; choose one to open.")
        path, most = Path(place), settings.file_megabytes
        if path.stat().st_size > most * 2**20:
            raise LimitReached(f"The file is larger than {most} MB, which is the most.")

        def add(library: Library) -> None:
            seconds = SHARED_SECONDS if settings.public else SECONDS
            library.add(*read_file(path.read_bytes(), path.name, library.limits.characters, seconds))

        return changed(request, add)

    @report_errors
    def forget(request: gr.Request) -> dict[Any, Any]:
        first = choices(sessions.of(None).library)[0][1]
        return changed(request, Library.clear, first)

    panel.add.click(paste, panel.pasted, panel.outputs, **READING)
    panel.upload.upload(opened, panel.upload, panel.outputs, **READING)
    panel.clear.click(forget, None, panel.outputs, **READING)
