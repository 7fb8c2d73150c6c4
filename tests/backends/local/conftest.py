"""A tokenizer trained on a few lines, and backends over tiny models."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tiny_models import tiny_model, tiny_tokenizer
from transformers import PreTrainedTokenizerFast

from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.precision import prepare


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level, so any text can be encoded, with a chat template and two control tokens."""
    return tiny_tokenizer()


@pytest.fixture
def backend_of(tokenizer: PreTrainedTokenizerFast) -> Iterator[Callable[..., LocalBackend]]:
    """Make a backend over a tiny model: `backend_of("llama", precision="float32", max_rows=4)`."""
    made: list[LocalBackend] = []

    def make(model: Any = "llama", precision: Any = "float32", **limits: Any) -> LocalBackend:
        if isinstance(model, str):
            model = prepare(tiny_model(model), precision)
        made.append(LocalBackend(model, tokenizer, **limits))
        return made[-1]

    yield make
    for backend in made:
        backend.close()
