"""The page is given Gradio's own scripts with what is mended of them; those of another version stay, which is said."""

import logging
import re
from typing import Any

import pytest

from playground.ui.gate.scripts.component_search import SEARCH, TABLE
from playground.ui.gate.scripts.mended_scripts import (
    ASSETS,
    BUILT_AGAIN,
    COUNTED_ON,
    MENDED,
    MISSED,
    built_once,
    counted_while_shown,
    mend,
    sent_to_who_missed_it,
    titled,
)

# How a part of each script stands in it, and in what the page is given.
PARTS = {
    built_once: (
        "effect(()=>{count(),untrack(()=>{tree.reload(all.components,all.layout)})})",
        "effect(()=>{count()&&untrack(()=>{tree.reload(all.components,all.layout)})})",
    ),
    sent_to_who_missed_it: (
        2 * "this.queue.has(one.id)&&(this.queue.delete(one.id),this.dispatch(event));",
        2 * "this.queue.has(one.id)&&(this.queue.delete(one.id),this.dispatch({...event,type:`fn`,fn_index:one.id}));",
    ),
    titled: ("this.log(status?._title??`Error`,text)", "this.log(status?.title??`Error`,text)"),
    counted_while_shown: (
        "effect(()=>{own.status===`pending`?begin():untrack(()=>{stop()})})",
        "effect(()=>stop),effect(()=>{own.status===`pending`?begin():untrack(()=>{stop()})})",
    ),
}
EACH = [(name, mending) for name, mendings in MENDED.items() for mending in mendings]


@pytest.mark.parametrize(("name", "mending"), EACH)
def test_what_is_mended_stands_in_this_gradio(name: str, mending: Any) -> None:
    """Where this fails, Gradio has changed: see whether it still does what is mended, and mend what is replaced."""
    (script,) = [path.read_text("utf-8") for path in ASSETS.glob(f"{name}-*.js")]
    assert mending(script)[1]


@pytest.mark.parametrize("mending", PARTS)
def test_what_is_done_twice_or_for_ever_is_done_once(mending: Any) -> None:
    before, after = PARTS[mending]
    assert mending(before) == (after, True)


@pytest.mark.parametrize("name", MENDED)
def test_what_is_otherwise_stays_and_is_said(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert mend(name, "function f(){}").startswith("function f(){}")
    assert len(caplog.records) == len(MENDED[name])
    assert "another script" in caplog.text


def test_the_page_is_given_what_is_mended(private: Any) -> None:
    browser = private.browser()
    given = {}
    for name in MENDED:
        (path,) = ASSETS.glob(f"{name}-*.js")
        for encoding in ("gzip", "identity", "gzip"):  # by the third it was broken for all who asked later
            answer = browser.get(f"/assets/{path.name}", headers={"accept-encoding": encoding})
            assert answer.headers["content-type"].startswith("text/javascript")
            assert answer.headers.get("content-encoding", "identity") == encoding
            assert answer.text == given.setdefault(name, answer.text)
        assert browser.get(f"/assets/{name}-nothing.js").status_code == 404
    assert TABLE in given["core"]
    assert not SEARCH.search(given["core"])
    assert not BUILT_AGAIN.search(given["Blocks"])
    assert not MISSED.search(given["Blocks"])
    assert re.search(rf"\w+\(\(\)=>\w+\),{COUNTED_ON.pattern}", given["statustracker"])
