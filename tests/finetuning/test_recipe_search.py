"""A search over recipes: what it goes over, what is proposed, and what becomes of tries that break off or stop."""

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported, TrainingHopeless
from playground.finetuning.jobs import worker
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.jobs.standing import read_history
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.search import trying
from playground.finetuning.search.proposing import count_of, propose
from playground.finetuning.search.search_file import read_search, write_search
from playground.finetuning.search.space import Search, parse_search, recipe_with
from playground.finetuning.search.telling import winner_of
from playground.finetuning.taking_away.card import card_text
from playground.finetuning.training.events import TryEnded
from playground.finetuning.training_data import built_in, parts_for_search, split
from playground.ui.finetune.search.search_values import read_rows, tries_value, write_rows
from playground.ui.finetune.search.tries_figure import tries_figure

RECIPE = Recipe(steps=3, batch=4, rank=2)
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in WORDS]


def search(**given: Any) -> Search:
    return parse_search({"over": {"rank": [2, 4], "rate": {"from": 0.0001, "to": 0.01}}, **given}, RECIPE)


def ended(number: int, values: Any, loss: float | None) -> TryEnded:
    return TryEnded(number=number, tries=9, values=values, loss=loss, best_step=1, seconds=1.0, words="")


def proposals(one: Search, judge: Callable[[Any], float | None], recipe: Recipe = RECIPE) -> list[TryEnded]:
    made: list[TryEnded] = []
    while (values := propose(one, recipe, made)) is not None:
        made.append(ended(len(made) + 1, values, judge(values)))
    return made


# ----------------------------------------------------------------------------------------- what it goes over
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"over": {}}, "`search.over` is empty; name at least one of method, steps"),
        ({"over": {"beta": [0.1, 0.2]}}, "`search.over.beta` cannot be searched over. Known: method, steps"),
        ({"over": {"tokens": [5, 10]}}, "`search.over.tokens` is not read by LoRA, so it would change nothing"),
        ({"over": {"rank": [0, 4]}}, "`search.over.rank` is 0; it must be a whole number from 1 to 128"),
        ({"over": {"rank": [4]}}, "`search.over.rank` is .* it must be a list of 2 to 20 different values"),
        ({"over": {"rank": [4, 4]}}, "`search.over.rank` is .* it must be a list of 2 to 20 different values"),
        ({"over": {"rank": {"from": 8, "to": 4}}}, "`search.over.rank` is .* it must begin below its end"),
        ({"over": {"rate": {"from": 1e-4, "to": 2}}}, "`search.over.rate` is 2; it must be a number from"),
        ({"over": {"rate": {"low": 1e-4}}}, "`search.over.rate` is .* or a range such as"),
        ({"over": {"layers": {"from": "a", "to": "b"}}}, "`search.over.layers` is .* or a range such as"),
        ({"over": {"method": ["lora", "none"]}}, "`search.over.method` is 'none'; it must be one of"),
        ({"way": "grid"}, "`search.over.rate` is a range; a grid needs a list of values"),
        ({"way": "grid", "over": {"rank": list(range(1, 13))}}, "`search.tries` is 8; the grid has 12 recipes"),
        ({"way": "luck"}, "`search.way` is 'luck'; it must be one of grid, random, optuna"),
        ({"tries": 1}, "`search.tries` is 1; it must be a whole number from 2 to 60"),
        ({"over": {n: [1, 2] for n in ("rank", "alpha", "steps", "batch", "rate")}}, "`search.over`"),
        ({"more": 1}, "`search.more` is not known. Known keys: way, tries, seed, over"),
    ],
)
def test_what_is_wrong_with_a_search_is_named(given: Any, words: str) -> None:
    with pytest.raises(InvalidSetup, match=words):
        search(**given)


def test_a_number_that_another_method_reads_may_be_gone_over_with_it() -> None:
    assert search(over={"method": ["lora", "prompt_tuning"], "tokens": [5, 10]}).over["tokens"] == [5, 10]


def test_a_file_gives_the_search_back() -> None:
    one = search(way="random", tries=5, seed=3)
    assert read_search(write_search(RECIPE, one)) == (RECIPE, one)
    recipe, read = read_search("recipe: {rate: 1e-3}\nsearch:\n  over:\n    rate: {from: 1e-4, to: 1e-2}\n")
    assert (recipe.rate, read.over["rate"]) == (1e-3, {"from": 1e-4, "to": 1e-2})
    with pytest.raises(InvalidSetup, match=r"mine, line 4: `search.over\.rank` is 0; it must"):
        read_search("recipe: {}\nsearch:\n  over:\n    rank: [0, 1]\n", "mine")
    with pytest.raises(InvalidSetup, match=r"mine, line 2: `searches` is not known\. Known keys: recipe, search"):
        read_search("recipe: {}\nsearches: {}\n", "mine")
    with pytest.raises(InvalidSetup, match=r"`search` is empty; it must be a mapping"):
        read_search("recipe: {}\n", "mine")


