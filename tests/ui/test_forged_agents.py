"""Conversations of agents as no form sends them, from strangers on a shared server: refused in words, and nobody's but
one's own is gone on with."""

import json
from typing import Any

import pytest
from test_forged_events import Forger
from test_forged_events import forger as forger

MARKUP = "<img src=x onerror=alert(1)>"
ANN, BEN = {"name": "Ann", "system": "You ask."}, {"name": "Ben", "system": "You answer."}
YOU = {**BEN, "writer": "person"}


class Talker(Forger):
    """A stranger who fills in a conversation of agents."""

    def run(self, agents: Any, **values: Any) -> str:
        """Runs it; the words of what came of it, all in one text."""
        at = next(i for i, fn in self.app.fns.items() if fn.name == "run" and len(fn.inputs) > 20)
        data = []
        for box in self.app.fns[at].inputs:
            label = getattr(box, "label", None) or ""
            rows = '"noun": "Agent"' in (getattr(box, "js_on_load", None) or "")
            value = agents if rows else getattr(box, "value", None)
            data.append({"Technique": "panel", "Input": "Why is the sky blue?", **values}.get(label, value))
        self.send_raw(at, data)
        return self.end()

    def write(self, step: int, text: str) -> str:
        """Puts an output in the place of what the run that is shown has there."""
        at = next(i for i, fn in self.app.fns.items() if fn.name == "edit" and len(fn.inputs) < 10)
        inputs = self.app.fns[at].inputs
        self.send_raw(at, [None] * len(inputs), {"step": step, "sample": 0, "text": text})
        return self.end()

    def end(self) -> str:
        said = []
        for news in self.news("process_generating", "process_completed"):
            said.append(json.dumps(news["output"], ensure_ascii=False))
            if news["msg"] == "process_completed":
                return " ".join(said)
        raise AssertionError("the session was told no end")


@pytest.fixture
def talker(forger: Any) -> Any:
    def arrive() -> Talker:
        one = forger()
        made = Talker.__new__(Talker)
        made.__dict__ = one.__dict__
        return made

    return arrive


@pytest.mark.parametrize(
    ("agents", "values", "words"),
    [
        ([ANN] * 1000, {}, "at most 6 items"),
        ([ANN], {}, "has 1; a conversation has 2 to 6"),
        ([ANN, {**BEN, "name": MARKUP}], {}, "use letters, digits"),
        ([ANN, {**BEN, "name": "A\nB"}], {}, "use letters, digits"),
        ([ANN, {**BEN, "name": "x" * 5000}], {}, "at most 40 characters"),
        ([ANN, {**BEN, "system": ""}], {}, "tell Ben who it is"),
        ([ANN, {**BEN, "model": "nobody/has-this"}], {}, "There is no model named"),
        ([ANN, {**BEN, "scale": 10**300}], {}, "a number from 0 to 2"),
        ([ANN, {**BEN, "max_tokens": "1000000"}], {}, "a whole number from 1 to 4,096"),
        ([ANN, {**BEN, "tools": "shell"}], {}, "one of none, calculator"),
        ([ANN, {**BEN, "evil": 1}], {}, "is not known there"),
        ([ANN, BEN], {"Token budget": str(10**12)}, "a whole number from 16 to 100,000"),
        ([ANN, BEN], {"Messages at most": 10**6}, "a whole number from 1 to 40"),
        ([ANN, BEN], {"Stop phrase": "x" * 10_000}, "at most 100 characters"),
        ("Ann and Ben", {}, "a list"),
        ({"value": [ANN, BEN]}, {}, "a list"),
    ],
)
def test_what_is_no_conversation_is_refused_in_words(
    talker: Any, agents: Any, values: dict[str, Any], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = talker().run(agents, **values)
    assert words in said
    assert "bug in the playground" not in said
    assert "A bug" not in caplog.text


def test_nobody_writes_in_somebody_elses_conversation(talker: Any) -> None:
    one, other = talker(), talker()
    assert "It is the turn of Ben, which is you." in one.run([ANN, YOU])
    assert "Nothing has been run yet; press Run first." in other.write(1, "I was never asked.")
    gone_on = one.write(1, "Because of the air.")
    assert "Because of the air." in gone_on
    assert "I was never asked." not in gone_on
