"""Reads the texts, questions and pairs of the probes."""

from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


def read_probe_data(name: str) -> Any:
    """What a YAML file such as `general_text.yaml` holds."""
    return yaml.safe_load((DATA / name).read_text("utf-8"))
