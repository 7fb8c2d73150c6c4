"""What the Experiments tab shows, as plain values: words, bars, tables, items, and what the form gives back."""

from dataclasses import replace
from typing import Any

import pytest
from tables import table

from playground.errors import InvalidSetup
from playground.evaluation.findings import comparisons, summary
from playground.evaluation.plan import Technique
from playground.evaluation.results import Result, Table
from playground.evaluation.results import VotePath as VotingPath
from playground.evaluation.running.estimate import Estimate
from playground.settings import Settings
from playground.types import Weights
from playground.ui.experiments import items_panel, items_values, status_values
from playground.ui.experiments.figures import (
    calibration_figure,
    ladder_figure,
    model_grid_figure,
    paths_figure,
    price_figure,
)
from playground.ui.experiments.tab import kept_text

WORSE, BETTER = [False] * 10 + [True] * 2, [True] * 11 + [False]


def two(**more: Any) -> Table:
    spent = {"calls": 1, "prompt_tokens": 30, "completion_tokens": 10, "seconds": 0.5, "confidence": 0.75}
    return table({"<b>plain</b>": WORSE, "Few-shot": BETTER}, **{**spent, **more})


def test_the_bars_have_the_numbers_of_the_table() -> None:
    figure, (numbers,), why = ladder_figure.ladder(two())
    assert (why, numbers["rows"][0]["head"]) == ("", "<b>plain</b>")
    assert [round(x, 1) for x in figure.data[0].x] == [16.7, 91.7]
    assert numbers["rows"][1]["cells"][:4] == ["91.7", "64.6 to 98.5", "11", "12"]
    assert numbers["rows"][1]["cells"][6:] == ["1.0", "40", "0.50"]
    # No markup of somebody's name, and all within the picture: the bars have its whole width.
    assert figure.data[1].text[0] == "<b>17 %</b>  &lt;b>plain&lt;/b>  (2 of 12)"
    assert tuple(figure.layout.xaxis.range) == (0, 101)
    assert len(set(figure.data[0].marker.color)) == 2


def test_a_judge_that_decides_otherwise_is_told_below_the_numbers() -> None:
    _, (numbers,), _ = ladder_figure.ladder(two(disagree=True))
    assert "Few-shot: for 12 of 12 answers the judge decided otherwise" in numbers["note"]


def test_where_nothing_can_be_compared_one_sentence_says_so() -> None:
    none = table({"A": [True], "B": [], "C": []})
    said = status_values.sentences_value(none, comparisons.compare(none))
    assert (said["sentences"], said["lead"][:20]) == ([], "Nothing can be compa")


def test_a_column_without_answers_waits() -> None:
    figure, (numbers,), _ = ladder_figure.ladder(table({"A": [True], "B": []}))
    assert list(figure.data[0].y) == [0]
    assert numbers["rows"][1]["cells"][0] == "\u2026"
    assert ladder_figure.ladder(replace(two(), results=()))[0] is None


def test_sentences_come_at_the_end_those_that_show_something_first() -> None:
    done = two()
    said = status_values.sentences_value(done, comparisons.compare(done))
    assert said["sentences"][0]["kind"] == "shown"
    assert "9 more of the 12 items" in said["sentences"][0]["text"]
    running = replace(done, status="running")
    assert status_values.sentences_value(running, ())["sentences"] == []
    assert "once all answers are there" in status_values.sentences_value(running, ())["lead"]
    assert (
        "Not all answers"
        in status_values.sentences_value(replace(done, status="stopped"), comparisons.compare(done))["lead"]
    )


@pytest.mark.parametrize(
    ("status", "words", "share"),
    [
        ("running", "24 of 30 answers \u00b7 4 already known \u00b7 2.5 per second \u00b7 about 3 s left", 0.8),
        ("stopped", "24 of 30 answers \u00b7 4 already known", None),
    ],
)
def test_how_far_it_is(status: Any, words: str, share: float | None) -> None:
    now = replace(two(), status=status, total=30, stored_count=4, rate=2.5, remaining=2.7)
    value = status_values.status_value(now.experiment, now)
    assert (value["facts"], value["share"]) == (words, share)


def test_the_estimate_says_what_is_known_already() -> None:
    some = Estimate(
        cells=120, stored_count=43, calls=200, prompt_tokens=12_345, completion_tokens=4_000, seconds=100.0, cost=None,
        notes=("Note.",),
    )  # fmt: skip
    assert status_values.estimate_text(some) == (
        "120 answers, 43 of them already known \u00b7 200 calls \u00b7 about 16,000 tokens \u00b7 about 2 min. Note."
    )
    assert "asks nothing" in status_values.estimate_text(replace(some, stored_count=120))


@pytest.mark.parametrize(
    ("options", "count", "first"),
    [
        ({}, "12 of 12 items", "item 0"),
        ({"keep": "differ"}, "11 of 12 items", "item 0"),
        ({"keep": "every"}, "1 of 12 item", "item 10"),
        ({"keep": "failed"}, "0 of 12 items", None),
        ({"words": "question 1"}, "3 of 12 items", "item 1"),
        ({"order": "easy"}, "12 of 12 items", "item 10"),
    ],
)
def test_items_are_filtered_and_sorted(options: Any, count: str, first: str | None) -> None:
    value = items_values.items_value(two(), summary.by_item(two()), **options)
    assert value["count"].startswith(count.removesuffix("s"))
    assert next((row["item"] for row in value["rows"]), None) == first


