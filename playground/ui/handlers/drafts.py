"""What a tab's form holds is kept in the browser, as the values of a link, and stands there again after a reload."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui.handlers.tab import TabLink, Updates, Values

MOST = 200_000  # characters of all texts: what is kept goes to the server and back with each change


SETTLING = 3.0  # seconds after which a form that was filled holds what a person made of it, come what may


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRefill:
    """A session's memory: its form was filled with this, which came back from the browser; None if that was nothing.

    Values arrive in a form one by one. What it holds meanwhile is a mixture, which is not to be kept.
    """

    held: Any = None
    since: float = field(default_factory=time.monotonic)

    def is_settled(self, held: Any) -> bool:
        """Whether a form that holds this now has been filled."""
        late = time.monotonic() - self.since > SETTLING
        return self.held is None or late or json.dumps(held) == json.dumps(self.held)


def keep(reopened: FormRefill | None, held: Any) -> tuple[Any, FormRefill | None]:
    """What the browser is to keep of a form that holds this, and the session's memory after it."""
    if reopened is None or held == gr.skip() or not reopened.is_settled(held):
        return gr.skip(), reopened
    return held, FormRefill()


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
