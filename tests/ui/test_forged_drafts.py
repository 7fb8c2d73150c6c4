"""Forms as no browser keeps them, posted straight to the queue: they come back, and are put back, as plain values."""

import json
from copy import deepcopy
from typing import Any

import gradio as gr
import pytest
from handlers.test_ways_back import KEPT
from test_forged_events import SCRIPT, UPDATE, Forger, _texts
from test_forged_events import forger as forger

KEYS = {
    "setup": "playground-draft",
    "comparison": "playground-comparison",
    "experiment": "playground-plan",
    "chat": "playground-chat",
}
HELD = {"value": SCRIPT, "choices": [SCRIPT]}  # what the gate lets through: it has no mark of Gradio's
DEEP: Any = json.loads("[" * 12 + "]" * 12)
ODD: list[Any] = [[SCRIPT], 10**300, "\ud800", "x" * 300_000, True, -1, DEEP, {"a": HELD}]


def places(value: Any) -> list[tuple[Any, ...]]:
    """The way to everything in a form that was kept."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, part in parts for way in [(key,), *((key, *rest) for rest in places(part))]]


def forged(kind: str) -> list[Any]:
    """The form that was kept with a mapping in each of its places, and with something else odd."""
    made: list[Any] = [{**KEPT[kind], "row": HELD}, {**KEPT[kind], "value": HELD}, {**KEPT[kind], "row": UPDATE}, HELD]
    for number, way in enumerate(places(KEPT[kind])):
        for odd in (HELD, ODD[number % len(ODD)]):
            made.append(deepcopy(KEPT[kind]))
            inner = made[-1]
            for key in way[:-1]:
                inner = inner[key]
            inner[way[-1]] = odd
    return made


@pytest.mark.parametrize("kind", KEPT)
def test_a_forged_draft_comes_back_and_is_put_back_as_plain_values(
    forger: Any, kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    one: Forger = forger()
    reading = {
        handler: [getattr(box, "storage_key", "") == KEYS[kind] for box in fn.inputs]
        for handler, fn in one.app.fns.items()
        if fn.fn is not None and any(getattr(box, "storage_key", "") == KEYS[kind] for box in fn.inputs)
    }
    (back,) = (
        handler
        for handler, fn in one.app.fns.items()
        if fn.name == "put_back" and any(fn.inputs[0] in other.outputs for other in map(one.app.fns.get, reading))
    )
    assert len(reading) >= 2
    (before,) = one.app.fns[back].inputs[:1]  # what is put back, which some of these handlers set
    for odd in forged(kind):
        for handler, is_kept in reading.items():
            values = [getattr(box, "value", None) for box in one.app.fns[handler].inputs]
            for sent in (handler, back) if before in one.app.fns[handler].outputs else (handler,):
                data = [odd if held else value for held, value in zip(is_kept, values, strict=True)]
                one.send_raw(sent, data if sent == handler else [(odd,), None], {"key": "ladder"})
                end = next(news for news in one.news("process_completed"))
                assert SCRIPT not in _texts(end["output"]), (handler, odd)
                assert "bug in the playground" not in json.dumps(end["output"])
    assert "Traceback" not in caplog.text + capfd.readouterr().err
    assert isinstance(one.app, gr.Blocks)
