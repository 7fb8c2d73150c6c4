"""What is read of an answer that a model streams: its words, and how sure it was of them where it said any."""

import math
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest

from playground.finetuning.probes.reader import CatalogReader, GreedyAnswer
from playground.types import Delta, Message, Token, Weights

SURE = Token(id=1, text="yes", logprob=math.log(0.25))
END = Token(id=1, text="", logprob=math.log(0.99))


def read(*news: Delta) -> GreedyAnswer:
    """The answer of a model that streams this."""

    def stream(request: Any) -> Iterator[Delta]:
        yield from news

    backend = SimpleNamespace(capabilities=SimpleNamespace(logits=True), stream=stream)
    catalog = SimpleNamespace(keep_loaded=lambda *_: nullcontext(), loaded_backend=lambda _: backend, visitor=None)
    (answer,) = CatalogReader(cast(Any, catalog), Weights(model="m")).answers([((Message("user", "?"),), "")], 5)
    return answer


def test_an_answer_is_as_sure_as_its_tokens_on_average() -> None:
    assert read(Delta(index=0, text="yes", tokens=(SURE,))) == GreedyAnswer("yes", pytest.approx(0.25))


@pytest.mark.parametrize(
    "news", [(), (Delta(index=0, text="", tokens=(END,)),), (Delta(index=0, text=" \n", tokens=(END,)),)]
)
def test_of_an_empty_answer_nothing_is_sure(news: tuple[Delta, ...]) -> None:
    assert read(*news).confidence is None
