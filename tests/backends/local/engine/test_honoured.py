"""Every sampling setting that the engine claims has an effect, and what is said before a model is there holds after."""

from collections.abc import Callable
from dataclasses import dataclass

from setting_effects import without_effect

from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine.honoured import HONOURED
from playground.backends.local.entries import model_entry
from playground.backends.sources import ModelSource
from playground.parameters import number, parameters
from playground.settings import Settings
from playground.types import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class More(Sampling):
    typical_p: float = number(1.0, 0, 1, step=0.01, effect="filter", help="A filter that nobody honours yet.")


def test_every_setting_that_is_claimed_has_an_effect(backend_of: Callable[..., LocalBackend]) -> None:
    assert without_effect(backend_of(), "the cat sat on the mat") == set()


def test_what_is_claimed_before_loading_is_what_is_honoured(backend_of: Callable[..., LocalBackend]) -> None:
    entry = model_entry(ModelSource(kind="folder", place="/nowhere"), "m", Settings())
    assert entry.capabilities.sampling == backend_of().capabilities.sampling == HONOURED


def test_a_new_setting_is_not_claimed_before_somebody_honours_it() -> None:
    assert {p.name for p in parameters(More)} - HONOURED == {"typical_p"}
