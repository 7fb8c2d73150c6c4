"""What a page asks its server for when it opens: a round trip each, before anything of it can be used."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

# Of tabs that are not in sight: what was in memory when the page opened, so that the list of models notices what others
# loaded since; and the encoders, which are one list for all forms.
FOR_TABS = {"refresh", "list_encoders"}


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
    asking = [fn for fn in page.fns.values() if fn.fn and any(event == "load" for _, event in fn.targets)]
    assert {fn.name for fn in asking if {out._id for out in fn.outputs} & hidden} == FOR_TABS
    assert len(asking) <= 7


def test_every_tab_that_lists_something_asks_when_it_comes_in_sight(page: Any) -> None:
    tabs = tabs_of(page)
    asking = {tabs[of] for fn in page.fns.values() for of, event in fn.targets if event == "select" and of in tabs}
    assert asking == {"chat", "compare", "sampling", "models", "experiments", "fine-tune", "learn"}


def test_a_browser_that_kept_nothing_asks_for_nothing_to_be_filled(page: Any) -> None:
    fills = [fn for fn in page.fns.values() if fn.fn and fn.name.startswith("reopen")]
    assert len(fills) == 5
    for fill in fills:
        ((found, event),) = fill.targets
        (looks,) = (fn for fn in page.fns.values() if found in {out._id for out in fn.outputs})
        assert (looks.fn, looks.targets[0][1], event) == (None, "load", "change")
