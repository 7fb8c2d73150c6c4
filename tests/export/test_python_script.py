"""An exported Python script sends what the app sends, to the byte, and concludes the same, for every technique."""

import io
import json
import runpy
import ssl
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground import setups
from playground.answer_forms.form import JSON_KINDS, NAMES
from playground.backends.base import Capabilities
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.dialect import SENT_SETTINGS, Dialect
from playground.backends.endpoints.endpoint import Endpoint, EndpointLimits
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.secret import Secret
from playground.errors import NotSupported
from playground.export.documents_of_script import add_passages
from playground.export.kinds import KINDS, write_code
from playground.export.python_script import python_script
from playground.export.servers import server_of
from playground.running import runner
from playground.strategies import STRATEGIES
from playground.strategies.chaining import STEP_TECHNIQUES
from playground.types import Run, Setup

KEY = "sk-this-is-a-secret"
FUNCTIONS = (
    '[{"name": "look_up", "description": "Looks \'it\' up.", "parameters": {"type": "object", "properties": '
    '{"word": {"type": "string"}}, "required": ["word"]}}]'
)
OPTIONS: dict[str, dict[str, Any]] = {
    "negative": {"avoid_words": ['a "quoted" word'], "most_words": 4, "avoid_format": "lists"},
    "instruction": {"format": "one word", "length": "short"},
    "contextual": {"situation": "It is {late}.", "audience": "A child."},
    "self_consistency": {"paths": 4},
    "generated_knowledge": {"facts": 3},
    "perspectives": {"viewpoints": ["a cook", "a guest"]},
    "function_calling": {"functions": FUNCTIONS},
    "retrieval": {"weight": 0.0, "passages": 2},
    "panel": {"stop_phrase": "Never ends", "token_budget": 90},
}
TASK: dict[str, Any] = {
    "input": 'Sam has 8 apples & buys "5"\\n more {now}.\nHow many?\u00e9 \U0001f34f',
    "role": "You are 'a' teacher.",
    "collection": "ferry_island",
    "labels": ["Mars", "Venus"],
    "examples": [{"input": "2 + 2?", "output": "4. The answer is 4."}, {"input": '"""', "output": "\\"}],
    "agents": [
        {"name": "Ann", "system": "You add."},
        {"name": "Ben", "system": "You check.", "tools": "all", "temperature": 0.0},
        {"name": "Eve", "system": "You decide.", "speaks": "at_the_end", "max_tokens": 9},
    ],
    "material": "Line one\n###\nLine '''two'''",
    "steps": [
        {"name": "first", "template": "About {input}"},
        {"name": "second step", "template": "{{kept}} {first} and {previous}"},
    ],
}
STOPS = ["STOP", "\n\n\n", "Or", "made up", "another"]  # one more than is sent
BODY = {"stream", "stream_options", "top_logprobs", "logprobs"}  # how an answer is sent, not what is asked
NO_PREFILL = Capabilities(
    functions=True, sampling=frozenset({*SENT_SETTINGS, "seed", "stop", "max_tokens"}), prefill=False
)
SERVERS = {
    "plain": (
        replace(NO_PREFILL, samples=False, sampling=frozenset({"temperature", "top_p", "seed", "stop", "max_tokens"})),
        Dialect(),
    ),
    "continues": (replace(NO_PREFILL, prefill=True), Dialect(limit_field="max_completion_tokens")),
    "own fields": (replace(NO_PREFILL, prefill=True, logprobs=False), Dialect(prefill="prefix", stops=False)),
}
PAIRS = (("text", "plain"), ("number", "continues"))
READ = (("choice", "plain"), ("label", "own fields"), ("yes_no", "continues"), ("number", "own fields"))


def backend_of(url: str, capabilities: Capabilities, dialect: Dialect) -> EndpointBackend:
    endpoint = Endpoint(name="recorder", base_url=url, key=Secret(KEY), limits=EndpointLimits())
    return EndpointBackend(
        endpoint=endpoint,
        model="tiny/model",
        capabilities=capabilities,
        dialect=dialect,
        gate=CallGate(endpoint.limits),
    )


def run_app(setup: Setup, backend: EndpointBackend) -> Run:
    entry = ModelEntry(
        name="default", title="", kind="endpoint", load=lambda _: backend, capabilities=backend.capabilities
    )
    *_, run = runner.run(setup, Catalog([entry]))
    return run


