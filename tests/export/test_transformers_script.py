"""A script with transformers reads the prompts that the app reads, to the token, and writes the same greedy texts."""

import io
import json
import runpy
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from plain_bottleneck import random_bottleneck
from safetensors.torch import save_file
from test_python_script import OPTIONS, TASK
from tiny_models import END, HEAD, TURN, tiny_model, tiny_tokenizer

from playground import setups
from playground.answer_forms.form import read_form
from playground.backends import commands
from playground.backends.catalog import Catalog
from playground.backends.local.adapters.bottleneck_folder import PARTS, bottleneck_config
from playground.backends.local.engine.prompt import encode
from playground.backends.offered_entries import offered_entries
from playground.errors import NotSupported
from playground.export.kinds import kind_of, write_code
from playground.prompts import prompts_of
from playground.running import runner
from playground.settings import Settings
from playground.strategies import STRATEGIES
from playground.types import FunctionCall, Message, Run, Setup

KIND = kind_of("transformers")
GREEDY = {"temperature": 0, "max_tokens": 12, "stop": ["zq"], "seed": 3}


@pytest.fixture
def prompts(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What scripts have models go on from, one entry for each sample; the weights are read once."""
    read: list[list[int]] = []
    generate = transformers.GenerationMixin.generate

    def watched(self: Any, input_ids: torch.Tensor, **options: Any) -> Any:
        read.extend(input_ids.tolist())
        return generate(self, input_ids=input_ids, **options)

    monkeypatch.setattr(transformers.GenerationMixin, "generate", watched)
    return read


def run_app(setup: Setup, catalog: Catalog) -> Run:
    *_, run = runner.run(setup, catalog)
    assert run.status == "done", run.error
    return run


def run_script(text: str, folder: Path) -> tuple[str, str]:
    """What it writes to the terminal, and what to its second channel."""
    (folder / "script.py").write_text(text, "utf-8")
    written, steps = io.StringIO(), io.StringIO()
    with redirect_stdout(written), redirect_stderr(steps):
        runpy.run_path(str(folder / "script.py"), run_name="__main__")
    return written.getvalue(), steps.getvalue()


def prompts_in(run: Run) -> list[list[int]]:
    tokenizer = tiny_tokenizer()
    if run.setup.model == "calling":
        tokenizer.chat_template = HEAD + TURN + END
    return [encode(tokenizer, s.messages, s.prefix) for s in run.steps if not s.tool for _ in s.completions]


def compare(setup: Setup, catalog: Catalog, prompts: list[list[int]], folder: Path) -> Run:
    run = run_app(setup, catalog)
    written, steps = run_script(write_code(setup, KIND, catalog), folder)
    assert sorted(prompts) == sorted(prompts_in(run))
    for step in run.steps:
        for completion in step.completions:
            assert f"{completion.text}\n" in steps
    assert written.endswith(f"{run.answer}\n")
    for vote in run.votes:
        assert f"{vote.count} of the replies: {vote.answer}\n" in written
    return run


@pytest.mark.parametrize("technique", STRATEGIES)
def test_a_script_asks_and_answers_as_the_app_does(
    technique: str, tiny_catalog: Catalog, prompts: list[list[int]], tmp_path: Path
) -> None:
    data = {"strategy": technique, "options": OPTIONS.get(technique, {}), "task": {**TASK, "answer": "number"}}
    model = "calling" if technique == "function_calling" else "default"
    compare(setups.parse({**data, "model": model, "sampling": GREEDY}), tiny_catalog, prompts, tmp_path)


AGENTS = [
    {"name": "Ann", "system": "You add.", "adapter": "tuned", "scale": 0.5},
    {"name": "Ben", "system": "You check.", "model": "calling", "temperature": 0.0},
    {"name": "Eve", "system": "You look.", "model": "default"},
    {"name": "Max", "system": "You decide.", "speaks": "at_the_end", "max_tokens": 9},
]


def prompts_of_panel(run: Run) -> list[list[int]]:
    """By the template of whichever model spoke."""
    tokenizers = {"default": tiny_tokenizer(), "calling": tiny_tokenizer()}
    tokenizers["calling"].chat_template = HEAD + TURN + END
    models = {agent.name: agent.model or run.setup.model for agent in run.setup.task.agents}
    return [
        encode(tokenizers[models.get(s.label.partition(": ")[2], run.setup.model)], s.messages, s.prefix)
        for s in run.steps
    ]


@pytest.mark.parametrize("adapter", ["", "tuned"])
@pytest.mark.parametrize("next_speaker", ["round_robin", "moderator"])
def test_agents_speak_with_their_own_weights_and_a_moderator_chooses(
    adapter: str, next_speaker: str, tiny_catalog: Catalog, prompts: list[list[int]], tmp_path: Path
) -> None:
    task = {"input": "the cat", "agents": AGENTS, "form": "labels", "form_text": "mat\nhat"}
    options = {"next_speaker": next_speaker, "messages": 4}
    data = {"strategy": "panel", "options": options, "task": task, "adapter": adapter, "sampling": GREEDY}
    run = run_app(setups.parse(data), tiny_catalog)
    written, steps = run_script(write_code(run.setup, KIND, tiny_catalog), tmp_path)
    assert prompts == prompts_of_panel(run)
    assert steps == "".join(f"--- {step.label}\n{step.completions[0].text}\n" for step in run.steps)
    assert written == f"{run.answer}\n"
    assert run.answer in ("mat", "hat")
    if next_speaker == "moderator":
        chosen = [step.completions[0].text for step in run.steps if step.label.startswith("Who speaks")]
        assert set(chosen) <= {"Ann", "Ben", "Eve"}
        assert "named nobody" not in run.how
    else:
        by = {step.label: step.completions[0].origin for step in run.steps}
        assert [(o.adapter, o.scale) for o in by.values() if o][:3] == [("tuned", 0.5), ("", 1.0), ("", 1.0)]


def test_an_agent_whose_model_is_elsewhere_is_refused_by_row(tiny_catalog: Catalog, catalog_of: Any) -> None:
    entry = replace(catalog_of().entry("default"), name="elsewhere")
    with_other = Catalog([entry], shared=tiny_catalog)
    task = {"input": "the cat", "agents": [AGENTS[0], {**AGENTS[1], "model": "elsewhere"}]}
    with pytest.raises(NotSupported, match=r"`task\.agents\.1\.model` is no model whose weights this machine has"):
        write_code(setups.parse({"strategy": "panel", "task": task}), KIND, with_other)


ONE = {"task": {"input": "the cat"}, "sampling": GREEDY}


@pytest.mark.parametrize("scale", [0, 0.5, 1])
def test_an_adapter_at_its_scale(scale: float, tiny_catalog: Catalog, prompts: list[list[int]], tmp_path: Path) -> None:
    base = run_app(setups.parse(ONE), tiny_catalog).answer
    run = compare(setups.parse({**ONE, "adapter": "tuned", "scale": scale}), tiny_catalog, prompts, tmp_path)
    assert (run.answer != base) is (scale > 0)


def test_a_bottleneck_adapter_is_refused_by_name(tiny_catalog: Catalog, tmp_path: Path) -> None:
    """PEFT, with which a script would load it, has none."""
    made = random_bottleneck(tiny_model("llama"), "narrow", 1, ("down_proj",))
    tensors = {
        f"{path}{name}": part for path, one in made.weights.items() for name, part in zip(PARTS, one.parts, strict=True)
    }
    save_file(tensors, tmp_path / "adapter_model.safetensors")
    config = bottleneck_config("base", 6, list(made.weights))
    (tmp_path / "adapter_config.json").write_text(json.dumps(config), "utf-8")
    for _ in commands.load_adapter(tiny_catalog, Settings(), "default", str(tmp_path), "narrow"):
        pass
    with pytest.raises(NotSupported, match="`adapter` is 'narrow'; is a bottleneck adapter, which PEFT does not read"):
        write_code(setups.parse({**ONE, "adapter": "narrow"}), KIND, tiny_catalog)
    tiny_catalog.unload("default", "narrow")


def test_a_gguf_file(tiny_catalog: Catalog, tmp_path: Path) -> None:
    """Which has no chat template: the app goes on with the plain text, too."""
    setup = setups.parse({**ONE, "model": "gguf"})
    code = write_code(setup, KIND, tiny_catalog)
    assert 'gguf_file="tiny.gguf"' in code
    written, _ = run_script(code.replace('dtype="auto"', "dtype=torch.bfloat16"), tmp_path)  # as the app reads it
    assert written == f"{run_app(setup, tiny_catalog).answer}\n"


def test_paths_are_weighed_by_their_log_probabilities(
    tiny_catalog: Catalog, prompts: list[list[int]], tmp_path: Path
) -> None:
    options = {"paths": 2, "vote": "probability"}
    task = {"input": "the cat", "answer": "text"}
    setup = setups.parse(
        {"strategy": "self_consistency", "options": options, "task": task, "sampling": {**GREEDY, "stop": ["an"]}}
    )
    run = compare(setup, tiny_catalog, prompts, tmp_path)
    told = runpy.run_path(str(tmp_path / "script.py"))
    answer = told["self_consistency"](told["TASK"])
    assert [vote.weight for vote in answer.votes] == pytest.approx([vote.weight for vote in run.votes], rel=1e-4)


def test_settings_are_those_of_generate(tiny_catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the model's own generation_config says; drawn twice with one seed it is one text."""
    given: list[dict[str, Any]] = []
    generate = transformers.GenerationMixin.generate

    def watched(self: Any, **options: Any) -> Any:
        given.append(options)
        return generate(self, **options)

    monkeypatch.setattr(transformers.GenerationMixin, "generate", watched)
    sampling = {"temperature": 0.9, "top_k": 7, "min_p": 0.1, "repetition_penalty": 1.2, "logit_bias": {"9": 3}}
    setup = setups.parse({**ONE, "sampling": {**sampling, "max_tokens": 5, "seed": 1}})
    code = write_code(setup, KIND, tiny_catalog)
    assert run_script(code, tmp_path) == run_script(code, tmp_path)
    wanted = {"temperature": 0.9, "top_k": 7, "top_p": 1.0, "min_p": 0.1, "repetition_penalty": 1.2}
    wanted |= {"max_new_tokens": 5, "do_sample": True, "sequence_bias": {(9,): 3.0}}
    assert {name: given[0][name] for name in wanted} == wanted


@pytest.mark.parametrize("name", ["frequency_penalty", "presence_penalty"])
def test_a_setting_that_transformers_has_not_is_refused(name: str, tiny_catalog: Catalog) -> None:
    with pytest.raises(NotSupported, match=f"`sampling.{name}` is 0.5; transformers has none; set it back to 0"):
        write_code(setups.parse({**ONE, "sampling": {name: 0.5}}), KIND, tiny_catalog)


def test_a_model_without_weights_here_is_refused(catalog_of: Any) -> None:
    with pytest.raises(NotSupported, match="`model` is no model whose weights this machine has"):
        write_code(setups.parse(ONE), KIND, catalog_of())


def test_no_path_that_only_this_machine_has() -> None:
    """A packaged model has its hub's name, what comes with the playground its place there; strangers see no folders."""
    catalog = Catalog(offered_entries(Settings()))
    code = write_code(setups.parse({**ONE, "adapter": "pirate"}), KIND, catalog)
    assert 'SOURCE = "HuggingFaceTB/SmolLM2-135M-Instruct"' in code
    assert 'ADAPTER = "playground/finetuning/adapters/pirate"' in code
    public = replace(Settings(), public=True, model="/somewhere/private/mine")
    code = write_code(setups.parse(ONE), KIND, Catalog(offered_entries(public)))
    assert 'SOURCE = "mine"' in code


def test_its_head_says_that_the_model_may_come_from_a_folder(tiny_catalog: Catalog) -> None:
    head = write_code(setups.parse({"task": {"input": "the cat"}}), KIND, tiny_catalog).split('"""')[1]
    assert "from where SOURCE says: a folder, or a name of the hub" in " ".join(head.split())


FORMS = {
    "json_schema": '{"type": "object", "properties": {"cat": {"enum": ["the", "mat"]}}, "required": ["cat"]}',
    "example": "[true]",
    "labels": 'the cat\n\u00e9t\u00e9 "mat"',
    "regex": r"[a-c]{2}(x|\d+)",
    "grammar": 'start: "the " ("cat" | "mat")+ "."\n',
}


@pytest.mark.parametrize(
    ("technique", "form"),
    [
        *(("zero_shot", form) for form in FORMS),
        *(("self_consistency", "labels"), ("chain_of_thought", "grammar"), ("chaining", "regex")),
    ],
)
def test_an_answer_is_held_to_its_form_as_in_the_app(
    technique: str, form: str, tiny_catalog: Catalog, prompts: list[list[int]], tmp_path: Path
) -> None:
    task = {**TASK, "form": form, "form_text": FORMS[form]}
    data = {"strategy": technique, "options": OPTIONS.get(technique, {}), "task": task}
    setup = setups.parse({**data, "sampling": {**GREEDY, "max_tokens": 60, "stop": []}})
    run = compare(setup, tiny_catalog, prompts, tmp_path)
    held = read_form(setup.task.form, FORMS[form])
    last = run.steps[-1].completions
    assert all(reply.finish_reason == "length" or held.is_kept(reply.text.strip()) for reply in last)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_an_answer_that_is_complete_at_the_limit_was_not_cut(
    limit: int, tiny_catalog: Catalog, prompts: list[list[int]], tmp_path: Path
) -> None:
    task = {"input": "the cat", "form": "regex", "form_text": "[a-c]{4}"}
    setup = setups.parse({"task": task, "sampling": {**GREEDY, "max_tokens": limit, "stop": []}})
    run = compare(setup, tiny_catalog, prompts, tmp_path)
    told = runpy.run_path(str(tmp_path / "script.py"))
    replies: list[Any] = []
    ask = told["ask"]
    told["zero_shot"].__globals__["ask"] = lambda *given, **named: replies.extend(ask(*given, **named)) or replies
    told["zero_shot"](told["TASK"])
    assert [reply.finish_reason for reply in replies] == [c.finish_reason for c in run.steps[-1].completions]


def test_calls_and_what_they_gave_are_in_the_prompt_as_in_the_app(tiny_catalog: Catalog, tmp_path: Path) -> None:
    data = {"strategy": "function_calling", "options": OPTIONS["function_calling"], "task": {"input": "the cat"}}
    setup = setups.parse({**data, "model": "calling", "sampling": GREEDY})
    first, *_ = prompts_of(setup)[0].step.messages
    made = FunctionCall(name="look_up", arguments='{"word": "x"}', id="call00000")
    talk = (first, Message("assistant", "so", calls=(made,)), Message("tool", "12", call_id=made.id))
    backend = run_app(setup, tiny_catalog) and tiny_catalog.loaded_backend("calling")
    assert backend is not None
    run_script(write_code(setup, KIND, tiny_catalog), tmp_path)
    told = runpy.run_path(str(tmp_path / "script.py"))
    functions = told["read_functions"](told["OPTIONS"].functions)
    said = (
        told["Message"]("user", "the cat", functions=functions),
        told["Message"]("assistant", "so", calls=(made,)),
        told["Message"]("tool", "12", call_id=made.id),
    )
    assert told["write_prompt"](said) == backend.prompt_text(talk)
