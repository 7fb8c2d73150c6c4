"""A single call for curl and for JavaScript is the one that the app makes, and runs where these programs are."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from playground import setups
from playground.errors import InvalidSetup
from playground.export.servers import Server
from playground.export.single_call import single_body, write_curl, write_javascript
from playground.types import Setup

SERVER = Server(model="tiny", samples=True)
# What the package of this name does, as far as the script needs it.
OPENAI_FOR_NODE = """
export default class OpenAI {
  chat = { completions: { create: async (body) => {
    const address = `${process.env.OPENAI_BASE_URL}/chat/completions`;
    const headers = { "content-type": "application/json", authorization: `Bearer ${process.env.OPENAI_API_KEY}` };
    return (await fetch(address, { method: "POST", headers, body: JSON.stringify(body) })).json();
  } } };
}
"""


def setup_of(text: str = 'Say it\'s "so" {here}\n$HOME `now` \\ JSON\u2028', **more: Any) -> Setup:
    return setups.parse({"task": {"input": text, "role": "A."}, "sampling": {"stop": ["x"], "seed": 1}, **more})


def body_in(script: str) -> Any:
    """The one JSON object in it."""
    return json.loads(script[re.search(r"^\{|(?<=create\()\{", script, re.MULTILINE).start() : script.rindex("}") + 1])  # type: ignore[union-attr]


def run(command: list[str], folder: Path, recorder: Any) -> str:
    environment = {**os.environ, "OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": recorder.url, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return done.stdout


@pytest.mark.parametrize("write", [write_curl, write_javascript])
def test_a_script_holds_the_body_whatever_the_text(write: Any) -> None:
    script = write(setup_of(), SERVER)
    assert script.encode()
    assert body_in(script) == single_body(setup_of(), SERVER)
    assert "sk-" not in script


def test_the_body_is_what_a_run_sends() -> None:
    body = single_body(setup_of(strategy="few_shot", options={"layout": "block"}), SERVER)
    assert body["messages"][0] == {"role": "system", "content": "A."}
    assert {key: body[key] for key in ("model", "stop", "seed", "max_tokens", "temperature")} == {
        "model": "tiny", "stop": ["x"], "seed": 1, "max_tokens": 256, "temperature": 0.7
    }  # fmt: skip


@pytest.mark.parametrize("strategy", ["self_consistency", "react", "chain_of_thought"])
def test_what_asks_more_than_once_is_refused(strategy: str) -> None:
    with pytest.raises(InvalidSetup, match="take the Python script"):
        write_curl(setup_of(strategy=strategy), SERVER)


def test_the_programs_send_it(recorder: Any, tmp_path: Path) -> None:
    """Where there is no such program, nothing but the text can be looked at, which the tests above do."""
    setup = setup_of('Say it\'s "so" {here}\n$HOME `now` \\ JSON\u2028')
    (tmp_path / "call.sh").write_text(write_curl(setup, SERVER))
    (tmp_path / "call.mjs").write_text(write_javascript(setup, SERVER))
    package = tmp_path / "node_modules/openai"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "openai", "type": "module", "exports": "./index.js"}')
    (package / "index.js").write_text(OPENAI_FOR_NODE)
    for program, command in (("curl", ["bash", "call.sh"]), ("node", ["node", "call.mjs"])):
        if shutil.which(program):
            recorder.told = []
            assert run(command, tmp_path, recorder)
            assert recorder.told == [single_body(setup, SERVER)]


def test_functions_go_with_the_one_call() -> None:
    options = {"functions": '[{"name": "look_up"}]', "rounds": 1}
    body = single_body(setup_of(strategy="function_calling", options=options), SERVER)
    assert [tool["function"]["name"] for tool in body["tools"]] == ["look_up"]
    assert [message.keys() for message in body["messages"]] == [{"role", "content"}] * 2
