"""The experiments that come with the playground: small, said what for, and each of their cells can be asked."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.evaluation import experiments, running
from playground.evaluation.columns import columns
from playground.evaluation.plan import Experiment
from playground.evaluation.running.estimate import estimate
from playground.evaluation.store import Store

PRESETS = experiments.shipped_experiments()
LADDER = (
    "Zero-shot",
    "Role",
    "Few-shot",
    "Zero-shot chain of thought",
    "Few-shot chain of thought",
    "Self-consistency, 10 paths",
)


EIGHT = {  # and how many calls each item takes at most
    "Zero-shot": 1,
    "Instruction": 1,
    "Delimiters": 1,
    "Few-shot": 1,
    "Zero-shot chain of thought": 2,
    "Rereading": 2,
    "Plan-and-solve": 2,
    "Self-consistency, 5 paths": 5,
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "store.sqlite")) as found:
        yield found


def of_size(experiment: Experiment, size: int) -> Experiment:
    return replace(experiment, data=replace(experiment.data, size=size))


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_says_what_for_and_can_be_watched_to_its_end(key: str) -> None:
    experiment = PRESETS[key]
    assert len(experiment.about) > 80
    assert len(columns(experiment)) * experiment.data.size * experiment.repetitions <= 400


@pytest.mark.parametrize("key", PRESETS)
def test_every_cell_of_every_preset_can_be_asked(key: str, catalog_of: Callable[..., Catalog], store: Store) -> None:
    experiment = replace(of_size(PRESETS[key], 2), models=(), expectations=())
    *_, table = running.run(experiment, catalog_of(), store)
    assert table.status == "done"
    assert [result.note for result in table.results if result.outcome == "failed"] == []


def test_the_ladder_has_its_six_rungs_on_the_default_model(real_catalog: Catalog, store: Store) -> None:
    *_, table = running.run(of_size(PRESETS["ladder"], 2), real_catalog, store)
    assert (table.status, table.columns) == ("done", LADDER)
    done = [result for result in table.results if result.outcome == "done"]
    assert Counter(result.column for result in done) == dict.fromkeys(LADDER, 2)
    for result in done:
        voters = 10 if result.column == LADDER[-1] else 0
        assert len(result.paths) == voters
        assert all(path.weight is not None and 0 < path.weight <= 1 for path in result.paths)
    # The worked examples are followed: an answer can be read from nearly every path.
    paths = [path for result in done for path in result.paths]
    assert sum(path.answer is not None for path in paths) > 0.8 * len(paths)


def test_eight_techniques_take_the_calls_that_were_estimated(catalog_of: Callable[..., Catalog], store: Store) -> None:
    def reply(request: Request, _: random.Random) -> str:
        return " 7." if request.prefill.endswith(" is") else " 3 and 4 are 7. The answer is 7."

    experiment, catalog = of_size(PRESETS["eight_techniques"], 3), catalog_of(reply)
    before = estimate(experiment, catalog, store)
    *_, table = running.run(experiment, catalog, store)
    assert (table.status, table.columns) == ("done", tuple(EIGHT))
    calls = Counter(dict.fromkeys(EIGHT, 0))
    for result in table.results:
        calls[result.column] += result.calls
    assert calls == {column: 3 * most for column, most in EIGHT.items()}
    assert (before.calls, before.at_least) == (sum(calls.values()), False)


def test_eight_techniques_can_be_asked_of_the_default_model(real_catalog: Catalog, store: Store) -> None:
    short = replace(PRESETS["eight_techniques"], sampling={"max_tokens": 16})
    *_, table = running.run(of_size(short, 1), real_catalog, store)
    done = [result for result in table.results if result.outcome == "done"]
    assert (table.status, len(done)) == ("done", len(EIGHT))
    assert {result.column for result in done} == {*EIGHT}


def test_what_is_held_to_a_schema_fits_it_on_the_default_model(real_catalog: Catalog, store: Store) -> None:
    *_, table = running.run(of_size(PRESETS["answers_in_a_form"], 3), real_catalog, store)
    scores = {column: [result.score for result in table.results if result.column == column] for column in table.columns}
    assert all(len(found) == 3 for found in scores.values())
    assert scores["Held to the schema"] == scores["Held to it, with the schema"] == [1.0] * 3
    assert sum(scores["Asked for in words"]) < 3
