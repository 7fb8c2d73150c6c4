"""A key stands for all that determines a run, and for nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.backends.base import Capabilities
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import UnknownModel
from playground.evaluation.store import identity
from playground.evaluation.store.identity import RunKeys
from playground.strategies import chain_of_thought
from playground.strategies.answers import extract_answer
from playground.types import Setup

CAPABILITIES = Capabilities(sampling=frozenset())
SCRIPTED = ScriptedBackend()


def entry(name: str, *, kind: str = "local", identity: str | None = "weights 1") -> ModelEntry:
    told = None if identity is None else lambda: identity
    return ModelEntry(
        name=name, title="A model", kind=kind, load=lambda _: SCRIPTED, capabilities=CAPABILITIES, identity=told
    )  # fmt: skip


def adapter(name: str, told: str) -> AdapterEntry:
    return AdapterEntry(model="default", name=name, title=name, load=lambda *_: None, identity=lambda: told)  # type: ignore[arg-type, return-value]


def keys(*offered: ModelEntry | AdapterEntry, visitor: str = "") -> RunKeys:
    return RunKeys(Catalog(offered or [entry("default")]), visitor)


def key(setup: Setup, of: RunKeys | None = None) -> str:
    return (of or keys()).column(setup).key(setup)


SETUP = setups.parse({"task": {"input": "How many?", "answer": "number"}, "sampling": {"seed": 5}})
STEPS = [{"name": "Facts", "template": "Facts of: {input}"}, {"name": "Draft", "template": "Write from {previous}"}]
DIFFERENT = [
    {"task": {"input": "How much?", "answer": "number"}},
    {"task": {"input": "How many?", "answer": "text"}},
    {"sampling": {"seed": 6}},
    {"sampling": {"seed": 5, "temperature": 0.71}},
    {"sampling": {"seed": 5, "stop": ["x"]}},
    {"strategy": "chain_of_thought"},
    {"strategy": "self_consistency"},
    {"strategy": "self_consistency", "options": {"vote": "probability"}},
    {"strategy": "chaining", "task": {"steps": STEPS}},
    {"strategy": "chaining", "task": {"steps": [STEPS[0], {**STEPS[1], "strategy": "self_refine"}]}},
]


FEW_SHOT = {"role": "You add.", "input": "5 + 5", "examples": [{"input": "1 + 1", "output": "2"}]}


@pytest.mark.parametrize(
    ("setup", "stored"),
    [
        (SETUP, "da3da5071d1e076121ce18fc2c460353"),
        (setups.parse({"strategy": "few_shot", "task": FEW_SHOT}), "1fa5ba39fa2f986d9c8be121ea057458"),
        (
            setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": STEPS}}),
            "4a2123fe2d6bb48865ea225d6f99991e",
        ),
    ],
)
def test_what_was_stored_before_tasks_and_steps_had_more_fields_keeps_its_key(
    setup: Setup, stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "FORMAT", 2)  # these keys are of that one
    assert key(setup) == stored


READ = {  # what each format reads; another grammar needs another format, or stored answers would be of the old one
    3: "13 3 13 18 7 0.75 5000000 1234.56 None 18 A None B Yes No Yes Paris None bad",
}
NUMBERS = (
    "8 apples, so 8 + 5 = 13", "3, 4 and 5", "8. The answer is 13.", "16 - 3 = 13\n#### 18", "So \\boxed{7} of 3",
    "3/4", "5 million", "1.234,56", "\\boxed{2, 3}", "<think>3</think>18",
)  # fmt: skip
CHOICES = ("A is it", "A is wrong", "option b, not A")
DENIED = ("Yes or no? Yes.", "That is not true.", "It is not false.")
LABELS = ("Paris, not Rome", "Nowhere", "Not Paris but bad")


def test_another_grammar_of_answers_is_another_format() -> None:
    """Stored runs hold their answers: after a change of the grammar they would be read as nobody would today."""
    words = ("Paris", "Rome", "bad")
    answers = [
        *(extract_answer(text, "number") for text in NUMBERS),
        *(extract_answer(text, "choice", words) for text in CHOICES),
        *(extract_answer(text, "yes_no") for text in DENIED),
        *(extract_answer(text, "label", words) for text in LABELS),
    ]
    assert READ[identity.FORMAT] == " ".join(map(str, answers))


def test_material_is_part_of_the_key_of_a_cell_and_not_of_its_column() -> None:
    one, other = (
        setups.parse({"task": {"input": "Sum up.", "material": text}, "sampling": {"seed": 1}}) for text in ("a", "b")
    )
    assert keys().column(one) == keys().column(other)
    assert key(one) != key(other)
    assert keys().column(one).key(other) == key(other)
    assert keys().column(one) != keys().column(replace(one, task=replace(one.task, material="")))


def test_whatever_determines_a_run_makes_another_key() -> None:
    plain = setups.changed_settings(SETUP)
    found = [key(setups.parse({**plain, **other})) for other in ({}, *DIFFERENT)]
    assert len(set(found)) == len(found)
    assert found[0] == key(SETUP)


@given(text=st.text(max_size=20), seed=st.integers(0, 2**32 - 1), other=st.text(max_size=20), same=st.booleans())
def test_one_key_for_one_input_and_seed(text: str, seed: int, other: str, same: bool) -> None:
    column = COLUMN
    first = replace(SETUP, task=replace(SETUP.task, input=text), sampling=replace(SETUP.sampling, seed=seed))
    second = replace(first, task=replace(SETUP.task, input=text if same else other))
    assert (column.key(first) == column.key(second)) == (first == second)
    shifted = replace(first, sampling=replace(SETUP.sampling, seed=(seed + 1) % 2**32))
    assert column.key(shifted) != column.key(first)


COLUMN = keys().column(SETUP)


def test_a_column_gives_the_keys_that_each_setup_has_by_itself() -> None:
    other = replace(SETUP, task=replace(SETUP.task, input="Else?"), sampling=replace(SETUP.sampling, seed=None))
    assert COLUMN.key(other) == key(other)


@pytest.mark.parametrize(
    ("offered", "setup", "same"),
    [
        ([entry("other")], replace(SETUP, model="other"), True),  # the same weights under another name
        ([entry("default", identity="weights 2")], SETUP, False),
        ([entry("default", kind="endpoint")], SETUP, False),
        ([entry("default", identity=None)], SETUP, False),
        ([entry("default"), adapter("a", "adapter 1")], replace(SETUP, adapter="a"), False),
        ([entry("default")], replace(SETUP, scale=0.5), True),  # of no adapter
    ],
)
def test_weights_count_and_names_do_not(offered: list[ModelEntry | AdapterEntry], setup: Setup, same: bool) -> None:
    assert (key(setup, keys(*offered)) == key(SETUP)) == same


def test_adapters_are_told_apart_by_weights_and_scale() -> None:
    one, two = (keys(entry("default"), adapter("a", told), adapter("b", told)) for told in ("adapter 1", "adapter 2"))
    on = replace(SETUP, adapter="a")
    assert key(on, one) == key(replace(SETUP, adapter="b"), one)
    assert len({key(on, one), key(on, two), key(replace(on, scale=0.5), one)}) == 3


def test_what_only_one_visitor_may_use_is_theirs() -> None:
    shared, own = entry("default"), entry("default", kind="endpoint")
    assert key(SETUP, keys(shared, visitor="a")) == key(SETUP, keys(shared, visitor="b"))
    assert key(SETUP, keys(own, visitor="a")) != key(SETUP, keys(own, visitor="b"))


def test_weights_that_are_not_known_yet_have_no_key() -> None:
    assert not keys(entry("default", identity="")).column(SETUP).has_weights
    assert COLUMN.has_weights


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownModel, match="no model named 'gone'"):
        keys().column(replace(SETUP, model="gone"))
    with pytest.raises(UnknownModel, match="no adapter named 'gone'"):
        keys().column(replace(SETUP, adapter="gone"))


def test_other_words_of_a_technique_make_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = replace(SETUP, strategy="chain_of_thought", options={"form": "zero_shot"})
    before = key(setup)
    monkeypatch.setattr(chain_of_thought, "REASON", "Think.")
    assert key(setup) != before


def test_another_format_makes_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    before: Any = key(SETUP)
    monkeypatch.setattr(identity, "FORMAT", identity.FORMAT + 1)
    assert key(SETUP) != before


def test_files_are_read_once_for_all_columns_of_their_model() -> None:
    read: list[int] = []

    def told() -> str:
        read.append(1)
        return "weights"

    found = keys(replace(entry("default"), identity=told))
    assert len({key(replace(SETUP, strategy=name), found) for name in ("zero_shot", "chain_of_thought")}) == 2
    assert len(read) == 1
