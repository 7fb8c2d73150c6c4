"""From a skill to a folder, on a tiny model: what is written, what stays as it was, and the command line's mistakes."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from tiny_llama import tiny_llama
from tiny_models import tiny_model

from playground.finetuning import __main__ as command
from playground.finetuning import cards, make_adapter
from playground.finetuning.__main__ import main
from playground.finetuning.answering import greedy_answers
from playground.finetuning.figures import ShareRight, tally
from playground.finetuning.recipe import Recipe
from playground.finetuning.skills import SKILLS
from playground.finetuning.skills.base import HeldOut

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


@pytest.fixture
def tiny(tokenizer: Any) -> tuple[Any, Any]:
    return tiny_llama(tokenizer), tokenizer


SKILL = replace(
    SKILLS["sentiment"], held_out=lambda: [HeldOut(prompt="Fine.", truth="Neutral")] * 3, max_tokens=2,
    training=lambda random: SKILLS["sentiment"].training(random)[:12],
)  # fmt: skip


def test_a_folder_is_made(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    model, tokenizer = tiny
    names = set(model.state_dict())
    run = make_adapter.make_adapter(SKILL, Recipe(steps=2, batch=2, rank=4, seed=5), model, tokenizer, tmp_path / "new")
    assert [step.step for step in run] == [1, 2]
    assert set(model.state_dict()) == names
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    config = json.loads((tmp_path / "new" / "adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["r"]) == ("SmolLM2-135M-Instruct", 4)
    with safe_open(tmp_path / "new" / "adapter_model.safetensors", "pt") as file:
        assert {file.get_tensor(key).dtype for key in file.keys()} == {torch.bfloat16}  # noqa: SIM118
    card = cards.read_card(tmp_path / "new")
    assert card["training"]["seed"] == 5
    assert card["held_out"]["after"].keys() == card["held_out"]["before"].keys() == SKILL.marks("", "").keys()


def test_closing_writes_nothing(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    run = make_adapter.make_adapter(SKILL, Recipe(steps=2, batch=2, rank=4), *tiny, tmp_path / "new")
    next(run)
    run.close()
    assert not (tmp_path / "new").exists()


def test_answers_of_a_batch_are_those_of_each_prompt_alone(tokenizer: Any) -> None:
    model = tiny_model("llama")
    prompts = ["What is the capital of France?", "Say hello to Anna, please, and tell her that tea is ready."]
    together = list(greedy_answers(model, tokenizer, prompts, 8))
    assert together[0] != together[1]
    assert together == [answer for prompt in prompts for answer in greedy_answers(model, tokenizer, [prompt], 8)]


def test_the_default_model_is_asked_in_its_own_form(default_model: tuple[Any, Any]) -> None:
    # Of two first words that are equally likely, the version of torch decides; here none comes near the likeliest.
    (answer,) = greedy_answers(*default_model, ["Name the days of the week."], 6)
    assert answer == "The days of the week are"


def test_a_card_can_be_read_back(tmp_path: Path) -> None:
    before, after = {"is right": ShareRight(1, 4)}, {"is right": ShareRight(3, 4)}
    example: Mapping[str, Any] = {"task": {"input": "---\nWhat: is `this`?"}}
    cards.write_card(
        cards.WeightsCard(
            title="A: title", about="About.", example=example, data="Data.", training={"steps": 3},
            before=before, after=after, limits="None.",
        ),
        tmp_path,
    )  # fmt: skip
    card = cards.read_card(tmp_path)
    assert (card["title"], card["example"], card["training"]) == ("A: title", example, {"steps": 3})
    assert card["held_out"] == {"before": before, "after": after}
    assert "| is right | 1 of 4 (25%" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    # The last two are examples of Brown, Cai and DasGupta 2001 (Statistical Science 16:101) and Newcombe 1998.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(passed: int, total: int, low: float, high: float) -> None:
    assert ShareRight(passed, total).interval() == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize("total", [3, 54, 60, 90, 1000])
def test_a_share_lies_in_its_own_interval(total: int) -> None:
    for passed in range(total + 1):
        low, high = ShareRight(passed, total).interval()
        assert 0 <= low <= passed / total <= high <= 1


def test_marks_are_counted() -> None:
    assert tally([{"a": True, "b": False}, {"a": True, "b": True}]) == {"a": ShareRight(2, 2), "b": ShareRight(1, 2)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sentimnt"], "unknown: sentimnt. Known: sentiment, extraction, pirate, classifier."),
        (["--steps", "0"], "argument --steps: invalid positive value: '0'"),
        (["--threads", "many"], "argument --threads"),
    ],
)
def test_a_wrong_argument_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert said in capsys.readouterr().err


def test_checking_what_is_not_there_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "pirate", "--folder", str(tmp_path)]) == 2
    assert "holds no README.md: make it with" in capsys.readouterr().err


def test_a_classifier_is_made_and_checked(
    default_model: tuple[Any, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_default_model", lambda: default_model)
    assert main(["classifier", "--steps", "20", "--folder", str(tmp_path)]) == 0
    assert main(["classifier", "--check", "--folder", str(tmp_path)]) == 0
    assert "all within the intervals on the cards" in capsys.readouterr().out
    card = tmp_path / "classifier" / "README.md"
    card.write_text(re.sub(r"is right:\n    - \d+", "is right:\n    - 90", card.read_text()))
    assert main(["classifier", "--check", "--folder", str(tmp_path)]) == 1
