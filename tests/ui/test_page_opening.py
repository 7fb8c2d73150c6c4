"""What a page asks its server for when it opens: a round trip each, before anything of it can be used."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

# Of a tab that is not in sight only what the browser keeps of it, which a link waits for; and what was in memory when
# the page opened, so that the list of models notices what others loaded since.
FOR_TABS = {"reopen_chat", "reopen_comparison", "reopen_plan", "refresh"}


def parts_of(block: Any) -> Iterator[int]:
    yield block._id
    for part in getattr(block, "children", ()):
        yield from parts_of(part)


def tabs_of(page: Any) -> dict[int, str]:
    """The tabs of the page itself, each by its number, with its name."""
    every = (block for block in page.blocks.values() if isinstance(block, gr.Tabs))
    (own,) = (block.children for block in every if block.children[0].id == "playground")
    return {tab._id: tab.id for tab in own}


def test_a_tab_out_of_sight_asks_for_nothing(page: Any) -> None:
    hidden = {part for key, tab in tabs_of(page).items() if tab != "playground" for part in parts_of(page.blocks[key])}
    at_opening = [fn for fn in page.fns.values() if any(event == "load" for _, event in fn.targets)]
    of_tabs = {fn.name for fn in at_opening if fn.outputs and {out._id for out in fn.outputs} & hidden}
    assert of_tabs - {"list_encoders"} == FOR_TABS  # the encoders are one list, for all forms
    assert len(at_opening) < 15


def test_every_tab_that_lists_something_asks_when_it_comes_in_sight(page: Any) -> None:
    tabs = tabs_of(page)
    asking = {tabs[of] for fn in page.fns.values() for of, event in fn.targets if event == "select" and of in tabs}
    assert asking == {"chat", "sampling", "models", "experiments", "fine-tune"}
