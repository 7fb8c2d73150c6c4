"""Rating answers blind: nothing tells whose they are until they are rated, on the page and in what the server sends."""

import csv
import io
import itertools
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from clients import http_client
from posting import Visitor

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.csv_text import MARK, csv_text
from playground.errors import InvalidSetup
from playground.evaluation.prompt_table import PromptRow
from playground.settings import Settings
from playground.types import Run
from playground.ui.app import build_app
from playground.ui.compare import answers_values
from playground.ui.compare.panes import PaneSelection
from playground.ui.compare.rating import blind, blind_values
from playground.ui.compare.rating.blind import BlindRating
from playground.ui.compare.run import ComparisonRun

SETUP = setups.parse({"task": {"input": "?"}})
TITLES = ("A \u00b7 Plain", "B \u00b7 Fancy")
NUMBERS = itertools.count()


def row(prompt: str, *answers: str) -> PromptRow:
    return PromptRow(prompt, tuple(Run(setup=SETUP, status="done", answer=answer) for answer in answers))


def offered(*rows: PromptRow) -> BlindRating:
    return blind.offer(threading.Event(), rows, TITLES)


# -------------------------------------------------------------------------------------------- what is asked
def test_a_pair_is_asked_without_a_name_and_after_the_last_one_nothing_is_revealed_unasked() -> None:
    now = offered(row("one", "plain 1", "fancy 1"), row("two", "plain 2", ""))
    seen = []
    while pair := now.current:
        asked = blind_values.pair_value(now)
        seen.append(asked["prompt"])
        assert {asked["left"], asked["right"]} == {"plain 1", "fancy 1"} or "(nothing)" in asked.values()
        assert blind_values.line(now) == f"Pair {len(seen)} of 2: which answer is better?"
        assert blind_values.tables_value(now) == []
        assert not now.revealed.is_set()
        now = blind.rate(now, "left" if pair.left == 0 else "right", "Ada")
    assert sorted(seen) == ["one", "two"]
    assert (now.is_open, now.revealed.is_set(), blind_values.tables_value(now)) == (True, False, [])
    assert blind_values.line(now).startswith("Rated: 2 pairs. Go back")
    now.revealed.set()
    assert blind_values.pair_value(now) == {"prompt": "", "left": "", "right": ""}
    assert blind_values.line(now).startswith("A \u00b7 Plain was preferred to B \u00b7 Fancy in 2 of 2 ratings")
    (table,) = blind_values.tables_value(now)
    assert table["rows"][0]["cells"] == ["2", "0", "0", "100 %", "16 % to 100 %", "0.50"]
    assert table["note"].startswith("2 ratings of 2 pairs with different answers.")
    with pytest.raises(InvalidSetup, match="nothing to rate"):
        blind.rate(now, "tie", "")


def test_the_last_rating_is_taken_back_until_the_names_are_known() -> None:
    begun = offered(*(row(str(at), "a", "b") for at in range(2)))
    assert not BlindRating(revealed=threading.Event()).is_open  # the run goes on
    with pytest.raises(InvalidSetup, match="no rating to take back"):
        blind.take_back(begun)
    rated = blind.rate(begun, "left", "")
    again = blind.take_back(rated)
    assert again == begun
    assert blind_values.line(again) == "Pair 1 of 2: which answer is better?"
    done = blind.rate(rated, "tie", "")
    assert blind.take_back(done) == rated  # the last of all as well
    done.revealed.set()
    for over in (done, None):
        with pytest.raises(InvalidSetup, match="no rating to take back"):
            blind.take_back(over)


def test_who_stops_early_sees_what_was_rated() -> None:
    now = blind.rate(offered(*(row(str(at), "a", "b") for at in range(3))), "tie", "")
    now.revealed.set()
    assert now.current is None
    assert "rated alike each time" in blind_values.line(now)
    assert blind_values.tables_value(now)[0]["rows"][0]["cells"] == ["0", "1", "0", "-", "-", "-"]
    none = offered(row("1", "a", "b"))
    none.revealed.set()
    assert (blind_values.line(none), blind_values.tables_value(none)) == ("Nothing was rated.", [])


def test_where_nothing_can_be_rated_nothing_is_kept_back() -> None:
    now = offered(row("one", "same", "same "))
    assert now.revealed.is_set()
    assert blind_values.line(now) == blind_values.NOTHING
    with pytest.raises(InvalidSetup, match="nothing to rate"):
        blind.rate(now, "left", "")
    with pytest.raises(InvalidSetup, match="nothing to rate"):
        blind.rate(None, "left", "")


def test_the_file_says_who_rated_what_and_holds_no_formula() -> None:
    now = blind.rate(offered(row("=1+1", "@plain", "fancy")), "left", "=Eve")
    (record,) = csv.DictReader(io.StringIO(csv_text(*blind_values.records(now)).removeprefix(MARK)))
    pair = now.pairs[0]
    assert record["Prompt"] == "'=1+1"
    assert record["Rater"] == "'=Eve"
    assert record["Choice"] == "left"
    sides = {"Answer on the left": record["Left was"], "Answer on the right": record["Right was"]}
    assert {record[side]: title for side, title in sides.items()} == {"'@plain": TITLES[0], "fancy": TITLES[1]}
    assert record["Preferred"] == record["Left was"] == TITLES[pair.left]
    assert record["Time"].endswith("+00:00")


