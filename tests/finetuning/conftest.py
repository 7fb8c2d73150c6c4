"""What tests of trainings share: a tiny model in a folder."""

from pathlib import Path
from typing import Any

import pytest
from tiny_llama import tiny_llama


@pytest.fixture(scope="session")
def base(default_model: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder. Whoever changes it puts it back."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_llama(default_model[1]).save_pretrained(folder)
    default_model[1].save_pretrained(folder)
    return folder
