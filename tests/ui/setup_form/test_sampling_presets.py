"""A sampling preset replaces what another left, and leaves alone what it is not about."""

from dataclasses import replace
from typing import Any

import pytest

from playground import presets
from playground.types import Sampling
from playground.ui.setup_form.sampling_panel import SHAPING, UNTOUCHED, replacement

KNOWN = {key: preset.sampling for key, preset in presets.sampling_presets().items()}
SHAPES = [
    key for key, sampling in KNOWN.items() if any(replacement(sampling).get(name) is not None for name in SHAPING)
]


def loaded(sampling: Sampling, *keys: str) -> Sampling:
    for key in keys:
        sampling = replace(sampling, **replacement(KNOWN[key]))
    return sampling


@pytest.mark.parametrize("first", SHAPES)
@pytest.mark.parametrize("second", SHAPES)
def test_of_the_preset_before_nothing_is_left(first: str, second: str) -> None:
    by_hand = Sampling(repetition_penalty=1.3, logit_bias={5: 2.0}, min_p=0.1)
    assert loaded(by_hand, first, second) == loaded(Sampling(), second) == KNOWN[second]


@pytest.mark.parametrize("key", KNOWN)
def test_what_a_preset_is_not_about_stays(key: str) -> None:
    own: dict[str, Any] = {"seed": 7, "top_logprobs": 3, "stop": ("#",)}
    after = loaded(Sampling(**own, max_tokens=33), key)
    assert {name: getattr(after, name) for name in own} == own
    assert after.max_tokens == (KNOWN[key].max_tokens if key in ("short", "long") else 33)
    assert loaded(Sampling(), "creative", "long").temperature == KNOWN["creative"].temperature


def test_defaults_put_everything_back() -> None:
    changed = replace(KNOWN["creative"], seed=7, max_tokens=5, stop=("#",), top_logprobs=3)
    assert replace(changed, **replacement(UNTOUCHED.sampling, everything=True)) == Sampling()
