"""What a handler leaves out stays as it is, and costs nothing: no component is made anew to say so."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pandas
import pytest
from own_loop import run_alone

from playground.settings import Settings
from playground.ui.gate.page import Page
from playground.ui.gate.states import Session

UNCHANGED = {"__type__": "update"}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with Page(Settings()) as made:
        number, text, memory = gr.Number(), gr.Textbox(), gr.State("kept")
        number.change(lambda: None, None, [number, text, memory])
    yield made
    made.close()


def told(page: Page, given: dict[Any, Any]) -> tuple[list[Any], Session]:
    """What a browser is told when the handler gives this, and the session after it."""
    (fn,), session = page.fns.values(), Session(page)
    return run_alone(page.postprocess_data(fn, given, session)), session


def parts(page: Page) -> list[Any]:
    (fn,) = page.fns.values()
    return list(fn.outputs)


def test_what_is_left_out_is_made_no_second_time(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    number, text, memory = parts(page)
    monkeypatch.setattr(gr.Textbox, "__init__", lambda *_, **__: pytest.fail("made anew"))
    data, session = told(page, {number: 3})
    assert data == [3, UNCHANGED, None]
    assert session[memory._id] == "kept"
    assert told(page, {number: 4, text: gr.skip()})[0] == [4, UNCHANGED, None]


def test_what_is_given_arrives_where_it_belongs(page: Page) -> None:
    _, text, memory = parts(page)
    data, session = told(page, {memory: "new", text: gr.update(value="words", interactive=False)})
    assert data[0] == UNCHANGED
    assert data[1] == {"value": "words", "interactive": False, "__type__": "update"}
    assert session[memory._id] == "new"
    assert told(page, {text: "only this"})[0] == [UNCHANGED, "only this", None]


def test_a_table_is_compared_with_nothing(page: Page) -> None:
    _, _, memory = parts(page)
    table = pandas.DataFrame({"input": ["a", "b"]})
    assert told(page, {memory: table})[1][memory._id] is table


def test_nothing_at_all_may_change(page: Page) -> None:
    number, _, _ = parts(page)
    assert told(page, {number: gr.skip()})[0] == [UNCHANGED, UNCHANGED, None]


def test_an_output_of_another_handler_is_a_bug(page: Page) -> None:
    with pytest.raises(gr.Error, match="bug"):
        told(page, {gr.Number(render=False): 1})
