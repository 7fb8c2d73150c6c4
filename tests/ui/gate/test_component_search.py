"""Gradio's own script finds components by a table, and finds the same."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from playground.ui.gate.scripts.component_search import EVENTS, LOADED, SEARCH, TABLE, with_table
from playground.ui.gate.scripts.mended_scripts import ASSETS

CORES = [path.read_text("utf-8") for path in ASSETS.glob("core-*.js")]
# A tree with every depth up to four, ids in no order, and one that is not in it; events with targets of the kinds there
# are: none, one, several, two for one component, and one without a name.
NODES = """
let id = 100;
const grow = (depth) => ({id: id -= 1, children: Array.from({length: depth}, () => grow(depth - 1))});
const root = grow(4);
const events = [
  {targets: []}, {targets: [[99, "change"]]}, {targets: [[98, "input"], [99, "input"], [98, "blur"]]},
  {targets: [[null, "load"], [97, null]]}, {targets: [[99, "change"]]},
];
const ids = Array.from({length: 110}, (_, at) => at);
"""


def asked_of_node(script: str) -> Any:
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_all_searches_stand_in_this_gradio() -> None:
    """Where this fails, Gradio has changed: see whether it still searches, and mend what is replaced."""
    assert [len(SEARCH.findall(core)) for core in CORES] == [1]
    assert [len(EVENTS.findall(core)) for core in CORES] == [1]
    assert [len(LOADED.findall(core)) for core in CORES] == [1]


def test_what_a_word_to_a_hidden_component_changes_is_looked_for_in_it_alone() -> None:
    searched = (
        "let n=find(this.root,e);n&&`visible`in t&&(n.props.shared_props.visible=t.visible),load(this.root,this.#r)"
    )
    mended, _ = with_table(searched)
    assert mended.removesuffix(f"\n{TABLE}") == searched.replace("load(this.root", "n&&load(n")


def test_the_table_finds_what_the_search_finds() -> None:
    (core,) = CORES
    search = SEARCH.search(core)
    events = re.search(rf"find_attached_events\({EVENTS.pattern.split(')', 1)[1]}", core)
    assert search
    assert events
    name = search.group(1)
    body = events.group(0).removesuffix(";")
    script = f"""{NODES}{search.group(0)}{TABLE}
    function searched({body.removeprefix("find_attached_events(")}; return {events.group(3)}; }}
    const found = ids.map((id) => [{name}(root, id), findComponent(root, id)]);
    const named = ids.map((id) => [searched({{id}}, events), findEvents({{id}}, events)]);
    console.log(JSON.stringify({{
      same: found.every(([one, other]) => one === other), there: found.filter(([one]) => one).length,
      names: named, known: named.filter(([one]) => one.length).length,
    }}));"""
    found = asked_of_node(script)
    assert found["same"]
    assert found["there"] == 65
    assert found["known"] == 2
    assert all(one == other for one, other in found["names"])


def test_no_part_of_the_page_is_made_anew() -> None:
    """The table knows the tree as it was when the page opened."""
    parts = Path(__file__).parents[3] / "playground" / "ui"
    assert [path.name for path in parts.rglob("*.py") if "@gr.render" in path.read_text("utf-8")] == []
