"""What a tab's form holds is kept in the browser, as the values of a link, and stands there again after a reload."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui.handlers.event_options import QUIET
from playground.ui.handlers.tab import TabLink, Updates, Values

MOST = 200_000  # characters of all texts: what is kept goes to the server and back with each change


def build_mark() -> Any:
    """Whether the form has been filled with what the browser kept; hidden, and set in the browser alone.

    Values arrive in a form one by one. What it holds meanwhile is a mixture, which is not to be kept: a page that is
    left then would have lost the rest. The mark goes to the server with the values beside which it stood.
    """
    return gr.Checkbox(False, visible=False)


def mark_filled(restored: Any, mark: Any) -> None:
    """Set the mark when this event has filled the form, or could not."""
    restored.then(None, None, mark, js="() => true", **QUIET)


def keep(filled: Any, held: Any) -> Any:
    """What the browser is to keep of a form that holds this, with this as its mark."""
    return held if filled is True else gr.skip()


def build(kind: str) -> Any:
    """Where it is kept. To be laid out in no tab: a page does not read what is kept in a tab that it does not show.

    With a secret that each start of the server makes anew, it could not be read after one.
    """
    return gr.BrowserState(None, storage_key=f"playground-{kind}", secret="playground")


def as_kept(linked: TabLink, values: Values, catalog: Catalog) -> Any:
    """The form as plain data, in values of our own: no news where it cannot be read, and nothing if it is too much."""
    try:
        held = dict(linked.read(values, catalog))
    except PlaygroundError:  # the tab says what is wrong
        return gr.skip()
    return held if _characters(held) <= MOST else None


def refill(linked: TabLink, kept: Any, catalog: Catalog) -> Updates:
    """Updates that make the form hold what a browser kept, which may be anything; none for what is no form."""
    nothing = {linked.outputs[0]: gr.skip()}
    if not isinstance(kept, Mapping) or not kept:
        return nothing
    try:
        updates, _ = linked.write(kept, catalog)
    except PlaygroundError:  # not by this version
        return nothing
    return while_hidden(updates)


def while_hidden(updates: Updates) -> Updates:
    """The same for parts that may not be on the page yet: there a plain value breaks a gr.HTML."""
    return {
        box: gr.update(value=new) if isinstance(box, gr.HTML) and not _is_update(new) else new
        for box, new in updates.items()
    }


def _is_update(value: Any) -> bool:
    return isinstance(value, Mapping) and "__type__" in value


def _characters(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_characters, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 8
