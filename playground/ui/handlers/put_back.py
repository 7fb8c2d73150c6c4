"""What a form held before something else filled it is put back with a button, which is there only then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import BEGINS
from playground.ui.handlers.messages import report_errors, warn
from playground.ui.handlers.one_at_a_time import refuse_second
from playground.ui.handlers.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """`kept` is the form as the browser keeps it; `before`, the session's memory, is what can be gone back to.

    `title` says what a form that was kept is called, and "" of one that a click brings anyway. It may raise a
    PlaygroundError for what a form never held.
    """

    button: Any
    kept: Any
    before: Any
    title: Callable[[Mapping[str, Any]], str]

    @property
    def marks(self) -> list[Any]:
        """All that `offer` may update."""
        return [self.button, self.before]

    def offer(self, kept: Any) -> dict[Any, Any]:
        """Updates for a form that is about to be filled; none where it holds nothing of one's own."""
        try:
            title = self.title(kept) if isinstance(kept, Mapping) and kept else ""
        except PlaygroundError:  # not by this version
            title = ""
        if not title:
            return {}
        # In a tuple: a mapping that a browser sent could be an order to Gradio.
        return {self.before: (kept,), self.button: gr.update(value=f"Put back \u201c{title}\u201d", visible=True)}


def build(kept: Any, title: Callable[[Mapping[str, Any]], str]) -> PutBack:
    """Lay out the button, hidden."""
    button = gr.Button(visible=False, size="sm", variant="secondary", elem_classes="quiet-button")
    return PutBack(button=button, kept=kept, before=gr.State(None), title=title)


def wire(
    back: PutBack,
    write: Callable[[Mapping[str, Any], Catalog], tuple[dict[Any, Any], str]],
    outputs: Sequence[Any],
    sessions: Sessions,
    going: Any = None,
) -> Any:
    """Attach the handler. Returns the event that fills the form: `form_filling.ENDS` is to follow upon it.

    `write` gives updates for the outputs that make the form hold what was kept, and what to say of them.
    Where a run would write over it at its end, `going` is the session's memory of that run: its end is waited for.
    """

    @report_errors
    def put_back(before: tuple[Mapping[str, Any]] | None, last: Any, request: gr.Request) -> dict[Any, Any]:
        refuse_second(last)
        written, said = write(before[0], sessions.of(request)) if before else ({}, "")
        if said:
            warn(said)
        return {**written, back.before: None, back.button: gr.update(visible=False)}

    return back.button.click(
        put_back, [back.before, going or gr.State(None)], [*outputs, *back.marks], js=BEGINS, **AT_ONCE
    )
