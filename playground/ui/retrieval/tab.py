"""The Retrieval tab: documents on the left, and what is found in them on the right."""

import gradio as gr

from playground.ui.handlers.tab import PageContext, Tab
from playground.ui.retrieval import documents_panel, search_panel
from playground.ui.retrieval.search_panel import NO_CHOICE, SearchPanel

ABOUT = (
    "What the technique Retrieval puts into a prompt, seen without a model: which passages a question finds, by which "
    "words and by which likeness, and what changes with the length of passages, their number and the weight of meaning."
)


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it. Nothing is searched before somebody asks."""
    library = shared.catalog.library
    with gr.Row(elem_classes="halves", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            gr.Markdown("## Search in documents")
            gr.Markdown(ABOUT, elem_classes="field-label")
            documents = documents_panel.build(library)
            known, question, settings, ask, measure, stop = search_panel.build_question()
        with gr.Column(elem_classes="seeing", min_width=0):
            said, measured, found, plot = search_panel.build_found()
    first = library.collection(documents.collection.value)
    known.choices = [NO_CHOICE, *((one.question, one.question) for one in first.questions)]
    panel = SearchPanel(
        known=known, question=question, settings=settings, measure=measure, open=ask, stop=stop, found=found, map=plot,
        measured=measured, said=said,
    )  # fmt: skip
    documents_panel.wire(documents, shared.settings, shared.sessions)
    search_panel.wire(panel, documents.collection, shared.setup_to_open, shared.sessions)
    return Tab()
