"""What a tab's form holds is kept in the browser, as the values of a link, and stands there again after a reload."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.tab import TabLink, Updates, Values

MOST = 200_000  # characters of all texts: what is kept goes to the server and back with each change
NOT_KEPT = (
    f"What stands here has more than {MOST:,} characters, too many for the browser to keep: after a reload it is gone. "
    "Save it as a file, or copy a link to it."
)


def build_mark() -> Any:
    """Whether the form has been filled with what the browser kept; hidden, and set in the browser alone.

    Values arrive in a form one by one. What it holds meanwhile is a mixture, which is not to be kept: a page that is
    left then would have lost the rest. The mark goes to the server with the values beside which it stood.
    """
    return gr.Checkbox(False, visible=False)


def restore(
    page: Any, kept: Any, filled: Any, reopen: Callable[..., Updates], outputs: Sequence[Any], js: str | None = None
) -> Any:
    """Fill the form with what the browser kept, and then set the mark `filled`; where nothing was kept the mark is set
    at once, and the server is not asked. Returns the event that fills the form.
    """
    found = build_mark()
    page.load(None, kept, [found, filled], js="(kept) => [kept !== null, kept === null]", **QUIET)
    restored = found.change(reopen, kept, outputs, preprocess=False, js=js, **AT_ONCE)
    restored.then(None, None, filled, js="() => true", **QUIET)  # also when it could not
    return restored


def keep(filled: Any, held: Any) -> Any:
    """What the browser is to keep of a form that holds this, with this as its mark."""
    return held if filled is True else gr.skip()


def build(kind: str) -> Any:
    """Where it is kept. To be laid out in no tab: a page does not read what is kept in a tab that it does not show.

    With a secret that each start of the server makes anew, it could not be read after one.
    """
    return gr.BrowserState(None, storage_key=f"playground-{kind}", secret="playground")


def as_kept(
    linked: TabLink, values: Values, catalog: Catalog, less: Callable[[int], Mapping[str, Any]] | None = None
) -> tuple[Any, str]:
    """The form as plain data, in values of our own, and what is to be said where not all of it is kept.

    No news where it cannot be read. Of too much `less` gives as much as has so many characters; else nothing is kept.
    """
    try:
        held = dict(linked.read(values, catalog))
    except PlaygroundError:  # the tab says what is wrong
        return gr.skip(), ""
    if characters(held) <= MOST:
        return held, ""
    held = dict(less(MOST)) if less else {}
    return held if held and characters(held) <= MOST else None, NOT_KEPT


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


def characters(value: Any) -> int:
    """How many all texts in it have."""
    if isinstance(value, Mapping):
        return sum(map(characters, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(characters, value))
    return len(value) if isinstance(value, str) else 8
