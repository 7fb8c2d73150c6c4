"""Reads the data files of the built-in data sets."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "data"


@cache
def from_yaml(file: str) -> dict[str, Any]:
    """The mapping in a YAML file such as `word_problems/scenarios.yaml`; read once, not to be changed."""
    data: dict[str, Any] = yaml.safe_load((DATA / file).read_text("utf-8"))
    return data


@cache
def from_jsonl(file: str) -> tuple[dict[str, Any], ...]:
    """The rows of a JSON lines file such as `sentiment/reviews.jsonl`; read once, not to be changed."""
    return tuple(json.loads(line) for line in (DATA / file).read_text("utf-8").splitlines())
