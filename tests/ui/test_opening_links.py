"""What a tab holds goes through a link and comes back, in another session and in every version that there was."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.evaluation import experiments
from playground.sharing import links
from playground.ui.gate.values import is_update
from playground.ui.handlers.one_at_a_time import NothingYet

STORED = json.loads((Path(__file__).parent / "stored_links.json").read_text("utf-8"))
KINDS = ("setup", "chat", "comparison", "experiment")


def handler(page: Any, kind: str) -> Any:
    """What opens a link of this kind."""
    named = [fn for fn in page.fns.values() if fn.name == "open_link"]
    (found,) = [fn for fn in named if any(event == f"open_{kind}" for _, event in fn.targets)]
    return found


def opened(page: Any, kind: str, link: Any) -> dict[Any, Any]:
    """The values that opening a link gives to what a tab holds, by component."""
    updates = handler(page, kind).fn(None, NothingYet(), SimpleNamespace(_data={"link": link}), None)
    plain = {box: {"value": update} for box, update in updates.items() if not is_update(update)}
    return {box: update["value"] for box, update in {**updates, **plain}.items() if "value" in update}


def copied(page: Any, kind: str, values: dict[Any, Any]) -> dict[str, str]:
    """What copying a link gives, of a tab that holds these values and else what it opens with."""
    for fn in page.fns.values():
        if fn.name == "copy_link":
            held = {box: values.get(box, getattr(box, "value", None)) for box in fn.inputs}
            (answer,) = fn.fn(held, None).values()
            if answer["link"].startswith(f"{kind}="):
                return answer  # type: ignore[no-any-return]
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_tab_opens_with_comes_back(page: Any, kind: str) -> None:
    link = copied(page, kind, {})["link"]
    values = opened(page, kind, link)
    assert copied(page, kind, values)["link"] == link


@pytest.mark.parametrize(
    "stored", STORED, ids=lambda one: f"{one['kind']}-{one['link'][len(one['kind']) + 1]}-{one['about']}"
)
def test_links_of_every_version_open_as_what_they_were(page: Any, stored: dict[str, Any]) -> None:
    """Once a link is in this table it stays there: what it opens is written out, defaults and all."""
    values = opened(page, stored["kind"], stored["link"])
    again = links.read(stored["kind"], copied(page, stored["kind"], values)["link"])
    assert holds(whole(stored["kind"], again), stored["opens"])


def whole(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """With every default written out."""
    if kind == "setup":
        own = {key: values.pop(key) for key in ("variables",) if key in values}
        return {**setups.to_dict(setups.parse(values)), **own}
    if kind in ("comparison", "chat"):
        return {**values, "setup": setups.to_dict(setups.parse(values.get("setup", {})))}
    return experiments.to_dict(experiments.parse(values))


def holds(values: Any, stored: Any) -> bool:
    """Whether these are the stored values, beside which may stand what a setup did not have then."""
    if isinstance(values, dict) and isinstance(stored, dict):
        return all(key in values and holds(values[key], part) for key, part in stored.items())
    if isinstance(values, list) and isinstance(stored, list):
        return len(values) == len(stored) and all(map(holds, values, stored))
    return bool(values == stored)


def test_the_table_has_links_of_every_version() -> None:
    versions = {int(one["link"].partition("=")[2][0]) for one in STORED}
    assert versions == set(range(1, links.VERSION + 1))


BAD = {
    "of another kind": {"evil": 1},
    "with a wrong value": {"sampling": {"temperature": "<img src=x onerror=alert(1)>"}, "setup": {"strategy": "=1+1"}},
    "with markup for a name": {"strategy": "<script>alert(1)</script>", "rows": {"panes": "<b>"}, "techniques": "<b>"},
    "too deep": {"options": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}, "rows": [], "data": {"name": []}},
    "with an order to Gradio": {"__type__": "update", "value": 1},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_link_has_one_message_without_markup_and_changes_nothing(page: Any, kind: str, name: str) -> None:
    with pytest.raises(gr.Error) as said:
        opened(page, kind, links.write(kind, BAD[name]))
    assert not {"<", ">"} & set(said.value.message)
    assert "bug" not in said.value.message


@pytest.mark.parametrize("link", [None, 5, "", "setup=", "<b>", {"__type__": "update"}])
def test_what_is_no_link_is_refused(page: Any, link: Any) -> None:
    for kind in KINDS:
        with pytest.raises(gr.Error, match="link"):
            opened(page, kind, link)


def test_models_that_are_missing_are_named(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda words, **_: said.append(words))
    gone = {"model": "mine <b>", "adapter": "tuned"}
    values = opened(page, "setup", links.write("setup", {**gone, "task": {"input": "Where?"}}))
    assert {"Where?", "default"} <= {value for value in values.values() if isinstance(value, str)}
    opened(page, "comparison", links.write("comparison", {"rows": {"panes": [gone, {}], "baseline": 0}}))
    opened(page, "experiment", links.write("experiment", {"techniques": [{}], "models": [gone]}))
    assert ["mine &lt;b&gt;" in words for words in said] == [True, True, True]
    assert "default one is chosen" in said[0] or "default model is chosen" in said[0]


def test_rows_of_ones_own_stay_out_of_a_link_and_that_is_said(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda words, **_: said.append(words))
    for data in (
        {"name": "own", "shots": 3, "answer": "label", "labels": ["a", "b"]},
        {"name": "own", "answer": "text"},
    ):
        opened(page, "experiment", links.write("experiment", {"techniques": [{}], "data": data}))
    assert ["rows of the sender" in words for words in said] == [True, True]


def test_what_is_too_long_for_an_address_is_a_file(page: Any) -> None:
    box = next(b for b in handler(page, "setup").outputs if getattr(b, "label", "") == "Input")
    words = " ".join(str(n * n) for n in range(9000))
    file = copied(page, "setup", {box: words})
    assert (file["name"], len(file["link"]) > links.LONGEST) == ("setup-link.txt", True)
    assert opened(page, "setup", file["link"])[box] == words
    assert "name" not in copied(page, "setup", {box: "short"})
