"""One model, one name, one limit and one title, wherever weights are named; what was written before is still read."""

import json
import zlib
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from playground import comparison, presets, setups
from playground.backends.base import Request
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup
from playground.evaluation import experiments, running
from playground.evaluation.report.context import ReportContext
from playground.evaluation.report.text import markdown
from playground.evaluation.scorers.judge import Judge
from playground.evaluation.store import Store, identity, records
from playground.evaluation.store.identity import RunKeys
from playground.parameters import parameters
from playground.running import runner
from playground.types import MAX_NAME, Setup, Weights
from playground.ui.compare import panes
from playground.ui.experiments import form_values
from playground.ui.handlers.payloads import Choice

LONGEST = f"{'e' * 40}/{'m' * 200}"  # the longest names of an endpoint and of a model there
LONG_ADAPTER = "a" * 60
USERS = [Weights, Setup, Judge, Request]


def catalog_of(*names: str) -> Catalog:
    backend = ScriptedBackend(reply=lambda *_: "5")
    known = Catalog()
    for name in names:
        known.add(
            ModelEntry(
                name=name, title=name, kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
            )
        )
    return known


@pytest.mark.parametrize("user", USERS)
def test_a_name_has_one_limit_wherever_it_stands(user: type) -> None:
    declared = {p.name: p for p in parameters(Weights)}
    assert {p.name: p for p in parameters(user) if p.name in declared} == declared
    assert declared["model"].max_length == declared["adapter"].max_length == MAX_NAME


def test_the_longest_name_of_an_endpoints_model_runs_everywhere(tmp_path: Path) -> None:
    catalog = catalog_of(LONGEST, "short")
    setup = setups.parse({"model": LONGEST, "task": {"input": "How many?"}})
    *_, run = runner.run(setup, catalog)
    assert (run.status, run.answer) == ("done", "5")

    picked = panes.read(setup, panes.value([{"model": LONGEST}, {"model": "short"}]), 6, catalog)
    *_, runs = comparison.compare(picked.panes, catalog)
    assert [run.status for run in runs] == ["done", "done"]

    (chosen,) = form_values.read_models([form_values.key(picked.panes[0])])
    models = [asdict(chosen), {"model": "short"}]
    judge = {"name": "judge", "options": {"model": LONGEST, "mode": "rubric"}}
    plan = {"techniques": [{}], "models": models, "scorer": judge, "data": {"size": 2}}
    plan["expectations"] = [{"column": f"Zero-shot · {LONGEST}", "at_least": 0}]
    *_, table = running.run(experiments.parse(plan), catalog, Store(tmp_path / "store.sqlite"))
    assert (table.status, {result.outcome for result in table.results}) == ("done", {"done"})


@pytest.mark.parametrize("name", [LONGEST, f"{LONGEST}/{LONG_ADAPTER}"])
def test_the_page_can_name_what_the_catalog_can(name: str) -> None:
    catalog_of().check_name(name.removesuffix(f"/{LONG_ADAPTER}"))
    assert setups.build(Choice, {"key": name}, ("choice",)) == Choice(key=name)


def test_no_name_is_longer_than_all_can_take() -> None:
    longest = f"{'e' * 60}/{'m' * 200}"
    catalog_of().check_name(longest)
    assert len(longest) <= MAX_NAME
    with pytest.raises(InvalidSetup, match="cannot be a name"):
        catalog_of().check_name("e" * 61 + longest)
    with pytest.raises(InvalidSetup, match=f"`model` is .*; it must be text of at most {MAX_NAME} characters"):
        setups.parse({"model": "m" * (MAX_NAME + 1)})


@pytest.mark.parametrize(
    ("weights", "title", "shown"),
    [
        (Weights(model="m"), "m", "Model M"),
        (Weights(model="m", scale=0.5), "m", "Model M"),
        (Weights(model="m", adapter="a"), "m + a", "Model M + Adapter A"),
        (Weights(model="m", adapter="a", scale=0.25), "m + a × 0.25", "Model M + Adapter A × 0.25"),
        (Weights(model="m", adapter="b", scale=0.0), "m + b × 0", "Model M + b × 0"),
    ],
)
def test_they_have_one_title(weights: Weights, title: str, shown: str) -> None:
    backend = ScriptedBackend()
    entry = ModelEntry(
        name="m", title="Model M", kind="local", load=lambda _: backend, capabilities=backend.capabilities
    )
    catalog = Catalog([entry])
    catalog.add_adapter(
        AdapterEntry(
            model="m", name="a", title="Adapter A", load=lambda *_: AdapterDetails(name="a", title="Adapter A")
        )
    )
    assert weights.model_title == title
    assert panes.title(weights, catalog) == catalog.info("m").title_of(weights) == shown
    assert panes.title(weights, Catalog()) == title


def test_a_report_tells_scales_of_one_adapter_apart(tmp_path: Path) -> None:
    models = [{"adapter": "a", "scale": scale} for scale in (0.5, 1)]
    catalog = catalog_of("default")
    catalog.add_adapter(
        AdapterEntry(model="default", name="a", title="A", load=lambda *_: AdapterDetails(name="a", title="A"))
    )
    plan = experiments.parse({"techniques": [{}], "models": models, "data": {"size": 1}})
    *_, table = running.run(plan, catalog, Store(tmp_path / "store.sqlite"))
    sent = tuple(setups.parse({**one, "task": {"input": "{input}"}}) for one in models)
    text = markdown(table, (), (), context=ReportContext(day=date.today(), scorer="Number", setups=sent))
    assert "| default + a × 0.5 |" in text.replace("\\", "")
    assert "| default + a |" in text.replace("\\", "")


