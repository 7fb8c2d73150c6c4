"""What an experiment came to: a report whatever the scorer, and a score for any answer."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.backends.scripted import ScriptedBackend
from playground.evaluation import experiments, running
from playground.evaluation.plan import Item
from playground.evaluation.report import outcome
from playground.evaluation.store import Store

VOTE = {"strategy": "self_consistency", "options": {"form": "few_shot", "paths": 3}}


@pytest.mark.parametrize(("scorer", "paths"), [("numeric", True), ("judge", False)])
def test_a_report_has_its_card_its_plan_and_the_paths_where_they_can_be_scored(
    catalog_of: Any, tmp_path: Path, scorer: str, paths: bool
) -> None:
    plan = experiments.parse({"data": {"size": 4}, "techniques": [{}, VOTE], "scorer": {"name": scorer}})
    store = Store(tmp_path / "store.sqlite")
    *_, table = running.run(plan, catalog_of(), store)
    store.close()
    files = outcome.experiment_report(table, catalog_of())
    assert ("figures/paths.svg" in files) == paths
    assert experiments.read_yaml(files["experiment.yaml"].decode()) == plan
    text = files["report.md"].decode()
    assert "Licence" in text
    assert "| Models | Scripted |" in text
    assert "| Zero-shot | Scripted |" in text


def test_a_report_says_where_an_item_stands_that_is_the_material(catalog_of: Any, tmp_path: Path) -> None:
    fenced = {"strategy": "delimiters", "template": "Solve it.", "task": {"material": "{input}"}}
    plan = experiments.parse({"data": {"size": 1}, "techniques": [fenced]})
    with closing(Store(tmp_path / "store.sqlite")) as store:
        *_, table = running.run(plan, catalog_of(), store)
    text = outcome.experiment_report(table, catalog_of())["report.md"].decode()
    (row,) = (line for line in text.splitlines() if line.startswith("| Delimiters | Scripted |"))
    assert "Solve it. Use only the text between the lines of" in row
    assert "&#123;input&#125;" in row


def test_a_column_that_no_technique_reached_says_so(catalog_of: Any, tmp_path: Path) -> None:
    made_for_one = replace(ScriptedBackend().capabilities, task="classification")
    plan = experiments.parse({"data": {"size": 2}, "techniques": [{}, {"strategy": "few_shot"}]})
    catalog = catalog_of(capabilities=made_for_one)
    with closing(Store(tmp_path / "store.sqlite")) as store:
        *_, table = running.run(plan, catalog, store)
    text = outcome.experiment_report(table, catalog)["report.md"].decode()
    assert "| Models | Scripted (made for one task: takes the input alone, whatever the technique) |" in text


def test_any_answer_can_be_graded() -> None:
    grade = outcome.answer_grader(experiments.parse({"techniques": [{}]}))
    assert grade
    assert [grade(text, Item(id="a", input="?", references=("4",))) for text in ("It is 4.", "5")] == [1.0, 0.0]
