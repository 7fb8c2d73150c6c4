"""What tests of trainings share: a tokenizer with few tokens, over which a tiny model learns fast, and its folder."""

from pathlib import Path
from typing import Any

import pytest
from tiny_llama import tiny_llama
from tiny_models import tiny_tokenizer


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    return tiny_tokenizer()


@pytest.fixture(scope="session")
def base(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder. Whoever changes it puts it back."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_llama(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
