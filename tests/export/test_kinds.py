"""Code is written for what Run would run, refused in the same words, and asks the playground's own `/v1` the same."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from test_python_script import OPTIONS, TASK, run_script

from playground import setups
from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.backends.scripted import echo_prompt
from playground.errors import InvalidSetup, NotSupported, PlaygroundError, UnknownModel
from playground.export.kinds import KINDS, kind_of, write_code
from playground.running import runner
from playground.settings import Settings
from playground.strategies import STRATEGIES
from playground.ui.app import build_app, launch_options

MODERATED = {"next_speaker": "moderator"}
Asked = list[tuple[Any, ...]]
FORMS = {"labels": "yes\nno \u00e9", "regex": r"a+\d", "grammar": 'start: "x" /[yz]/\n', "example": '{"sum": 1}'}
FORMED = {"labels": "no \u00e9", "regex": "aa1", "grammar": "xz", "example": '{"sum": 2}'}


@pytest.fixture(scope="module")
def asked() -> Asked:
    """What the model was asked."""
    return []


@pytest.fixture(scope="module")
def catalog(asked: Asked, catalog_of: Callable[..., Catalog]) -> Catalog:
    def reply(request: Request, draw: Random) -> str:
        form = request.form and request.form.grammar  # of an example a server is told the schema
        asked.append((request.messages, request.prefill, request.sampling.stop, request.sampling.max_tokens, form))
        if request.form:
            return next((text for text in FORMED.values() if request.form.is_kept(text)), "Ben")  # a moderator's
        lists = "numbered list" in request.messages[-1].content
        return "1. One\n2. Two" if lists else echo_prompt(request, draw)

    return catalog_of(reply)


@pytest.fixture(scope="module")
def address(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the playground itself."""
    folder = tmp_path_factory.mktemp("cache")
    settings = Settings(port=0, cache=folder, store=str(folder / "store"))
    app = build_app(settings, catalog)
    url = str(app.launch(**{**launch_options(settings), "quiet": True}, prevent_thread_lock=True)[1])
    yield f"{url.replace('localhost', '127.0.0.1').rstrip('/')}/v1"
    app.close()


@pytest.mark.parametrize(("technique", "more"), [*((name, {}) for name in STRATEGIES), ("panel", MODERATED)])
def test_a_script_asks_the_playground_itself(
    technique: str,
    more: dict[str, Any],
    catalog: Catalog,
    asked: Asked,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setup = setups.parse(
        {
            "strategy": technique,
            "options": {**OPTIONS.get(technique, {}), **more},
            "task": {**TASK, "answer": "number"},
            "sampling": {"seed": 5, "top_k": 9, "stop": ["Z"]},
        }
    )
    asked.clear()
    *_, run = runner.run(setup, catalog)
    by_app = sorted(map(repr, asked))
    asked.clear()
    written, steps = run_script(write_code(setup, kind_of("python"), catalog), tmp_path, address, monkeypatch)
    assert sorted(map(repr, asked)) == by_app
    assert written.endswith(f"{run.answer}\n")
    chain = [f"=== {step.name}" for step in setup.task.steps]
    told = chain if technique == "chaining" else [f"--- {step.label}" for step in run.steps]
    assert all(f"{line}\n" in steps for line in told)


@pytest.mark.parametrize(
    ("technique", "form"),
    [
        *(("zero_shot", form) for form in FORMED),
        *(("self_consistency", "labels"), ("chain_of_thought", "grammar"), ("chaining", "regex")),
    ],
)
def test_a_script_asks_the_playground_itself_for_a_form(
    technique: str,
    form: str,
    catalog: Catalog,
    asked: Asked,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = {**TASK, "form": form, "form_text": FORMS[form]}
    asked_with = {"strategy": technique, "options": OPTIONS.get(technique, {}), "task": task, "sampling": {"seed": 5}}
    setup = setups.parse(asked_with)
    asked.clear()
    *_, run = runner.run(setup, catalog)
    by_app = sorted(map(repr, asked))
    asked.clear()
    written, _ = run_script(write_code(setup, kind_of("python"), catalog), tmp_path, address, monkeypatch)
    assert sorted(map(repr, asked)) == by_app
    assert run.answer == FORMED[form]
    assert written.endswith(f"{run.answer}\n")


def test_one_call_says_its_form_too(catalog: Catalog) -> None:
    setup = setups.parse({"task": {"input": "Hi", "form": "labels", "form_text": FORMS["labels"]}})
    for kind in ("curl", "javascript"):
        assert '"structured_outputs": {\n    "choice": [\n      "yes",' in write_code(setup, kind_of(kind), catalog)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "data",
    [
        {"strategy": "few_shot", "task": {"input": "Hi"}},
        {"task": {}},
        {"task": {"input": "Hi"}, "model": "none"},
        {"task": {"input": "Hi"}, "adapter": "none"},
    ],
)
def test_what_cannot_run_is_refused_in_the_same_words(data: dict[str, Any], kind: str, catalog: Catalog) -> None:
    setup = setups.parse(data)
    with pytest.raises(PlaygroundError) as running:
        [*runner.run(setup, catalog)]
    with pytest.raises(type(running.value)) as writing:
        write_code(setup, kind_of(kind), catalog)
    assert str(writing.value) == str(running.value)


def test_a_setting_that_would_not_be_sent_is_refused(catalog_of: Any) -> None:
    from playground.backends.scripted import ScriptedBackend

    catalog = catalog_of(capabilities=ScriptedBackend().capabilities)
    with pytest.raises(NotSupported, match="would not be sent"):
        write_code(setups.parse({"task": {"input": "Hi"}, "sampling": {"top_k": 3}}), kind_of("curl"), catalog)


@pytest.mark.parametrize("name", ["", "Python", None, ["python"], {}])
def test_another_kind_is_refused(name: Any) -> None:
    with pytest.raises(InvalidSetup, match="must be one of python"):
        kind_of(name)


def test_no_model_of_that_name(catalog: Catalog) -> None:
    with pytest.raises(UnknownModel):
        write_code(setups.parse({"model": "a/b", "task": {"input": "Hi"}}), kind_of("python"), catalog)
