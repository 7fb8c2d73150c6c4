"""The contract for programs, used the way programs use it: through gradio_client over HTTP."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import Request, urlopen

import pytest
from clients import gradio_client
from faulty import KEY, serving
from gradio_client import Client
from gradio_client.exceptions import AppError
from patience import PATIENCE

from playground import setups
from playground.settings import Settings
from playground.strategies import STRATEGIES
from playground.ui.app import build_app, launch_options

STEP = {"name": "a", "template": "{input}"}
QUESTION = {"task": {"input": "Hi there"}}


@pytest.fixture(scope="module")
def client(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    settings = Settings(port=0, store=str(tmp_path_factory.mktemp("store") / "store.sqlite"))
    app = build_app(settings, catalog_of())
    _, url, _ = app.launch(**{**launch_options(settings), "server_port": None, "quiet": True}, prevent_thread_lock=True)
    client = gradio_client(url)
    yield client
    client.close()
    app.close()


def test_run_gives_the_whole_run(client: Client) -> None:
    run = client.predict(QUESTION, api_name="/run")
    assert run["status"] == "done"
    assert run["answer"]
    assert set(run) >= {"setup", "answer", "steps", "votes", "prompt_tokens", "completion_tokens", "seconds"}
    (step,) = run["steps"]
    assert set(step) >= {"label", "messages", "completions"}
    completion = step["completions"][0]
    wanted = "text finish_reason prompt_tokens completion_tokens time_to_first_token seconds tokens"
    assert set(completion) >= set(wanted.split())
    assert set(completion["tokens"][0]) >= {"text", "logprob"}
    assert setups.run_from_dict(run).setup == setups.parse(QUESTION)


def test_a_setup_leaves_as_code(client: Client) -> None:
    assert "def zero_shot(task):" in client.predict(QUESTION, "python", api_name="/export")
    assert "Hi there" in client.predict(QUESTION, "curl", api_name="/export")
    for arguments, words in (
        ((QUESTION, "cobol"), "`kind` is 'cobol'; it must be one of python, "),
        (({"task": {}}, "python"), "`task.input` is empty; zero-shot needs it."),
        (({**QUESTION, "strategy": "react"}, "curl"), "`strategy` asks more than once"),
    ):
        with pytest.raises(AppError, match=re.escape(words)):
            client.predict(*arguments, api_name="/export")


def test_a_comparison_leaves_as_one_script(client: Client) -> None:
    panes = [{}, {"strategy": "chain_of_thought"}]
    code = client.predict(QUESTION, panes, "python", api_name="/export_comparison")
    assert "=== A: Zero-shot, default" in code
    assert "=== B: Chain of thought, default" in code
    with pytest.raises(AppError, match="`kind` cannot hold a comparison; take one of python, transformers"):
        client.predict(QUESTION, panes, "curl", api_name="/export_comparison")


def test_a_run_says_which_rules_its_answer_keeps(client: Client) -> None:
    setup = {"strategy": "negative", "options": {"avoid_words": ["of"], "most_words": 1}, "task": {"input": "Say of."}}
    run = client.predict({**setup, "task": {**setup["task"], "material": "Of all."}}, api_name="/run")
    assert [check["rule"] for check in run["checks"]] == ['Do not use "of".', "Do not write more than 1 word."]
    assert all({"rule", "kept", "found"} == set(check) for check in run["checks"])
    assert setups.parse(run["setup"]).options["avoid_words"] == ("of",)
    assert '"""\nOf all.\n"""' in run["steps"][0]["messages"][-1]["content"]


def test_a_run_with_a_bias_comes_back_and_opens_again(client: Client) -> None:
    setup = {**QUESTION, "sampling": {"max_tokens": 5, "logit_bias": {"2": -100}}}
    run = client.predict(setup, api_name="/run")
    assert run["status"] == "done"
    assert setups.parse(run["setup"]) == setups.parse(setup)
    (compared,) = client.predict(setup, [{"model": "default"}], api_name="/compare")
    assert setups.parse(compared["setup"]).sampling.logit_bias == {2: -100}


def test_whole_setups_are_compared(client: Client) -> None:
    whole = {"strategy": "role", "task": {"input": "Bye", "role": "You are terse."}, "sampling": {"max_tokens": 3}}
    first, second = client.predict({}, [QUESTION, whole], api_name="/compare")
    assert (first["status"], second["status"]) == ("done", "done")
    assert setups.parse(first["setup"]).task.input == QUESTION["task"]["input"]
    assert [m["role"] for m in second["steps"][0]["messages"]] == ["system", "user"]
    with pytest.raises(AppError, match=r"27 panes; \d+ is the most"):
        client.predict(QUESTION, [{}] * 27, api_name="/compare")


def test_the_run_streams(client: Client) -> None:
    job = client.submit(QUESTION, api_name="/run")
    assert job.result(PATIENCE)["status"] == "done"
    assert len(job.outputs()) > 1
    assert job.outputs()[0]["status"] == "waiting"
    assert job.outputs()[-1]["steps"][0]["completions"][0]["tokens"]


def test_the_vote_and_its_paths(client: Client) -> None:
    setup = {**QUESTION, "strategy": "self_consistency", "options": {"paths": 5}}
    run = client.predict({**setup, "task": {"input": "How many?", "answer": "number"}}, api_name="/run")
    assert sum(vote["count"] for vote in run["votes"]) == 5
    assert run["answer"] == run["votes"][0]["answer"]


def test_a_step_of_a_chain_has_a_technique_of_its_own(client: Client) -> None:
    steps = [STEP, {"name": "b", "template": "{a}", "strategy": "rereading"}]
    run = client.predict({"strategy": "chaining", "task": {"input": "x", "steps": steps}}, api_name="/run")
    assert [step["label"] for step in run["steps"]] == ["a", "b: Reason", "b: Extract answer"]
    assert run["setup"]["task"]["steps"] == [{**STEP, "strategy": "zero_shot"}, steps[1]]


def test_strategies_describe_themselves(client: Client) -> None:
    described = {s["name"]: s for s in client.predict(api_name="/strategies")}
    assert list(described) == list(STRATEGIES)
    assert described["few_shot"]["task_fields"] == [
        *("role", "examples", "input", "answer", "labels", "material", "form", "form_text"),
    ]
    paths = described["self_consistency"]["options"][0]
    assert (paths["name"], paths["type"], paths["default"], paths["range"]) == ("paths", "integer", 10, [1, 40])
    assert all(s["card"]["summary"] and s["card"]["fails"] for s in described.values())


def test_models_say_what_they_honour(client: Client) -> None:
    (model,) = client.predict(api_name="/models")
    assert (model["name"], model["kind"]) == ("default", "scripted")
    assert isinstance(model["loaded"], bool)
    assert {"temperature", "seed", "stop"} <= set(model["capabilities"]["sampling"])


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        ({**QUESTION, "sampling": {"top_p": 1.5}}, "`sampling.top_p` is 1.5; it must be a number from 0 to 1."),
        ({**QUESTION, "sampling": {"temperature": "NaN"}}, "`sampling.temperature` is 'NaN'"),
        ({**QUESTION, "strategy": "self_consistency", "options": {"paths": 41}}, "`options.paths` is 41"),
        ({"task": {"input": "  "}}, "`task.input` is empty"),
        ({"task": {"input": "x" * 100_000}}, "the context window holds 8,192"),
        ({**QUESTION, "sampling": {"stop": [""]}}, "`sampling.stop.0` is empty"),
        ({**QUESTION, "sampling": {"max_tokens": 1.5}}, "`sampling.max_tokens` is 1.5; it must be a whole number"),
        (
            {"strategy": "few_shot", "task": {"input": "x", "examples": [{"input": "", "output": ""}]}},
            "`task.examples.0.input` is empty",
        ),
        ({"task": {"input": "<b>", "answer": "<i>"}}, "`task.answer` is '<i>'"),
        ({"task": {"input": "\x00"}}, "`task.input` has a control character"),
        ({"model": "gpt-9"}, "no model named 'gpt-9'"),
        ({"modle": "x"}, "`modle` is not known"),
        ("zero_shot", "A setup is a mapping"),
        (
            {"strategy": "chaining", "task": {"input": "x", "steps": [{"name": "a", "template": "{b}"}]}},
            "`task.steps.0.template` cannot be filled in. The template names {b}",
        ),
        (
            {"strategy": "chaining", "task": {"input": "x", "steps": [{**STEP, "strategy": "few_shot"}]}},
            "`task.steps.0.strategy` is 'few_shot'; it must be one of zero_shot, chain_of_thought",
        ),
    ],
)
def test_bad_input_gets_one_clear_message_and_the_app_goes_on(client: Client, setup: Any, message: str) -> None:
    if isinstance(setup, dict) and "model" in setup:
        setup = {**QUESTION, **setup}
    with pytest.raises(AppError) as caught:
        client.predict(setup, api_name="/run")
    assert message in str(caught.value)
    assert client.predict(QUESTION, api_name="/run")["status"] == "done"


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        (rb'{"task": {"input": "\ud800"}}', "`task.input` has half of a surrogate pair (U+D800)"),
        (b'{"task": {"input": "x"}, "sampling": {"top_p": NaN}}', "`sampling.top_p` is nan; it must be a number"),
    ],
)
def test_what_gradio_client_cannot_send_is_named_too(client: Client, setup: bytes, message: str) -> None:
    url, kind = f"{client.src}gradio_api/call/run", {"content-type": "application/json"}
    with urlopen(Request(url, data=b'{"data": [' + setup + b"]}", headers=kind)) as answer:
        event = json.load(answer)["event_id"]
    with urlopen(f"{url}/{event}") as answer:
        assert message in answer.read().decode()


def test_right_to_left_text_comes_back_as_it_went(client: Client) -> None:
    text = "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd"
    run = client.predict({"task": {"input": text}}, api_name="/run")
    assert run["steps"][0]["messages"][0]["content"] == text
    assert text in run["answer"]


def test_two_sessions_see_nothing_of_each_other(client: Client) -> None:
    with ThreadPoolExecutor(8) as people:
        asked = [{"task": {"input": f"I am number {i}."}} for i in range(8)]
        runs = list(people.map(lambda setup: client.predict(setup, api_name="/run"), asked))
    for i, run in enumerate(runs):
        assert run["steps"][0]["messages"][0]["content"] == f"I am number {i}."
        assert f"You asked: I am number {i}." in run["answer"]


def test_only_the_contract_is_public(client: Client) -> None:
    endpoints = client.view_api(return_format="dict")["named_endpoints"]  # type: ignore[index]
    assert set(endpoints) == {
        *("/run", "/export", "/export_comparison", "/strategies", "/models"),
        "/connect",
        *("/experiment", "/experiment_estimate"),
        *("/load_model", "/load_adapter", "/unload", "/compare", "/suggested"),
    }


def test_a_connected_model_is_one_of_the_session_that_connected_it(client: Client) -> None:
    mine = gradio_client(client.src)
    with serving() as server:
        found = mine.predict("mine", server.url, KEY, api_name="/connect")
        assert found["models"] == ["mine/tiny"]
        few_shot = {"strategy": "few_shot", "task": {"input": "x", "examples": [{"input": "a", "output": "b"}]}}
        run = mine.predict({**few_shot, "model": "mine/tiny"}, api_name="/run")
        assert (run["status"], run["answer"]) == ("done", "one two three four")
        assert run["steps"][0]["completions"][0]["origin"]["weights"] == "tiny-0.1 @ mine"
        assert [model["name"] for model in mine.predict(api_name="/models")] == ["mine/tiny", "default"]
        panes = mine.predict(QUESTION, [{"model": "default"}, {"model": "mine/tiny"}], api_name="/compare")
        assert [pane["status"] for pane in panes] == ["done", "done"]
        with pytest.raises(
            AppError, match=r"`sampling.top_k` is 5 and would not be sent: mine/tiny was not seen to honour top-k"
        ):
            mine.predict({**QUESTION, "model": "mine/tiny", "sampling": {"top_k": 5}}, api_name="/run")
        with pytest.raises(AppError, match="no model named 'mine/tiny'"):
            client.predict({**QUESTION, "model": "mine/tiny"}, api_name="/run")
        assert [model["name"] for model in client.predict(api_name="/models")] == ["default"]
    mine.close()
