"""The Retrieval tab: documents on the left, and what is found in them on the right."""

import gradio as gr

from playground.ui.handlers.tab import PageContext, Tab
from playground.ui.retrieval import documents_panel, search_panel, searching
from playground.ui.retrieval.search_panel import SearchPanel

ABOUT = (
    "What the technique Retrieval puts into a prompt, seen without a model: which passages a question finds, by which "
    "words and by which likeness, and what changes with the length of passages, their number and the weight of meaning."
)


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it. Nothing is searched before somebody asks."""
    library = shared.catalog.library
    with gr.Row(elem_classes="halves found-passages", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            gr.Markdown("## Search in documents")
            gr.Markdown(ABOUT, elem_classes="field-label")
            documents = documents_panel.build(library)
            asked = search_panel.build_question(library.collection(documents.collection.value), shared.page)
        with gr.Column(elem_classes="seeing", min_width=0):
            found = search_panel.build_found()
    panel = SearchPanel(**asked, **found)
    documents_panel.wire(documents, shared.settings, shared.sessions)
    searching.wire(panel, documents, shared)
    return Tab()
