"""A preset is about prompting: the model that one chose, and how much of a token one looks at, stay."""

from dataclasses import replace
from typing import Any

import pytest

from playground import presets, setups
from playground.ui.playground.preset_bar import EMPTY, laid_over, offers

CHOSEN: tuple[dict[str, Any], ...] = (
    {"model": "mock-large"},
    {"model": "default", "adapter": "pirate", "scale": 0.5},
)


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("key", offers())
def test_the_chosen_weights_and_alternatives_stay(key: str, chosen: dict[str, Any]) -> None:
    preset = offers()[key].setup
    setup = laid_over(preset, chosen, 5)
    assert setups.weights_to_dict(setup) == chosen
    assert setup.sampling == replace(preset.sampling, top_logprobs=5)
    assert (setup.strategy, setup.task, setup.options) == (preset.strategy, preset.task, preset.options)


def test_a_preset_that_names_weights_or_alternatives_brings_its_own() -> None:
    preset = presets.read_preset("title: T\nabout: A\nmodel: other\nadapter: tuned\nsampling: {top_logprobs: 3}").setup
    assert laid_over(preset, CHOSEN[1], 5) == preset


def test_the_first_on_offer_is_an_empty_form() -> None:
    assert next(iter(offers())) == EMPTY
    assert offers()[EMPTY].setup == setups.parse({})