def test_ten_thousand_items_come_page_by_page() -> None:
    many = table({"A": [True] * 5000, "B": [False] * 5000})
    value = items_values.items_value(many, summary.by_item(many), page=10_000)
    assert len(value["rows"]) == items_values.PAGE
    assert (value["page"], value["pages"]) == (99, 100)
    assert value["count"] == "5,000 of 5,000 items, 4,951 to 5,000 shown"


def test_a_cell_says_what_became_of_it() -> None:
    asked = table({"A": [True, False, 0.5, None], "B": [[True, False]]}, predicted="7")
    rows = items_values.items_value(asked, summary.by_item(asked))["rows"]
    assert [row["cells"][0]["state"] for row in rows] == ["right", "wrong", "partly", "failed"]
    assert rows[0]["cells"][1] == {
        "state": "partly", "mark": "\u25d0", "text": "1 of 2", "title": "right 1 of 2 times"
    }  # fmt: skip
    whole = items_values.cell_value(asked, 4, openable=True)
    assert [one["title"] for one in whole["repetitions"]] == ["Repetition 1", "Repetition 2"]
    assert whole["asked"] == "Question 0?"
    assert whole["note"] == ""
    assert items_values.cell_value(asked, 4, openable=False)["note"] == "Its prompts and steps are no longer stored."
    failed = next(at for at, result in enumerate(asked.results) if result.outcome == "failed")
    assert items_values.GONE not in items_values.cell_value(asked, failed, openable=False)["note"]


def test_the_other_views_say_why_they_are_empty() -> None:
    bare = two(confidence=None)
    assert "Self-consistency does" in paths_figure.paths(bare)[2]
    assert "no probability" in calibration_figure.calibration(bare)[2]
    assert "not known" in price_figure.price(bare, "cost")[2]


def test_paths_price_and_calibration_are_drawn_and_listed() -> None:
    paths = tuple(VotingPath(answer=f"{n}", weight=0.5) for n in (0, 0, 1))
    voted = two(paths=paths)
    figure, (listed,), _ = paths_figure.paths(replace(voted, experiment=replace(voted.experiment)))
    assert {row["cells"][0] for row in listed["rows"]} == {"majority", "weighted by probability"}
    assert len(figure.data) == 6  # two columns: a band and a line of majorities, a line of weighted votes
    offers, (prices,), _ = price_figure.price(two(), "tokens")
    assert [row["cells"][-1] for row in prices["rows"]] == ["yes", "no"]
    assert len(offers.data) == 3
    _, (errors, bins), _ = calibration_figure.calibration(two())
    assert [row["head"] for row in errors["rows"]] == ["All columns", "<b>plain</b>", "Few-shot"]
    assert bins["rows"][1]["cells"][:3] == ["70 to 80", "75.0", "16.7"]


def test_techniques_stand_beside_models() -> None:
    grid = {"techniques": (Technique(),), "models": (Weights(), Weights(model="second"))}
    beside = table({"Zero-shot \u00b7 default": WORSE, "Zero-shot \u00b7 second": BETTER}, experiment=grid)
    assert model_grid_figure.several(beside)
    assert not model_grid_figure.several(two())
    figure, (listed,), _ = model_grid_figure.models(beside)
    assert [round(z) for z in figure.data[0].z[0]] == [17, 92]
    assert listed["columns"] == ["default", "second"]


def test_a_column_keeps_its_colour() -> None:
    done = two()
    bars, price = ladder_figure.ladder(done)[0], price_figure.price(done, "tokens")[0]
    of = {trace.name: trace.marker.color for trace in price.data if trace.mode == "markers"}
    assert [of["&lt;b>plain&lt;/b>"], of["Few-shot"]] == list(bars.data[0].marker.color)


def test_a_cell_of_an_earlier_run_is_not_taken_for_another() -> None:
    before, now = (replace(two(), results=(replace(two().results[0], key=key),)) for key in ("a", "b"))
    shown = items_values.cell_value(before, 0, openable=True)["at"]
    assert items_panel.at_of(shown, before) == 0
    with pytest.raises(InvalidSetup, match="earlier run"):
        items_panel.at_of(shown, now)


@pytest.mark.parametrize("key", ["", "x", "-1", "1/", "9" * 5000])
def test_odd_places_are_refused(key: str) -> None:
    with pytest.raises(InvalidSetup, match="There is no result"):
        items_panel.at_of(key, replace(two(), results=two().results[:1]))


def test_a_result_without_a_score_is_no_wrong_answer() -> None:
    assert items_values.state(Result(key="", column="A", item="1", outcome="failed")) == "failed"


def test_the_page_says_what_is_kept_and_for_how_long() -> None:
    assert "until you delete its file" in kept_text(Settings())
    assert "for 30 days" in kept_text(Settings(public=True))
    assert "for 7 days" in kept_text(Settings(public=True, store_days=7))
    assert "until its operator deletes them" in kept_text(Settings(public=True, store_days=0))
