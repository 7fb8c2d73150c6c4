"""What ships: cards that say all, small safetensors, and an effect that can be seen on the real default model."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground import setups
from playground.backends.catalog import Catalog
from playground.finetuning import cards, shipped_weights, tiny_classifier
from playground.finetuning.figures import tally
from playground.finetuning.methods.lora import LAYERS
from playground.finetuning.probes.reader import CatalogReader
from playground.finetuning.shipped_weights import ShippedWeights
from playground.finetuning.skills import SKILLS
from playground.types import Message, Weights

CLASSIFIER = shipped_weights.classifier()
ALL = [*shipped_weights.adapters(), *([CLASSIFIER] if CLASSIFIER else [])]


def test_all_are_there() -> None:
    assert [adapter.name for adapter in shipped_weights.adapters()] == ["extraction", "pirate", "sentiment"]
    assert CLASSIFIER is not None


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_cards_are_complete(one: ShippedWeights) -> None:
    card = cards.read_card(one.folder)
    assert len(one.title) <= 40
    assert one.about.endswith(".")
    assert "\n" not in one.about
    assert card["license"] == "apache-2.0"
    assert {"seed", "steps", "examples", "batch"} <= card["training"].keys()
    assert all(share.total >= 50 for shares in card["held_out"].values() for share in shares.values())
    assert setups.parse(dict(one.example)).task.input
    assert (card["held_out"]["before"] != {}) == (one is not CLASSIFIER)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_files_are_few_small_and_without_places(one: ShippedWeights) -> None:
    files = list(one.folder.rglob("*"))
    assert sum(path.stat().st_size for path in files) < 2_000_000
    assert {path.suffix for path in files} == {".md", ".json", ".safetensors"}
    for path in files:
        assert not re.search(rb"/(work|home|root|tmp|Users)/|[A-Z]:\\\\", path.read_bytes())


@pytest.mark.parametrize("one", shipped_weights.adapters(), ids=lambda one: one.name)
def test_adapter_configs_name_the_base(one: ShippedWeights) -> None:
    config = json.loads((one.folder / "adapter_config.json").read_text())
    recipe = SKILLS[one.name].recipe
    assert config["base_model_name_or_path"] == "SmolLM2-135M-Instruct"
    assert (config["peft_type"], config["r"], config["lora_alpha"]) == ("LORA", recipe.rank, recipe.alpha)
    assert sorted(config["target_modules"]) == sorted(LAYERS[recipe.layers])


@pytest.mark.parametrize("name", SKILLS)
def test_the_effect_is_plain_on_held_out_prompts(name: str, real_catalog: Catalog) -> None:
    """In the app itself, which answers both in one batch."""
    skill, weights = SKILLS[name], [Weights(model="default"), Weights(model="default", adapter=name)]
    items = skill.held_out()[::7][:8]
    prompts = [((Message("user", item.prompt),), "") for item in items]
    for _ in real_catalog.open("default", name):
        pass
    with ThreadPoolExecutor(2) as both:
        answers = both.map(
            lambda one: list(CatalogReader(real_catalog, one).answers(prompts, skill.max_tokens)), weights
        )
    (*_, base), (*_, tuned) = (
        tally(skill.marks(answer.text.strip(), item.truth) for answer, item in zip(some, items, strict=True)).values()
        for some in answers
    )
    assert tuned.passed >= 5
    assert tuned.passed >= base.passed + 3


def test_the_classifier_is_as_good_as_its_card_says() -> None:
    assert CLASSIFIER is not None
    model, tokenizer = tiny_classifier.load(CLASSIFIER.folder)
    found = tiny_classifier.measure(model, tokenizer)
    said = cards.read_card(CLASSIFIER.folder)["held_out"]["after"]
    for measure, share in said.items():
        assert abs(found[measure].passed - share.passed) <= 2
    assert tiny_classifier.labels_of(model, tokenizer, ["I love it, wonderful!", "Awful, it broke."]) == [
        "Positive",
        "Negative",
    ]


def test_the_list_needs_no_torch() -> None:
    code = "import sys; from playground.finetuning import shipped_weights as s; s.adapters(), s.classifier()"
    code += "; print('torch' in sys.modules)"
    root = Path(__file__).parent.parent.parent
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