def test_rows_of_the_form_say_what_is_gone_over() -> None:
    rows = [{"name": "rate", "values": "3e-4 to 0.01"}, {"name": "rank", "values": "4, 8,16"},
            {"name": "layers", "values": "all, attention"}, {"name": "steps", "values": " "}]  # fmt: skip
    over = {"rate": {"from": 3e-4, "to": 0.01}, "rank": [4, 8, 16], "layers": ["all", "attention"]}
    assert read_rows(rows) == over
    assert read_rows(write_rows(over)) == over
    for wrong in (None, "x", [1], [{"name": "rank"}] * 5, [{"name": "beta", "values": "1, 2"}], [{"x": 1}],
                  [{"name": "rank", "values": "1, 2"}] * 2, [{"name": "rank", "values": 3}]):  # fmt: skip
        with pytest.raises(InvalidSetup):
            read_rows(wrong)
    with pytest.raises(InvalidSetup, match=r"'many'; it must be a whole number"):
        search(over=read_rows([{"name": "rank", "values": "4, many"}]))


# -------------------------------------------------------------------------------------------- what is proposed
def test_a_grid_is_gone_through_whole() -> None:
    one = search(way="grid", over={"rank": [2, 4], "layers": ["all", "attention", "query_value"]})
    made = proposals(one, lambda values: 1.0)
    assert len({repr(one.values) for one in made}) == len(made) == 6
    assert made[0].values == {"rank": 2, "layers": "all"}


@pytest.mark.parametrize("way", ["random", "optuna"])
def test_proposals_lie_in_the_space_and_repeat_by_the_seed(way: Any) -> None:
    one = search(
        way=way, tries=12, over={"rank": {"from": 2, "to": 64}, "rate": {"from": 1e-4, "to": 1e-2}, "alpha": [8, 16]}
    )
    made = proposals(one, lambda values: values["rate"])
    assert len(made) == 12
    for each in made:
        recipe = recipe_with(RECIPE, each.values)  # is allowed
        assert 2 <= recipe.rank <= 64
        assert 1e-4 <= (recipe.rate or 0) <= 1e-2
    assert [each.values for each in proposals(one, lambda values: values["rate"])] == [each.values for each in made]
    other = proposals(replace(one, seed=1), lambda values: values["rate"])
    assert [each.values for each in other] != [each.values for each in made]
    assert propose(one, RECIPE, made[:5]) == made[5].values  # after a stop it goes on as it would have


def test_random_tries_are_different_and_no_more_than_there_are() -> None:
    one = search(tries=20, over={"rank": [2, 4, 8], "alpha": [8, 16]})
    made = proposals(one, lambda values: 1.0)
    assert len({repr(each.values) for each in made}) == len(made) == count_of(one, RECIPE) == 6


def test_optuna_learns_from_the_tries_before_and_takes_a_broken_one_for_bad() -> None:
    one = search(way="optuna", tries=30, over={"rate": {"from": 1e-5, "to": 1e-1}})
    made = proposals(one, lambda values: None if values["rate"] > 1e-3 else abs(values["rate"] - 1e-4))
    late = [each for each in made[15:] if each.loss is not None]
    assert len(late) >= 12  # at random, half of them would break off
    assert winner_of(made) in made[5:]


def test_without_optuna_that_way_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(NotSupported, match=r"needs the package optuna: pip install 'optuna>=5,<6'\. Or choose grid"):
        propose(search(way="optuna"), RECIPE, [])


def test_rows_are_sealed_where_a_search_needs_some() -> None:
    data = built_in("sentiment", 0)
    parts = split(data, None, 0.1, 0)
    sealed = parts_for_search(data, parts, 0)
    cores = [{data.key(row) for row in part} for part in (sealed.training, sealed.validation, sealed.held_out)]
    assert all(cores)
    assert not (cores[0] & cores[2])
    assert not (cores[1] & cores[2])
    assert not (cores[0] & cores[1])
    assert parts_for_search(data, sealed, 0) is sealed
    with pytest.raises(InvalidSetup, match=r"Too few different questions: 1 for 2 parts"):
        parts_for_search(data, replace(parts, training=parts.training[:1]), 0)
    with pytest.raises(InvalidSetup, match="judges recipes by the validation part; keep some rows apart"):
        parts_for_search(data, replace(parts, validation=()), 0)


