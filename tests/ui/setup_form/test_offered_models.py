"""What rows with weights of their own can choose from, and what comes of the choice."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.parameters import parameters
from playground.setups import build
from playground.types import MAX_NAME, Agent, Task, Weights
from playground.ui.setup_form import fields
from playground.ui.setup_form.offered_models import list_choices, offers

(AGENTS,) = (p for p in parameters(Task) if p.name == "agents")
BACKEND = ScriptedBackend()


@pytest.fixture
def catalog() -> Catalog:
    entry = ModelEntry(name="m", title="M", kind="local", load=lambda _: BACKEND, capabilities=BACKEND.capabilities)
    details = AdapterDetails(name="tuned", title="Tuned")
    return Catalog([entry, AdapterEntry(model="m", name="tuned", title="Tuned", load=lambda *_: details)])


@pytest.mark.parametrize(
    ("kind", "shared", "offered"),
    [("local", True, (True, True)), ("local", False, (True, False)), ("endpoint", True, (False, True))],
)
def test_an_adapter_that_is_on_or_off_has_no_scale_between(
    kind: Any, shared: bool, offered: tuple[bool, bool], catalog: Catalog
) -> None:
    tuned = AdapterDetails(name="tuned", title="Tuned", loaded=True, shared=shared, rank=8)
    (model,) = list_choices([replace(catalog.info("m"), kind=kind, adapters=(tuned,))])
    (adapter,) = model["adapters"]
    assert (adapter["scaled"], adapter["graded"]) == offered


def test_all_models_are_offered_with_their_adapters(catalog: Catalog) -> None:
    offered = offers(catalog.models())
    assert [(model["name"], [a["name"] for a in model["adapters"]]) for model in offered["models"]] == [
        ("m", ["tuned"])
    ]
    assert offered["many"] > 1


def test_an_agents_weights_are_named_as_all_are_and_empty_is_the_setups() -> None:
    declared, own = ({p.name: p for p in parameters(cls)} for cls in (Weights, Agent))
    assert {name: own[name] for name in ("adapter", "scale")} == {name: declared[name] for name in ("adapter", "scale")}
    assert (own["model"].default, own["model"].max_length) == ("", MAX_NAME)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ({"model": "m", "adapter": "tuned", "scale": 0.5}, {"model": "m", "adapter": "tuned", "scale": 0.5}),
        ({"scale": "0.25"}, {"scale": 0.25}),
        ({"scale": ""}, {}),
        ({"temperature": "", "max_tokens": "9"}, {"temperature": None, "max_tokens": 9}),
        ({"scale": "strong"}, {"scale": "strong"}),
        ({"scale": {"value": 1}}, {"scale": {"value": 1}}),
    ],
)
def test_the_numbers_of_a_row_are_read_and_an_empty_one_is_the_usual(
    cells: dict[str, Any], read: dict[str, Any]
) -> None:
    assert fields.read(AGENTS, [{"name": "Ann", **cells}]) == [{"name": "Ann", **read}]


def test_a_row_holds_an_agent_as_it_is() -> None:
    agent = Agent(name="Ann", system="Hi", model="m", adapter="tuned", scale=0.0, temperature=0.0)
    (row,) = fields.to_widget(AGENTS, (agent,))
    (read,) = fields.read(AGENTS, [row])
    assert build(Agent, read, ()) == agent
    assert all(isinstance(value, str) for value in row.values())
    assert asdict(agent).keys() == row.keys()
