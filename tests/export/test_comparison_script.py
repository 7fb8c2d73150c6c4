"""One script asks what all panes of a comparison ask, and says under each pane's title what the app answers."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from test_python_script import OPTIONS, SERVERS, TASK, asked, backend_of, run_app
from test_python_script import run_script as run_against
from test_transformers_script import GREEDY, KIND, run_script
from test_transformers_script import run_app as run_locally

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.errors import InvalidSetup
from playground.export.kinds import kind_of, write_comparison_code
from playground.types import Setup

PANES: list[dict[str, Any]] = [
    {"strategy": "zero_shot"},
    {"strategy": "zero_shot", "sampling": {"temperature": 0.2, "seed": 4}},
    {"strategy": "self_consistency", "options": OPTIONS["self_consistency"]},
    {"strategy": "chain_of_thought", "task": {**TASK, "answer": "text"}},
    {"strategy": "chaining"},
    {"strategy": "react"},
    {"strategy": "zero_shot"},
]


def panes_of(*data: dict[str, Any], **sampling: Any) -> list[Setup]:
    common = {"task": {**TASK, "answer": "number"}, "sampling": sampling}
    return [setups.parse({**common, **one}) for one in data]


def answers_in(written: str) -> list[str]:
    """What stands under each title."""
    return [text.removesuffix("\n") for text in re.split(r"^=== .+\n", written, flags=re.MULTILINE)[1:]]


def test_all_panes_are_asked_of_a_server(recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of(recorder.url, *SERVERS["plain"])
    entry = ModelEntry(
        name="default", title="", kind="endpoint", load=lambda _: backend, capabilities=backend.capabilities
    )
    panes = panes_of(*PANES, seed=2)
    code = write_comparison_code(panes, kind_of("python"), Catalog([entry]))
    assert code.count("def without_reasoning(") == 1
    for salt in range(4):
        recorder.salt, recorder.told = salt, []
        runs = [run_app(pane, backend) for pane in panes]
        by_app, recorder.told = asked(recorder.told), []
        written, _ = run_against(code, tmp_path, recorder.url, monkeypatch)
        assert asked(recorder.told) == by_app
        assert answers_in(written) == [run.answer for run in runs]


def test_what_panes_have_in_common_is_there_once(catalog_of: Any) -> None:
    code = write_comparison_code(panes_of(PANES[0], PANES[1], PANES[0]), kind_of("python"), catalog_of())
    assert len(re.findall(r"^SAMPLING\w* = ", code, re.MULTILINE)) == 2
    assert len(re.findall(r"^def zero_shot\w*\(", code, re.MULTILINE)) == 2
    assert code.count("zero_shot(TASK).text") == 2
    assert code.count("=== ") == 3


def test_all_panes_are_asked_of_weights(tiny_catalog: Catalog, tmp_path: Path) -> None:
    tuned = [{"adapter": "tuned"}, {"adapter": "tuned", "scale": 0.5, "strategy": "chain_of_thought"}]
    panes = panes_of({}, *tuned, **GREEDY)
    written, _ = run_script(write_comparison_code(panes, KIND, tiny_catalog), tmp_path)
    assert answers_in(written) == [run_locally(pane, tiny_catalog).answer for pane in panes]


HOSTILE = [  # each could end the text that it stands in, or begin something else
    "\"\"\" + __import__('os').abort() + \"\"\"", "''' \\", "\\", "\\'\\\"", "ends with a quote\"",
    "{input} {{x}} {0} %s $HOME `now`",
    "</script><script>alert(1)</script>", "line\nline\r\nline\tline\u2028line\x85line", "# -*- coding: latin-1 -*-",
    "\n\"\"\"\nraise SystemExit(1)\n", "\N{RIGHT-TO-LEFT OVERRIDE}\U0001f34f\ufeff", "\\N{BULLET} \\u0041 \\x41 \\n",
]  # fmt: skip


def test_hostile_texts_are_sent_as_they_are(recorder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of(recorder.url, *SERVERS["plain"])
    entry = ModelEntry(
        name="default", title="", kind="endpoint", load=lambda _: backend, capabilities=backend.capabilities
    )
    panes = [
        setups.parse(
            {
                "strategy": strategy,
                "options": {"situation": text} if strategy == "contextual" else {},
                "task": {"input": text, "role": text, "material": text, "examples": [{"input": text, "output": text}],
                         "steps": [{"name": "first", "template": text}]},
                "sampling": {"stop": [text[:20]], "seed": 1},
            }
        )
        for strategy, text in zip(itertools.cycle(["few_shot", "chaining", "contextual"]), HOSTILE, strict=False)
    ]  # fmt: skip
    runs = [run_app(pane, backend) for pane in panes]
    by_app, recorder.told = asked(recorder.told), []
    written, _ = run_against(
        write_comparison_code(panes, kind_of("python"), Catalog([entry])), tmp_path, recorder.url, monkeypatch
    )
    assert asked(recorder.told) == by_app
    assert answers_in(written) == [run.answer for run in runs]
    with pytest.raises(InvalidSetup, match="half of a surrogate pair"):  # which no file can hold
        setups.parse({"task": {"input": "\ud800"}})


def test_what_one_script_cannot_ask_is_refused(catalog_of: Any) -> None:
    with pytest.raises(InvalidSetup, match="`kind` cannot hold a comparison; take one of python, transformers"):
        write_comparison_code(panes_of({}), kind_of("curl"), catalog_of())
    catalog = catalog_of()
    for name in ("here/a", "there/a"):
        entry = catalog.entry("default")
        catalog.add(ModelEntry(name=name, title="", kind="endpoint", load=entry.load, capabilities=entry.capabilities))
    panes = panes_of({}, {"model": "here/a"}, {"model": "there/a"})
    with pytest.raises(InvalidSetup, match="these panes ask several: here, the playground itself, there"):
        write_comparison_code(panes, kind_of("python"), catalog)