# --------------------------------------------------------------------------------------------------- the tries
def searching(base: Path, place: Path, over: Any, rate: float = 1e-3) -> JobFolder:
    recipe = replace(RECIPE, rate=rate)
    one = parse_search({"way": "grid", "over": over}, recipe)
    job = Job(
        id="a", title="Search", model="tiny", model_title="Tiny", recipe=recipe, data="Words", search=one,
        source=ModelSource(kind="folder", place=str(base)), prompts=(), made=0.0,
    )  # fmt: skip
    folder = JobFolder(place / "search")
    folder.create(job, ROWS[:5], ROWS[5:7], ROWS[7:])
    assert folder.read_job() == job
    return folder


def run(folder: JobFolder, stop_after: int | None = None) -> Any:
    """The worker's part of it, here; asked to stop once so many tries are over."""

    class Stopping(threading.Event):
        def is_set(self) -> bool:
            return stop_after is not None and len(read_history(folder).tries) >= stop_after

    end = worker._run(folder, folder.path / "cache", Stopping())
    folder.write_end(end)
    return end


@pytest.fixture
def breaks_at_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A training whose loss is no number, at a learning rate of 1."""
    real = trying.train

    def breaking(model: Any, tokenizer: Any, rows: Any, recipe: Recipe, *more: Any) -> Any:
        if recipe.rate == 1.0:
            raise TrainingHopeless("The loss is not a number any more at step 1.")
        return real(model, tokenizer, rows, recipe, *more)

    monkeypatch.setattr(trying, "train", breaking)


@pytest.mark.usefixtures("breaks_at_one")
def test_the_best_try_is_kept_and_a_broken_one_is_a_row(base: Path, tmp_path: Path) -> None:
    folder = searching(base, tmp_path, {"rate": [0.02, 1.0, 0.0001], "clip": [1.0, 100.0]})
    end = run(folder)
    tries = read_history(folder).tries
    assert len(tries) == 6
    assert [one.loss is None for one in tries] == [one.values["rate"] == 1.0 for one in tries]
    won = winner_of(tries)
    assert won
    assert end.ending == "done"
    assert end.words.startswith(
        f"Tried 6 recipes, of which 2 broke off. The lowest validation loss, {won.loss:.3f}, came of try {won.number}"
    )
    assert "The lowest of 6 looks better than it is" in end.words
    assert "On 1 row sealed for the end the loss is" in end.words
    assert folder.read_job().recipe.rate == won.values["rate"]
    assert [path.name for path in folder.checkpoints.iterdir()] == [f"try-{won.number}"]
    assert (folder.result / "adapter_model.safetensors").exists()
    card = card_text(folder)
    assert "## Search" in card
    assert card.count("broke off: ") == 2
    standing: Any = type("Standing", (), {"history": read_history(folder)})
    (table,) = tries_value(standing)
    assert table["caption"] == "6 of 6 tries, 2 broke off"
    assert sum("(lowest)" in row["head"] for row in table["rows"]) == 1
    figure = tries_figure(standing)
    assert figure
    assert [len(line.x) for line in figure.data] == [4, 4, 2]


def test_a_stop_keeps_the_tries_and_it_goes_on_from_there(base: Path, tmp_path: Path) -> None:
    over = {"rate": [0.02, 0.001, 0.0001]}
    whole = searching(base, tmp_path / "whole", over)
    run(whole)
    folder = searching(base, tmp_path / "stopped", over)
    end = run(folder, stop_after=2)
    assert (end.ending, end.words) == ("stopped", "Stopped after 2 tries, which are kept; it can go on from there.")
    assert folder.has_checkpoint
    folder.put_end_aside()
    assert run(folder).ending == "done"
    losses = [[one.loss for one in read_history(each).tries] for each in (whole, folder)]
    assert losses[0] == losses[1]


@pytest.mark.usefixtures("breaks_at_one")
def test_all_tries_broken_is_an_end_in_words(base: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingHopeless, match=r"All 2 tries broke off\. The first: The loss is not a number any more"):
        run(searching(base, tmp_path, {"clip": [1.0, 2.0]}, rate=1.0))