def test_a_comparison_that_is_kept_back_shows_how_far_it_is_and_no_pane() -> None:
    picked = PaneSelection(panes=(SETUP, SETUP), baseline=0, titles=TITLES)
    every = tuple((Run(setup=SETUP, status="done", answer=answer),) for answer in ("plain", "fancy"))
    now = ComparisonRun(setup=SETUP, picked=picked, every=every, models=(None, None), revealed=threading.Event())
    for stage, words in (("answering", "Answering: 2 of 2 panes done"), ("done", answers_values.TO_RATE)):
        value = answers_values.comparison_value(replace(now, stage=stage))  # type: ignore[arg-type]
        assert (value["panes"], value["verdicts"], value["status"]) == ([], [], words)
        assert not any(word in json.dumps(value) for word in (*TITLES, "plain", "fancy"))
    with pytest.raises(InvalidSetup, match="rate them or reveal"):
        now.refuse_hidden()
    assert [r.runs for r in now.rows] == [(every[0][0], every[1][0])]
    assert now.revealed is not None
    now.revealed.set()
    assert len(answers_values.comparison_value(now)["panes"]) == 2


# --------------------------------------------------------------------------------- what the server sends
def entry(name: str, words: str) -> ModelEntry:
    backend = ScriptedBackend(reply=lambda request, _: f"{words} {request.messages[-1].content}")
    return ModelEntry(name=name, title=name, kind="scripted", load=lambda _: backend, capabilities=backend.capabilities)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, httpx.Client]]:
    settings = Settings(port=0, store=str(tmp_path_factory.mktemp("store") / "store.sqlite"))
    app = build_app(settings, Catalog([entry("default", "lemon"), entry("second", "melon")]))
    _, url, _ = app.launch(server_port=None, quiet=True, prevent_thread_lock=True, ssr_mode=False)
    with http_client(url) as client:
        client.get("/").raise_for_status()
        yield app, client
    app.close()


@pytest.fixture
def rater(page: tuple[Any, httpx.Client]) -> Visitor:
    app, client = page
    return Visitor(app, client, f"rater{next(NUMBERS)}")


def answers_in(said: str) -> set[str]:
    """The prompts to which the server sent the answers: always both."""
    lemons, melons = (set(re.findall(rf'"{word} ([^"]+)"', said)) for word in ("lemon", "melon"))
    assert lemons == melons
    assert len(re.findall("lemon", said)) == len(re.findall("melon", said))
    return lemons


NAMES = ("A \u00b7 default", "B \u00b7 second")


def test_before_the_reveal_the_server_sends_two_answers_and_no_name(rater: Visitor) -> None:
    said = rater.ask("compare-button", **{"Rate blind": True})
    for name in NAMES:
        assert name not in said
    assert answers_in(said) == {"What is the capital of France?"}
    click = {"pane": 0, "repetition": 0}
    for act in ("show_steps", "open_one", "ask_again"):
        said = rater.ask(act, event=click)
        assert "rate them or reveal them first" in said
        assert "lemon" not in said
    assert "rate them or reveal them first" in rater.ask("compare-button", **{"Rate blind": True})
    said = rater.ask("Left is better", **{"Your name": "Ada"})
    assert "Show who is who" in said
    assert not any(name in said for name in NAMES)
    assert answers_in(rater.ask("Back to the last pair")) == {"What is the capital of France?"}
    assert "Show who is who" in rater.ask("Right is better", **{"Your name": "Ada"})
    assert "nothing to rate" in rater.ask("Tie")
    said = rater.ask("Stop rating and reveal")
    assert all(name in said for name in NAMES)
    assert "in 1 of 1 rating" in said
    assert "no rating to take back" in rater.ask("Back to the last pair")
    assert "lemon" in rater.ask("compare-button")  # not ticked: as they come


def test_a_list_keeps_its_answers_back_until_who_rates_has_enough(rater: Visitor) -> None:
    said = rater.ask("list-button", **{"Rate blind": True, "Prompts": "one\ntwo\nthree"})
    (first,) = answers_in(said)
    assert not any(name in said for name in NAMES)
    assert "Pair 1 of 3" in said
    assert "rate them or reveal them first" in rater.ask("as_csv")
    assert "rate them or reveal them first" in rater.ask("as_json")
    assert "no rating to download" in rater.ask("save_ratings")
    said = rater.ask("Tie", **{"Your name": "=Ada"})
    assert "Pair 2 of 3" in said
    (second,) = answers_in(said)
    assert first != second
    assert answers_in(rater.ask("Stop rating and reveal")) == {"one", "two", "three"}
    assert "nothing to reveal" in rater.ask("Stop rating and reveal")
    assert "lemon one" in rater.ask("as_csv")
    assert "'=Ada" in rater.ask("save_ratings")


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}])
def test_odd_values_are_refused(rater: Visitor, odd: Any) -> None:
    assert "must be true or false" in rater.ask("compare-button", **{"Rate blind": odd})
    rater.ask("compare-button", **{"Rate blind": True})
    said = rater.ask("Tie", **{"Your name": odd})
    assert ("must be text" in said) == (odd not in (None, "x"))
    assert ("Rated: 1 pair" in said) == (odd in (None, "x"))
    assert ("rated alike" in rater.ask("Stop rating and reveal")) == (odd in (None, "x"))
    rater.ask("compare-button", **{"Rate blind": True})
    assert "at most 300 characters" in rater.ask("Tie", **{"Your name": "x" * 301})