# ------------------------------------------------------------------------------ what was written before
SETUP = {"model": "default", "adapter": "pirate", "scale": 0.5, "task": {"input": "How many?"}, "sampling": {"seed": 1}}
PRESET = """\
title: "A pirate"
model: default
adapter: pirate
scale: 0.5
task: {input: "How many?"}
sampling: {seed: 1}
"""
EXPERIMENT = """\
techniques: [{}]
models:
- model: default
- {model: default, adapter: pirate, scale: 0.5}
scorer: {name: judge, options: {model: default, adapter: pirate}}
"""
STORED = (
    '{"run":{"setup":{"model":"default","adapter":"pirate","scale":0.5,"strategy":"zero_shot","options":{'
    '},"task":{"input":"How many?","role":"","examples":[],"steps":[],"answer":"text","labels":[]},"sampl'
    'ing":{"temperature":0.7,"top_p":1.0,"top_k":0,"min_p":0.0,"max_tokens":256,"frequency_penalty":0.0,"'
    'presence_penalty":0.0,"repetition_penalty":1.0,"logit_bias":{},"stop":[],"seed":1,"top_logprobs":0}}'
    ',"status":"done","answer":"Six.","how":"","votes":[],"steps":[{"label":"Answer","messages":[{"role":'
    '"user","content":"How many?"}],"prefix":"","together":"","completions":[{"text":"Six.","finish_reaso'
    'n":"stop","prompt_tokens":3,"completion_tokens":1,"time_to_first_token":0.1,"seconds":0.1,"tokens":['
    '],"edited":false,"reasoning":"","origin":{"weights":"Base","adapter":"pirate","scale":0.5,"without_e'
    'ffect":false},"findings":[],"estimated":false,"cost":null}]}],"prompt_tokens":3,"completion_tokens":'
    '1,"estimated":false,"cost":null,"seconds":0.2,"seed":1,"progress":null,"error":""},"confidences":[[0'
    ".9]]}"
)


def test_a_setup_a_preset_and_a_stored_run_of_before_are_one_setup() -> None:
    setup = setups.parse(SETUP)
    assert (setup.model, setup.adapter, setup.scale) == ("default", "pirate", 0.5)
    assert presets.read_preset(PRESET, "pirate.yaml").setup == setup
    record = records.load_record(zlib.compress(STORED.encode()))
    assert record is not None
    assert record.run.setup == setup
    assert setups.run_from_dict(json.loads(STORED)["run"]) == record.run


def test_setups_and_runs_are_written_as_before() -> None:
    setup = setups.parse(SETUP)
    assert list(setups.to_dict(setup)) == ["model", "adapter", "scale", "strategy", "options", "task", "sampling"]
    assert setups.changed_settings(setup) == {**SETUP, "strategy": "zero_shot"}
    record = records.load_record(zlib.compress(STORED.encode()))
    assert record is not None
    written = json.loads(zlib.decompress(records.dump_record(record)))
    assert written["run"] == setups.run_to_dict(record.run)
    assert [step.pop("depends_on") for step in written["run"]["steps"]] == [[]]  # has come to be written since
    assert [step.pop("tool") for step in written["run"]["steps"]] == [""]  # this too
    assert [step.pop("measured") for step in written["run"]["steps"]] == [False]  # this too
    assert [c["origin"].pop("tool") for s in written["run"]["steps"] for c in s["completions"] if c["origin"]] == [""]
    messages = [message for step in written["run"]["steps"] for message in step["messages"]]
    assert [[m.pop(name) for name in ("functions", "calls", "call_id")] for m in messages] == [[[], [], ""]]  # this too
    assert written["run"]["setup"]["task"].pop("material") == ""  # this too
    assert [written["run"]["setup"]["task"].pop(name) for name in ("form", "form_text")] == ["none", ""]  # this too
    assert written["run"]["setup"]["task"].pop("collection") == ""  # this too
    assert written["run"]["setup"]["task"].pop("agents") == []  # this too
    assert written["run"]["setup"]["task"].pop("turns") == []  # this too
    assert written["run"].pop("checks") == []  # this too
    assert written["run"].pop("tree") == []  # this too
    assert written["run"].pop("error_path") == []  # this too
    assert written["run"].pop("loading") == 0.0  # this too
    assert written == json.loads(STORED)


def test_panes_and_experiments_of_before_are_read() -> None:
    tuned = Weights(model="default", adapter="pirate", scale=0.5)
    setup = setups.parse({})
    panes = comparison.parse_panes(setup, [{"model": "default"}, asdict(tuned)], 6)
    assert panes == (setup, replace(setup, **asdict(tuned)))
    plan = experiments.read_yaml(EXPERIMENT, "old.yaml")
    assert plan.models == (Weights(), tuned)
    assert plan.scorer.options == {"model": "default", "adapter": "pirate"}


def test_what_was_stored_before_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "FORMAT", 2)  # the key is of that one
    data: dict[str, Any] = {"task": {"input": "How many?"}, "sampling": {"seed": 1, "max_tokens": 8}}
    setup = setups.parse(data)
    assert RunKeys(catalog_of("default")).column(setup).key(setup) == "2eab179eba7cf037ed168578c3288be7"
