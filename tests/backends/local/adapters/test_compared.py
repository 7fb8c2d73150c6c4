"""Base and adapters side by side: every pane is what it says it is, and what they make of each other's words."""

import math
import threading
from collections.abc import Generator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from folders import save_adapter, save_model
from patience import PATIENCE
from transformers import AutoModelForCausalLM

from playground import setups
from playground.backends import commands
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.comparison import compare
from playground.errors import ModelInUse, NotSupported
from playground.evaluation.likelihood import disagreements, perplexity, token_shifts
from playground.evaluation.prompt_table import run_table
from playground.settings import Settings
from playground.types import Run, Setup, Weights

FLOAT = Settings(precision="float32")
CAUSAL: dict[str, Any] = {"task_type": "CAUSAL_LM"}
ADAPTERS = {
    "narrow": peft.LoraConfig(r=2, target_modules=["q_proj", "v_proj"], **CAUSAL),
    "wide": peft.LoraConfig(r=8, lora_alpha=16, use_rslora=True, target_modules="all-linear", **CAUSAL),
    "alone": peft.LoraConfig(r=4, use_dora=True, target_modules=["q_proj", "v_proj"], **CAUSAL),
}
PANES = [Weights(model="tiny"), *(Weights(model="tiny", adapter=name) for name in ADAPTERS)]
PROMPTS = [f"{words} {number}" for number in range(5) for words in ("the cat", "what is", "a dog ran to", "Paris")]
SETUP = setups.parse({"task": {"input": "the cat sat"}, "sampling": {"temperature": 0, "max_tokens": 16}})


def finish(loading: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(loading)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def folder(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("compared") / "tiny", "llama", tokenizer)


@pytest.fixture(scope="module")
def tuned(folder: Path) -> dict[str, Any]:
    """PEFT's own models, by the adapter's name, saved beside the base."""
    return {
        name: save_adapter(folder.parent / name, folder, config, seed)
        for seed, (name, config) in enumerate(ADAPTERS.items())
    }


@pytest.fixture(scope="module")
def catalog(folder: Path, tuned: dict[str, Any]) -> Catalog:
    scripted = ScriptedBackend()
    entry = ModelEntry(
        name="scripted", title="S", kind="scripted", load=lambda _: scripted, capabilities=scripted.capabilities
    )
    made = Catalog([entry])
    finish(commands.load_model(made, FLOAT, str(folder)))
    for name in tuned:
        finish(commands.load_adapter(made, FLOAT, "tiny", str(folder.parent / name)))
    return made


def greedy(model: Any, tokenizer: Any, prompt: str) -> list[int]:
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=False
    )
    text = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=16, do_sample=False)
    return [i for i in text[0, ids.shape[1] :].tolist() if i != 2]


def each(panes: Sequence[Weights]) -> list[Setup]:
    """The same setup with the weights of each pane."""
    return [replace(SETUP, **asdict(pane)) for pane in panes]


def ids(run: Run) -> list[int]:
    return [token.id for token in run.steps[0].completions[0].tokens]


def test_the_base_pane_is_the_base_and_each_adapter_pane_is_the_merged_model(
    catalog: Catalog, folder: Path, tuned: dict[str, Any], tokenizer: Any
) -> None:
    fresh = AutoModelForCausalLM.from_pretrained(folder)
    *_, rows = run_table(each(PANES), PROMPTS, catalog)
    assert len(rows) == 20
    for row in rows:
        base, *adapted = row.runs
        assert ids(base) == greedy(fresh, tokenizer, row.prompt)
        for name, run in zip(ADAPTERS, adapted, strict=True):
            assert ids(run) == greedy(tuned[name], tokenizer, row.prompt)
            origin = run.steps[0].completions[0].origin
            assert origin is not None
            assert (origin.adapter, origin.scale, origin.weights) == (name, 1, "tiny")
        assert base.steps[0].completions[0].origin.adapter == ""  # type: ignore[union-attr]
    assert len({tuple(ids(run)) for run in rows[0].runs}) == 4


