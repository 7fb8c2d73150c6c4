"""Calls of functions are right by name and by the value of their arguments; what is wrong is said in a sentence."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.evaluation import datasets, experiments, running, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.evaluation.scorers import Verdict
from playground.evaluation.store import Store

TOWN = {"type": "object", "properties": {"town": {"type": "string"}, "days": {"type": "integer"}}, "required": ["town"]}
FUNCTIONS = json.dumps([{"name": "weather", "parameters": TOWN}, {"name": "clock"}])
BERN = '{"name": "weather", "arguments": {"town": "Bern", "days": 2}}'
CLOCK = '{"name": "clock", "arguments": {}}'


def marked(*calls: str) -> str:
    return "".join(f"<tool_call>\n{call}\n</tool_call>" for call in calls)


def verdict(answer: str, *references: str, **options: Any) -> Verdict:
    item = Item(id="i", input="q", references=references)
    dataset = datasets.load(DataChoice(name="own", items=(item,), shots=0))
    scorer = scorers.build(ScorerChoice(name="function_calls", options=options), dataset)
    scorer.prepare(dataset)
    return scorer.score(answer, item, dataset)


@pytest.mark.parametrize(
    ("answer", "references", "options"),
    [
        (f"I look. {marked(BERN)}", [BERN], {}),
        (marked('{"arguments": {"days": 2.0, "town": "Bern"}, "name": "weather"}'), [BERN], {}),
        (marked('{"name": "weather", "arguments": "{\\"town\\": \\"Bern\\", \\"days\\": 2}"}'), [BERN], {}),
        (f"```json\n{BERN}\n```", [BERN], {}),
        (f"It is [{BERN}, {CLOCK}].", [f"[{CLOCK}, {BERN}]"], {}),
        (f'{{"type": "function", "function": {BERN}}}', [BERN], {}),
        (marked(CLOCK), [BERN, CLOCK], {}),
        (marked(BERN.replace("Bern", "bern. ")), [BERN], {"strict": False}),
        (marked(CLOCK, BERN), [f"[{BERN}, {CLOCK}]"], {}),
        (marked(BERN, CLOCK), [f"[{BERN}, {CLOCK}]"], {"ordered": True, "functions": FUNCTIONS}),
        ("It is nice to talk to you.", ["[]"], {}),
        (marked(BERN.replace("Bern", "Rome")), [], {"functions": FUNCTIONS, "schema_only": True}),
    ],
)
def test_calls_are_right_by_what_they_mean(answer: str, references: list[str], options: dict[str, Any]) -> None:
    found = verdict(answer, *references, **options)
    assert (found.score, found.right, found.extracted, found.note) == (1, True, True, "")


@pytest.mark.parametrize(
    ("answer", "reference", "options", "note"),
    [
        ("Rain, I think.", BERN, {}, "No call in the answer."),
        (marked(BERN.replace("Bern", "bern")), BERN, {}, 'weather: town is "bern", expected is "Bern".'),
        (marked(BERN.replace("2", '"2"')), BERN, {}, 'weather: days is "2", expected is 2.'),
        (marked(BERN.replace("2", "true")), BERN.replace("2", "1"), {}, "weather: days is true, expected is 1."),
        (
            marked(BERN.replace("days", "day")), BERN, {},
            "weather: days is missing; day is not expected.",
        ),
        (marked(CLOCK), BERN, {}, 'Not called: weather({"town": "Bern", "days": 2}). Not to be called: clock({}).'),
        (marked(CLOCK, CLOCK), CLOCK, {}, "Not to be called: clock({})."),
        (marked(CLOCK), f"[{CLOCK}, {CLOCK}]", {}, "Not called: clock({})."),
        (marked(CLOCK), "[]", {}, "Not to be called: clock({})."),
        (marked("clock()"), CLOCK, {}, "Not called: clock({}). Not to be called: a call that cannot be read, clock()."),
        (marked('{"name": "clock", "arguments": [1]}'), CLOCK, {}, "clock: the arguments are no JSON object."),
        (marked(CLOCK, BERN), f"[{BERN}, {CLOCK}]", {"ordered": True}, "The calls are right, but their order is to be"),
        (
            marked(BERN.replace("Bern", "Rome").replace("2", "2.5")), BERN, {"functions": FUNCTIONS},
            "weather: The arguments do not fit: at days, 2.5 is not of type 'integer'.",
        ),
        (
            marked(BERN.replace("weather", "forecast")), "", {"functions": FUNCTIONS, "schema_only": True},
            "forecast: There is no function called 'forecast'; there are weather, clock.",
        ),
        (marked("clock()"), "", {"functions": FUNCTIONS, "schema_only": True}, "The call cannot be read; its form is"),
        ("{" * 900, "", {"functions": FUNCTIONS, "schema_only": True}, "No call in the answer."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(answer: str, reference: str, options: dict[str, Any], note: str) -> None:
    found = verdict(answer, *filter(None, [reference]), **options)
    assert (found.score, found.right) == (0, False)
    assert found.note.startswith(note)
    assert found.extracted == ("No call" not in note)


def test_what_is_too_deep_to_compare_is_wrong() -> None:
    deep = '{"name": "clock", "arguments": {"a": ' + "[" * 800 + "]" * 800 + "}}"
    assert verdict(marked(deep), deep).right in (True, False)


@pytest.mark.parametrize(
    ("reference", "options", "message"),
    [
        ("weather(Bern)", {}, "Item 'i' has a reference that names no calls"),
        ('{"name": "Ann"}', {}, "Item 'i' has a reference that names no calls"),
        ('{"name": "weather", "arguments": [1]}', {}, "Item 'i' has a reference that names no calls"),
        ("", {}, "Item 'i' has no reference"),
        (BERN.replace("2", '"2"'), {"functions": FUNCTIONS}, "would refuse .The arguments do not fit: at days"),
        (BERN, {"functions": "weather"}, "`scorer.options.functions` is no JSON"),
        (BERN, {"schema_only": True}, "`schema_only` needs the functions"),
    ],
)
def test_what_cannot_be_scored_so_is_named(reference: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        verdict("x", reference, **options)


def test_an_experiment_scores_the_calls_that_a_run_ends_with(
    catalog_of: Callable[..., Catalog], tmp_path: Path
) -> None:
    """Whose answer is none, as nobody says what they give; the table shows the reply that makes them."""

    def reply(request: Request, _: Any) -> str:
        return marked(BERN) if "Bern" in request.messages[-1].content else "I cannot say."

    items = [{"input": "Bern?", "references": [BERN]}, {"input": "Rome?", "references": [BERN]}]
    plan = experiments.parse(
        {
            "data": {"name": "own", "shots": 0, "items": items},
            "techniques": [{"strategy": "function_calling", "options": {"functions": FUNCTIONS}}],
            "scorer": {"name": "function_calls", "options": {"functions": FUNCTIONS}},
        }
    )
    with closing(Store(tmp_path / "store.sqlite")) as store:
        *_, table = running.run(plan, catalog_of(reply), store)
        *_, again = running.run(plan, catalog_of(reply), store)
    assert [(r.right, r.extracted, r.answer, r.predicted) for r in table.results] == [
        (True, True, marked(BERN), 'weather({"town": "Bern", "days": 2})'),
        (False, False, "I cannot say.", ""),
    ]
    assert [r.answer for r in again.results] == [r.answer for r in table.results]