def run_script(text: str, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """What it writes to the terminal, and what to its second channel."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    # To read what is trusted takes a client longer than all that is asked here, which is not encrypted.
    monkeypatch.setattr("httpcore2.default_ssl_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.setattr("builtins.input", lambda _: "")  # nobody says what a function gives, as in the app
    (folder / "script.py").write_text(text, "utf-8")
    written, steps = io.StringIO(), io.StringIO()
    with redirect_stdout(written), redirect_stderr(steps):
        runpy.run_path(str(folder / "script.py"), run_name="__main__")
    return written.getvalue(), steps.getvalue()


def asked(bodies: list[dict[str, Any]]) -> list[str]:
    """What was asked, in an order that does not depend on which of several at once came first."""
    return sorted(json.dumps({k: v for k, v in b.items() if k not in BODY}, sort_keys=True) for b in bodies)


def compare(setup: Setup, backend: EndpointBackend, recorder: Any, folder: Path, patch: pytest.MonkeyPatch) -> None:
    made = python_script(setup, server_of(backend, setup))
    add_passages(made, setup, Catalog())
    script = made.write()
    assert KEY not in script
    for salt in range(4):
        recorder.salt = salt
        run = run_app(setup, backend)
        assert run.status == "done", run.error
        by_app, recorder.told = recorder.told, []
        written, _ = run_script(script, folder, recorder.url, patch)
        by_script, recorder.told = recorder.told, []
        assert asked(by_script) == asked(by_app)
        assert written.endswith(f"{run.answer}\n")
        for vote in run.votes:
            assert f"{vote.count} of the replies: {vote.answer}\n" in written
        for check in run.checks:
            assert f"{'kept' if check.kept else 'broken'}: {check.rule} {check.found}\n" in written


@pytest.mark.parametrize(
    ("technique", "answer", "server"),
    [
        *((technique, *pair) for technique in STRATEGIES for pair in PAIRS),
        *((technique, *pair) for technique in ("zero_shot", "chain_of_thought", "react") for pair in READ),
    ],
)
def test_a_script_sends_what_the_app_sends(
    technique: str, answer: str, server: str, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = setups.parse(
        {
            "strategy": technique,
            "options": OPTIONS.get(technique, {}),
            "task": {**TASK, "answer": answer},
            "sampling": {"temperature": 0.9, "top_p": 0.5, "seed": 7, "max_tokens": 99, "stop": STOPS},
        }
    )
    backend = backend_of(recorder.url, *SERVERS[server])
    compare(setup, backend, recorder, tmp_path, monkeypatch)


@pytest.mark.parametrize("technique", STEP_TECHNIQUES)
def test_a_chain_asks_a_step_by_its_technique(
    technique: str, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [
        {"name": "first", "template": "About {input}", "strategy": technique},
        {"name": "last", "template": "{first} and {previous}", "strategy": "self_refine"},
    ]
    setup = setups.parse({"strategy": "chaining", "task": {**TASK, "steps": steps}, "sampling": {"seed": 1}})
    compare(setup, backend_of(recorder.url, *SERVERS["plain"]), recorder, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("technique", "server"),
    [
        *((name, "plain") for name in STRATEGIES if name not in ("react", "skeleton_of_thought", "function_calling")),
        *((name, "own fields") for name in ("zero_shot", "self_consistency", "chaining")),
    ],
)
def test_a_form_of_the_answer_goes_with_the_script(
    technique: str, server: str, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capabilities, dialect = SERVERS[server]
    backend = backend_of(recorder.url, replace(capabilities, forms=frozenset(JSON_KINDS), logprobs=True), dialect)
    answer = "text" if server == "plain" else "number"
    task = {**TASK, "answer": answer, "form": "example", "form_text": '{"sum": 1}'}
    asked_with = {"strategy": technique, "options": OPTIONS.get(technique, {}), "task": task, "sampling": {"seed": 7}}
    setup = setups.parse(asked_with)
    assert '"response_format"' in python_script(setup, server_of(backend, setup)).write()
    compare(setup, backend, recorder, tmp_path, monkeypatch)


KEPT = {"labels": "sure\nmaybe", "regex": "[a-z]+", "grammar": 'start: "sure" | "maybe"'}


@pytest.mark.parametrize(
    ("technique", "form"), [*(("zero_shot", form) for form in KEPT), ("self_consistency", "labels")]
)
def test_what_the_protocol_has_no_field_for_is_sent_to_an_endpoint_that_keeps_it(
    technique: str, form: str, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capabilities, dialect = SERVERS["plain"]
    backend = backend_of(recorder.url, replace(capabilities, forms=frozenset(NAMES), logprobs=True), dialect)
    task = {"input": "Sure?", "form": form, "form_text": KEPT[form]}
    setup = setups.parse({"strategy": technique, "task": task, "sampling": {"seed": 7}})
    assert '"structured_outputs"' in python_script(setup, server_of(backend, setup)).write()
    compare(setup, backend, recorder, tmp_path, monkeypatch)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_moderator_of_an_endpoint_is_held_to_the_names_where_the_app_holds_it(
    keeps: bool, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capabilities, dialect = SERVERS["plain"]
    backend = backend_of(recorder.url, replace(capabilities, forms=frozenset({"labels"} if keeps else ())), dialect)
    data = {"strategy": "panel", "options": {"next_speaker": "moderator", "messages": 3}, "task": TASK}
    setup = setups.parse({**data, "sampling": {"seed": 7}})
    assert ('"structured_outputs"' in python_script(setup, server_of(backend, setup)).write()) is keeps
    compare(setup, backend, recorder, tmp_path, monkeypatch)


@pytest.mark.parametrize("form", ["labels", "regex", "grammar"])
def test_a_form_that_an_endpoint_was_not_seen_to_keep_is_refused_as_by_a_run(form: str, recorder: Any) -> None:
    capabilities, dialect = SERVERS["plain"]
    backend = backend_of(recorder.url, replace(capabilities, forms=frozenset(JSON_KINDS)), dialect)
    entry = ModelEntry(
        name="default", title="", kind="endpoint", load=lambda _: backend, capabilities=backend.capabilities
    )
    setup = setups.parse({"task": {"input": "Hi", "form": form, "form_text": "start: /a/"}})
    for kind in ("python", "javascript", "curl"):
        with pytest.raises(NotSupported, match="it was seen to keep JSON schema and form of an example"):
            write_code(setup, KINDS[kind], Catalog([entry]))


def models_of(recorder: Any, *names: str, **others: Any) -> Catalog:
    """One endpoint's models; `others` are of another, or take other settings."""
    catalog = Catalog()
    for name, (capabilities, dialect) in {**dict.fromkeys(names, SERVERS["plain"]), **others}.items():
        backend = replace(backend_of(recorder.url, capabilities, dialect), model=f"m-{name}")
        entry = ModelEntry(
            name=f"recorder/{name}", title="", kind="endpoint", load=lambda _, it=backend: it,
            capabilities=backend.capabilities,
        )  # fmt: skip
        catalog.add(entry)
    return catalog


PANEL: dict[str, Any] = {
    "strategy": "panel",
    "options": {**OPTIONS["panel"], "messages": 3},
    "model": "recorder/one",
    "sampling": {"seed": 7},
}
MIXED = [
    {"name": "Ann", "system": "You add.", "model": "recorder/two", "tools": "calculator"},
    {"name": "Ben", "system": "You check.", "temperature": 0.0},
    {"name": "Eve", "system": "You decide.", "model": "recorder/one", "speaks": "at_the_end", "max_tokens": 9},
]


@pytest.mark.parametrize("next_speaker", ["round_robin", "moderator"])
def test_agents_are_asked_of_the_server_by_their_own_models(
    next_speaker: str, recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = models_of(recorder, "one", "two")
    options = {**PANEL["options"], "next_speaker": next_speaker}
    setup = setups.parse({**PANEL, "options": options, "task": {"input": "2 + 2?", "agents": MIXED}})
    script = write_code(setup, KINDS["python"], catalog)
    for salt in range(4):
        recorder.salt = salt
        recorder.told = []
        *_, run = runner.run(setup, catalog)
        by_app, recorder.told = recorder.told, []
        written, _ = run_script(script, tmp_path, recorder.url, monkeypatch)
        assert asked(recorder.told) == asked(by_app)
        assert {body["model"] for body in recorder.told} == {"m-one", "m-two"}
        assert written.endswith(f"{run.answer}\n")


def test_what_one_script_cannot_ask_of_its_server_is_refused_by_row(recorder: Any, catalog_of: Any) -> None:
    catalog = models_of(recorder, "one", "two", three=SERVERS["continues"])
    for entry in (models_of(recorder, "far").entry("recorder/far"), catalog_of().entry("default")):
        catalog.add(replace(entry, name=entry.name.replace("recorder", "other")))
    asks = {
        "recorder/three": "takes? other settings than recorder/one",
        "other/far": "a script asks one server",
        "default": "a script asks one server",
    }
    for model, why in asks.items():
        task = {"input": "2 + 2?", "agents": [MIXED[1], {**MIXED[0], "model": model}]}
        with pytest.raises(NotSupported, match=rf"`task\.agents\.1\.model` is .*{why}"):
            write_code(setups.parse({**PANEL, "task": task}), KINDS["python"], catalog)


def test_an_agent_that_is_the_search_finds_passages_by_their_words(
    recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents = [{"name": "Finder", "writer": "search"}, {"name": "Guide", "system": "You answer."}]
    task = {"input": "How many steps does the lighthouse have?", "collection": "ferry_island", "agents": agents}
    setup = setups.parse({**PANEL, "options": {"messages": 2, "single_prompt": False}, "task": task})
    script = write_code(setup, KINDS["python"], models_of(recorder, "one"))
    _, steps = run_script(script, tmp_path, recorder.url, monkeypatch)
    (body,) = recorder.told
    assert body["messages"][-1]["content"].startswith("How many steps does the lighthouse have?\n\nFinder: [1] ")
    assert "has 142 steps" in body["messages"][-1]["content"]
    assert "--- Turn 1: Finder\n[1] " in steps
