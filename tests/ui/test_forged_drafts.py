"""Forms as no browser keeps them, posted straight to the queue: they come back, and are put back, as plain values."""

import json
from copy import deepcopy
from typing import Any

import gradio as gr
import pytest
from handlers.test_ways_back import KEPT, LINKED
from test_forged_events import SCRIPT, UPDATE, Forger, _texts
from test_forged_events import forger as forger

from playground.sharing import links

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
    (opens,) = (handler for handler in reading if one.app.fns[handler].name == "open_link")
    assert len(reading) >= 3

    def answer(handler: int, data: list[Any]) -> list[Any]:
        one.send_raw(handler, data, {"key": "ladder", "link": links.write(kind, LINKED[kind])})
        end = next(news for news in one.news("process_completed"))
        assert SCRIPT not in _texts(end["output"]), (handler, data)
        assert "bug in the playground" not in json.dumps(end["output"])
        return end["output"].get("data") or []

    put = []
    for kept in (KEPT[kind], *forged(kind)):
        for handler, is_kept in reading.items():
            values = [getattr(box, "value", None) for box in one.app.fns[handler].inputs]
            answer(handler, [kept if held else value for held, value in zip(is_kept, values, strict=True)])
            if handler == opens:  # it keeps what the form held in the session's memory, from which alone it is put back
                put.append(answer(back, [None, None]))
    assert any(box != {"__type__": "update"} for box in put[0][:-2]), "the form that was kept must fill it"
    assert "Traceback" not in caplog.text + capfd.readouterr().err
    assert isinstance(one.app, gr.Blocks)
