"""Writes and reads the model card beside trained weights."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from playground.errors import ModelUnavailable
from playground.finetuning.figures import ShareRight

FILE = "README.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsCard:
    """`example` is a setup that shows what the weights do. `training` says with what they were made.

    `before` and `after` are shares of the same held-out items by measure, without and with the weights;
    a model that did not exist before has no `before`.
    """

    title: str
    about: str
    example: Mapping[str, Any]
    data: str
    training: Mapping[str, Any]
    before: Mapping[str, ShareRight]
    after: Mapping[str, ShareRight]
    limits: str


def write_card(card: WeightsCard, folder: Path) -> None:
    """Put the card into the folder of the weights."""
    front = {
        "title": card.title,
        "about": card.about,
        "license": "apache-2.0",
        "example": dict(card.example),
        "training": dict(card.training),
        "held_out": {name: _numbers(shares) for name, shares in (("before", card.before), ("after", card.after))},
    }
    yaml_text = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=110)
    (folder / FILE).write_text(f"---\n{yaml_text}---\n\n{_body(card)}", "utf-8")


def read_card(folder: Path) -> dict[str, Any]:
    """The front matter of the card in a folder; `held_out` as shares by measure.

    Raises ModelUnavailable naming the folder when there is no card in it.
    """
    if not (folder / FILE).is_file():
        raise ModelUnavailable(f"{folder} holds no {FILE}: make it with `python -m playground.finetuning`.")
    _, front, _ = re.split("^---$", (folder / FILE).read_text("utf-8"), maxsplit=2, flags=re.MULTILINE)
    data: dict[str, Any] = yaml.safe_load(front)
    data["held_out"] = {
        name: {measure: ShareRight(*numbers) for measure, numbers in shares.items()}
        for name, shares in data["held_out"].items()
    }
    return data


def _numbers(shares: Mapping[str, ShareRight]) -> dict[str, list[int]]:
    return {measure: [share.passed, share.total] for measure, share in shares.items()}


def _body(card: WeightsCard) -> str:
    training = "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in card.training.items())
    if card.before:
        head = "| the answer | base model | with this adapter |\n|---|---|---|"
        rows = "\n".join(f"| {measure} | {card.before[measure]} | {share} |" for measure, share in card.after.items())
    else:
        head = "| the answer | held out |\n|---|---|"
        rows = "\n".join(f"| {measure} | {share} |" for measure, share in card.after.items())
    return f"""# {card.title}

{card.about}

## Measured on held-out items, greedy decoding

{head}
{rows}

## Made from

{card.data}

{training}

## Limits

{card.limits}
"""
