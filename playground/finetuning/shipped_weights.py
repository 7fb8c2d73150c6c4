"""Lists the adapters and the classifier that come with the playground."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.finetuning import cards

ADAPTERS = Path(__file__).parent / "adapters"
CLASSIFIER = Path(__file__).parent / "classifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedWeights:
    """Weights in a folder. `example` is a setup, as `setups.parse` takes it, on which the effect is plain."""

    name: str
    title: str
    about: str
    example: Mapping[str, Any]
    folder: Path


def adapters() -> tuple[ShippedWeights, ...]:
    """The adapters, all of the default model, by name."""
    return tuple(_read_weights(card.parent) for card in sorted(ADAPTERS.glob(f"*/{cards.FILE}")))


def classifier() -> ShippedWeights | None:
    """The classifier, a sequence classification model; None where its folder was left out."""
    return _read_weights(CLASSIFIER) if (CLASSIFIER / cards.FILE).is_file() else None


def _read_weights(folder: Path) -> ShippedWeights:
    card = cards.read_card(folder)
    return ShippedWeights(
        name=folder.name, title=card["title"], about=card["about"], example=card["example"], folder=folder
    )
