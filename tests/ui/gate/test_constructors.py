"""What Gradio's constructors take is read once for each kind of component, and of handlers each time."""

import inspect

import gradio as gr
import pytest
from gradio import blocks

from playground.settings import Settings
from playground.ui.gate import constructors
from playground.ui.gate.page import Page


def test_a_second_component_of_a_kind_is_made_and_described_without_reading_its_constructors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Page(Settings()) as page:
        told = [gr.Dropdown(["a"], label="Letters").get_config()]
        with monkeypatch.context() as changed:
            changed.setattr(inspect, "_signature_from_callable", lambda *_, **__: pytest.fail("it was read again"))
            told.append(gr.Dropdown(["a"], label="Letters").get_config())
    page.close()
    assert told[0] == told[1]
    assert told[0]["choices"] == [("a", "a")]


def test_a_handler_is_read_as_it_is_by_then() -> None:
    def handler(one: int) -> None: ...

    constructors.remember()
    assert list(blocks.inspect.signature(handler).parameters) == ["one"]
    handler.__wrapped__ = lambda other: None  # type: ignore[attr-defined]
    assert list(blocks.inspect.signature(handler).parameters) == ["other"]
