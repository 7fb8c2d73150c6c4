"""What an experiment would take: of what is missing, and without loading anything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Capabilities
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.endpoints.providers import Price
from playground.backends.scripted import ScriptedBackend
from playground.errors import UnknownModel
from playground.evaluation import experiments, running
from playground.evaluation.plan import Experiment
from playground.evaluation.running.estimate import CHARACTERS_PER_TOKEN, MOST_COUNTED, Estimate, cell_size, estimate
from playground.evaluation.shipped_words import is_shipped
from playground.evaluation.store import Store

VOTE = {"strategy": "self_consistency", "options": {"paths": 5}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def plan(size: int = 10, **parts: Any) -> Experiment:
    data = {"techniques": [{}, {"strategy": "chain_of_thought"}, VOTE], "sampling": {"max_tokens": 50}}
    return experiments.parse({**data, "data": {"size": size}, **parts})


def loaded(catalog: Catalog) -> Catalog:
    for _ in catalog.open("default"):
        pass
    return catalog


def test_calls_and_tokens_come_from_the_prompts(store: Store, catalog_of: Any) -> None:
    found = estimate(plan(), loaded(catalog_of()), store)
    assert (found.cells, found.stored_count) == (30, 0)
    assert found.calls == 10 * (1 + 2 + 10)
    assert found.completion_tokens == 10 * (50 + (50 + 32) + 5 * (50 + 32))
    assert 1000 < found.prompt_tokens < 12_000
    assert (found.seconds, found.cost) == (None, None)
    assert any("full length" in note for note in found.notes)


def test_so_much_is_counted_and_of_more_the_length_is_taken(catalog_of: Any) -> None:
    """What a chain asks may be a hundred times what was typed, and to count it would take a minute."""
    counted: list[int] = []

    class Counting(ScriptedBackend):
        def count_tokens(self, messages: Any, prefill: str = "") -> int:
            counted.append(sum(len(message.content) for message in messages))
            return counted[-1] // CHARACTERS_PER_TOKEN

    steps = [{"name": f"s{number}", "template": "{input}", "strategy": "tree_of_thoughts"} for number in range(20)]
    whole = {"strategy": "chaining", "task": {"input": "word " * 20_000, "steps": steps}, "sampling": {"max_tokens": 1}}
    size = cell_size(setups.parse(whole), Counting())
    assert 300_000 < sum(counted) <= MOST_COUNTED
    assert size.prompt > 20 * 100_000 / CHARACTERS_PER_TOKEN


def test_nothing_is_loaded_for_it(store: Store) -> None:
    def never(_: Any) -> Any:
        raise AssertionError

    entry = ModelEntry(
        name="default", title="D", kind="local", load=never, capabilities=Capabilities(sampling=frozenset())
    )
    found = estimate(plan(techniques=[{}]), Catalog([entry]), store)
    assert (found.calls, found.completion_tokens) == (10, 500)
    assert 100 < found.prompt_tokens < 1000


def test_what_is_known_is_taken_off_and_its_lengths_and_times_are_used(store: Store, catalog_of: Any) -> None:
    catalog = catalog_of(lambda *_: "The answer is 7.", delay=0.001)
    *_, table = running.run(plan(4), catalog, store)
    found = estimate(plan(10), catalog, store)
    assert (found.cells, found.stored_count, found.calls) == (30, 12, 6 * 13)
    used = sum(result.completion_tokens for result in table.results)
    assert found.completion_tokens == pytest.approx(used / 4 * 6, rel=0.05)
    assert found.seconds
    assert found.notes == ()
    assert estimate(plan(4), catalog, store) == Estimate(
        cells=12, stored_count=12, calls=0, prompt_tokens=0, completion_tokens=0, seconds=0.0, cost=None
    )


def test_a_few_cells_take_as_long_as_one_of_them(store: Store, catalog_of: Any) -> None:
    catalog = catalog_of(lambda *_: "The answer is 7.", delay=0.001)
    *_, table = running.run(plan(4, techniques=[{}]), catalog, store)
    each = sum(one.seconds for one in table.results) / 4
    parallel = catalog.info("default").capabilities.parallel
    for more, waves in ((1, 1), (2, 1), (10 * parallel, 10)):
        found = estimate(plan(4 + more, techniques=[{}]), catalog, store)
        assert found.seconds == pytest.approx(each * waves, rel=0.01)


class Paid(ScriptedBackend):
    price = Price(input=1, output=2, date=date(2026, 11, 1))


@pytest.mark.parametrize(("backend", "priced"), [(Paid(), True), (ScriptedBackend(), False)])
def test_a_price_is_said_where_it_is_known(store: Store, backend: ScriptedBackend, priced: bool) -> None:
    capabilities = backend.capabilities
    entry = ModelEntry(name="default", title="D", kind="endpoint", load=lambda _: backend, capabilities=capabilities)
    found = estimate(plan(), loaded(Catalog([entry])), store)
    expected = (found.prompt_tokens + 2 * found.completion_tokens) / 1e6
    assert found.cost == (pytest.approx(expected, rel=0.01) if priced else None)
    assert ("No price is known for default." in found.notes) != priced


def test_what_a_model_takes_no_notice_of_is_said(store: Store) -> None:
    def notes(**limits: Any) -> tuple[str, ...]:
        capabilities = replace(ScriptedBackend().capabilities, **limits)
        backend = ScriptedBackend(capabilities=capabilities)
        entry = ModelEntry(
            name="default", title="D", kind="scripted", load=lambda _: backend, capabilities=capabilities
        )
        return estimate(plan(), loaded(Catalog([entry])), store).notes

    task = "default is made for one task: it takes the input alone, whatever the technique."
    assert task in notes(task="classification")
    assert any("default takes no seed" in note for note in notes(sampling=frozenset({"temperature"})))
    assert not any("takes" in note and "seed" in note for note in notes())


def test_too_few_items_and_a_model_that_is_not_there_are_said(store: Store, catalog_of: Any) -> None:
    short = estimate(plan(10_000, techniques=[{}], data={"name": "summaries", "size": 5000}), catalog_of(), store)
    assert any("fewer than asked for" in note for note in short.notes)
    with pytest.raises(UnknownModel):
        estimate(plan(models=[{"model": "gone"}]), catalog_of(), store)


def test_a_judge_is_counted(store: Store, catalog_of: Any) -> None:
    scorer = {"name": "judge", "options": {"mode": "pairwise", "against": "Zero-shot"}}
    found = estimate(plan(scorer=scorer), catalog_of(), store)
    assert found.calls == 10 * (1 + 2 + 10) + 2 * 20
    assert any("judge" in note for note in found.notes)


def test_on_one_machine_a_few_rows_are_quicker_than_in_a_crowd(store: Store) -> None:
    backend = ScriptedBackend(reply=lambda *_: "The answer is 7.", delay=0.05)

    def seconds(kind: str) -> float:
        entry = ModelEntry(
            name="default", title="D", kind=kind, load=lambda _: backend, capabilities=backend.capabilities
        )
        catalog = Catalog([entry])
        *_, _ = running.run(plan(4, techniques=[{}]), catalog, store)
        return estimate(plan(5, techniques=[{}]), catalog, store).seconds or 0.0

    assert 0 < seconds("local") < 0.5 * seconds("endpoint")


ITEMS = [{"input": f"My secret {n}.", "references": ["x"]} for n in "abcd"]
OWN = {"data": {"name": "own", "answer": "text", "shots": 0, "items": ITEMS}}
REWORDED = {"techniques": [{"template": "My secret words: {input}"}]}
ROLE = {"techniques": [{"strategy": "role", "task": {"role": "My secret role."}}]}
BIAS = {"techniques": [{}], "sampling": {"logit_bias": {"17": 5}}}
STOP = {"techniques": [{}], "sampling": {"stop": ["my secret end"]}}


@pytest.mark.parametrize(
    ("parts", "told"),
    [({**OWN, "techniques": [{}]}, False), (REWORDED, False), (ROLE, False), (STOP, False), (BIAS, False), ({}, True)],
    ids=["own data", "a template", "a role", "a stop string", "a bias", "nothing but shipped words"],
)
def test_nobody_learns_from_an_estimate_what_another_visitor_asked(
    parts: dict[str, Any], told: bool, store: Store, catalog_of: Any
) -> None:
    experiment, catalog = plan(size=2, **parts), loaded(catalog_of())
    *_, table = running.run(experiment, catalog, store, visitor="one")
    assert table.status == "done"
    assert estimate(experiment, catalog, store, visitor="one").stored_count == len(table.results)
    assert estimate(experiment, catalog, store, visitor="other").stored_count == (len(table.results) if told else 0)


def test_each_shipped_plan_has_shipped_words_only() -> None:
    assert [name for name, plan in experiments.shipped_experiments().items() if not is_shipped(plan)] == []