def test_an_adapter_at_no_strength_is_the_base(catalog: Catalog) -> None:
    panes = [*PANES[:1], *(replace(pane, scale=0) for pane in PANES[1:])]
    *_, runs = compare(each(panes), catalog)
    assert len({tuple(ids(run)) for run in runs}) == 1
    *_, runs = compare(each([replace(PANES[2], scale=scale) for scale in (0.5, 1, 2)]), catalog)
    assert len({tuple(ids(run)) for run in runs}) == 3


def test_an_adapter_that_decodes_is_not_unloaded(catalog: Catalog) -> None:
    endless = replace(SETUP, sampling=replace(SETUP.sampling, max_tokens=400, temperature=2.0, logit_bias={2: -100}))
    runs = compare([replace(endless, **asdict(PANES[1]))], catalog)
    while not next(runs)[0].steps:
        pass
    with pytest.raises(ModelInUse, match="The adapter 'narrow' of 'tiny' is in use by 1 run"):
        commands.unload(catalog, FLOAT, "tiny/narrow")
    runs.close()
    for thread in threading.enumerate():
        if thread.name.startswith("pane"):
            thread.join(PATIENCE)
    assert catalog.info("tiny").users == 0


def test_shifts_are_what_the_adapter_changes(catalog: Catalog, folder: Path, tuned: dict[str, Any]) -> None:
    *_, (base, adapted, same) = compare(each([PANES[0], PANES[2], replace(PANES[2], scale=0)]), catalog)
    found = token_shifts(base, adapted, catalog)
    assert [shift.baseline.id for shift in found] == [shift.other.id for shift in found] == ids(base)
    tokenizer: Any = catalog.loaded_backend("tiny")._base._tokenizer  # type: ignore[union-attr]
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": SETUP.task.input}], add_generation_prompt=True, return_dict=False
    )
    whole = torch.tensor([prompt + ids(base)])
    before, after = (
        model(input_ids=whole).logits[0, len(prompt) - 1 : -1].log_softmax(-1).detach()
        for model in (AutoModelForCausalLM.from_pretrained(folder), tuned["wide"])
    )
    for shift in found:
        token = shift.baseline.id
        assert shift.change == pytest.approx(
            float(after[shift.position, token] - before[shift.position, token]), abs=1e-3
        )
        assert shift.disagree == (int(after[shift.position].argmax()) != int(before[shift.position].argmax()))
    order = disagreements(found)
    assert sorted(shift.position for shift in order) == list(range(len(found)))
    firsts = [shift.disagree for shift in order]
    assert firsts == sorted(firsts, reverse=True)
    sizes = [abs(shift.change) for shift in order if shift.disagree]
    assert sizes == sorted(sizes, reverse=True)
    assert all(abs(shift.change) < 1e-6 and not shift.disagree for shift in token_shifts(base, same, catalog))


def test_shifts_between_two_models_are_refused(catalog: Catalog) -> None:
    *_, (base, other) = compare(each([PANES[0], Weights(model="scripted")]), catalog)
    with pytest.raises(NotSupported, match="between a model and its adapters"):
        token_shifts(base, other, catalog)
    with pytest.raises(NotSupported, match="'scripted' gives no probabilities"):
        token_shifts(other, other, catalog)


def test_perplexity_of_every_text_under_every_model(catalog: Catalog, folder: Path) -> None:
    *_, runs = compare(each([PANES[0], PANES[2], Weights(model="scripted")]), catalog)
    matrix = [[perplexity(reader, writer, catalog) for writer in runs] for reader in runs]
    assert matrix[2] == [None, None, None]
    for reader in (0, 1):
        assert matrix[reader][reader] == min(p for p in matrix[reader][:2] if p is not None)
    tokens = runs[0].steps[0].completions[0].tokens
    own = math.exp(-sum(token.logprob for token in tokens) / len(tokens))
    assert matrix[0][0] == pytest.approx(own, rel=1e-3)
    assert all(p is not None and p >= 1 for row in matrix[:2] for p in row)
