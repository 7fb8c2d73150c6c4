"""The scripted model claims what it acts on, and nothing of what a rule cannot act on."""

from dataclasses import replace

import pytest
from setting_effects import without_effect

from playground.backends.scripted import ScriptedBackend
from playground.parameters import with_effect
from playground.types import Sampling


def test_every_setting_that_it_claims_has_an_effect() -> None:
    assert without_effect(ScriptedBackend(), "Say something.") == set()


@pytest.mark.parametrize("name", with_effect(Sampling, "filter", "penalty", "bias"))
def test_a_setting_that_is_claimed_without_effect_is_noticed(name: str) -> None:
    honest = ScriptedBackend()
    claiming = replace(honest.capabilities, sampling=honest.capabilities.sampling | {name})
    assert without_effect(ScriptedBackend(capabilities=claiming), "Say something.") == {name}
