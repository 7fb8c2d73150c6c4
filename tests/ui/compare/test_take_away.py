"""A comparison is taken away whole, as JSON and as Markdown; not while nobody may know whose answers these are."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.ui.compare import panes as pane_picker
from playground.ui.compare import run as compare_run
from playground.ui.compare import take_away
from playground.ui.compare.run import ComparisonRun


@pytest.fixture(scope="module")
def compared(catalog_of: Any) -> ComparisonRun:
    catalog = catalog_of(lambda request, _: f"<b>{len(request.messages)}</b>")
    rows = pane_picker.value([{"model": "default"}, {"model": "default", "technique": "role"}])
    setup = setups.parse({"task": {"input": "Which? | <i>", "role": "A poet."}})
    picked = pane_picker.read(setup, rows, 4, catalog)
    *_, last = compare_run.follow(compare_run.begin(setup, picked, 2, "This"), catalog, 60.0)
    return last


def test_json_has_every_run_without_loss(compared: ComparisonRun) -> None:
    data = json.loads(json.dumps(take_away.as_data(compared)))
    assert [[setups.run_from_dict(run) for run in pane["runs"]] for pane in data["panes"]] == [
        [*runs] for runs in compared.every
    ]
    assert (data["baseline"], data["repetitions"], data["reference"]) == (0, 2, "This")
    assert [pane["title"] for pane in data["panes"]] == [*compared.picked.titles]


def test_markdown_has_a_part_for_each_pane_and_repetition(compared: ComparisonRun) -> None:
    report = take_away.report(compared)
    for at, title in enumerate(compared.picked.titles):
        assert report.count(f"## {title}, repetition") == 2, at
    assert "Reference answer: This" in report
    assert "<b>2</b>" in report


def test_what_is_not_there_or_hidden_is_refused(compared: ComparisonRun) -> None:
    with pytest.raises(InvalidSetup, match="Nothing has been compared"):
        take_away.needed(None)
    with pytest.raises(InvalidSetup, match="is not shown yet"):
        take_away.needed(replace(compared, revealed=threading.Event()))
    assert take_away.needed(compared) is compared
