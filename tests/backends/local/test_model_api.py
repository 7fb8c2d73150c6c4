"""Models over the API, as a program uses it: load, attach, compare, unload, and what is told when it cannot be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peft
import pytest
from clients import gradio_client
from folders import save_adapter, save_model
from gradio_client import Client
from gradio_client.exceptions import AppError
from patience import PATIENCE

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

SETUP = {"task": {"input": "the cat sat"}, "sampling": {"temperature": 0, "max_tokens": 8}}
SETTINGS = Settings(port=0, precision="float32")


@pytest.fixture(scope="module")
def folders(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiny`, a model, and `pirate`, an adapter of it."""
    made = tmp_path_factory.mktemp("api")
    save_model(made / "tiny", "llama", tokenizer)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    save_adapter(made / "pirate", made / "tiny", config)
    return made


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    app = build_app(SETTINGS, Catalog(offered_entries(SETTINGS)))
    options = {**launch_options(SETTINGS), "server_port": None, "quiet": True}
    _, url, _ = app.launch(**options, prevent_thread_lock=True)
    client = gradio_client(url)
    yield client
    client.close()
    app.close()


def names(client: Client) -> list[str]:
    return [model["name"] for model in client.predict(api_name="/models")]


def test_load_attach_compare_unload(client: Client, folders: Path) -> None:
    offered_names = names(client)
    model = client.predict(str(folders / "tiny"), "mine", api_name="/load_model")
    assert (model["name"], model["loaded"], model["details"]["parameters"]) == ("mine", True, 123_200)
    model = client.predict("mine", str(folders / "pirate"), "", api_name="/load_adapter")
    assert [(a["name"], a["kind"], a["rank"], a["shared"]) for a in model["adapters"]] == [("pirate", "LoRA", 4, True)]

    panes = [{"model": "mine"}, {"model": "mine", "adapter": "pirate"}, {"model": "mine", "adapter": "x"}]
    base, tuned, wrong = (setups.run_from_dict(run) for run in client.predict(SETUP, panes, api_name="/compare"))
    assert (base.status, tuned.status, wrong.status) == ("done", "done", "failed")
    assert base.answer != tuned.answer
    assert base.seed == tuned.seed
    origins = [run.steps[0].completions[0].origin for run in (base, tuned)]
    assert [origin.adapter for origin in origins if origin] == ["", "pirate"]
    assert "no adapter named 'x'; choose one of pirate" in wrong.error
    alone = client.predict({**SETUP, "model": "mine", "adapter": "pirate", "scale": 0}, api_name="/run")
    assert alone["answer"] == base.answer

    assert "mine" in [m["name"] for m in client.predict("mine/pirate", api_name="/unload")]
    assert [m["adapters"] for m in client.predict(api_name="/models") if m["name"] == "mine"] == [[]]
    client.predict("mine", api_name="/unload")
    assert names(client) == offered_names


def test_loading_and_comparing_stream(client: Client, folders: Path) -> None:
    job = client.submit(str(folders / "tiny"), "streamed", api_name="/load_model")
    assert job.result(PATIENCE)["name"] == "streamed"
    assert {"what", "done", "total", "unit"} <= set(job.outputs()[0]["progress"])
    job = client.submit(SETUP, [{"model": "streamed"}] * 2, api_name="/compare")
    assert [run["status"] for run in job.result(PATIENCE)] == ["done", "done"]
    assert len(job.outputs()) > 1
    client.predict("streamed", api_name="/unload")


@pytest.mark.parametrize(
    ("endpoint", "given", "message"),
    [
        ("/load_model", ("/no/such/folder", ""), "There is no folder or file '/no/such/folder'"),
        ("/load_model", ("../x", ""), "leads upwards"),
        ("/load_adapter", ("x", "org/name", ""), "no model named 'x'"),
        ("/unload", ("x",), "no model named 'x'"),
        ("/unload", ("scripted/x",), "no adapter named 'x'"),
        ("/compare", ({}, [{}]), "`task.input` is empty"),
        ("/compare", (SETUP, [{}] * 13), "12 is the most"),
        ("/compare", (SETUP, []), "`panes` must be a list"),
        ("/compare", ({"model": 1}, [{}]), "`model` is 1"),
    ],
)
def test_what_is_refused(client: Client, endpoint: str, given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(AppError) as raised:
        client.predict(*given, api_name=endpoint)
    assert message in str(raised.value)


def test_an_adapter_for_a_model_that_takes_none(client: Client, folders: Path) -> None:
    with pytest.raises(AppError, match="this model takes none"):
        client.predict("scripted", str(folders / "pirate"), "", api_name="/load_adapter")
    (scripted,) = [m for m in client.predict(api_name="/models") if m["name"] == "scripted"]
    assert scripted["adapters"] == []


def test_what_is_suggested(client: Client) -> None:
    suggested = client.predict(api_name="/suggested")
    assert {s["source"] for s in suggested} >= {"HuggingFaceTB/SmolLM2-360M-Instruct", "Qwen/Qwen2.5-0.5B-Instruct"}
    for one in suggested:
        assert 100e6 < one["parameters"] < 3.3e9
        assert one["megabytes"] * 1e6 == pytest.approx(2 * one["parameters"], rel=0.3)
        assert one["memory_bytes"] >= 2 * one["parameters"]
        assert isinstance(one["fits"], bool)
        assert one["licence"]
    assert [s["parameters"] for s in suggested] == sorted(s["parameters"] for s in suggested)
