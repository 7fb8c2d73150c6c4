"""Token by token: the text is whole, and the loss counts the answer and the end of the turn."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.backends.local.engine.prompt import encode
from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.preparation.token_view import view_tokens


@pytest.mark.parametrize("answer", ["Positive", "", "Größe 🙂 日本語", "<|im_end|>", "two\nlines"])
@pytest.mark.parametrize("system", ["", "Be brief."])
def test_the_answer_and_the_end_are_counted_and_nothing_else(
    answer: str, system: str, default_model: tuple[Any, Any]
) -> None:
    tokenizer = default_model[1]
    messages = messages_of("Is it 🙂 good?", system)
    tokens = view_tokens(tokenizer, TrainingRow(messages=messages, answer=answer))
    prompt = encode(tokenizer, messages)
    assert [token.id for token in tokens if not token.counted] == prompt
    counted = [token for token in tokens if token.counted]
    assert "".join(token.text for token in counted) == f"{answer}<|im_end|>"
    assert [token.control for token in counted] == [False] * (len(counted) - 1) + [True]
    assert "".join(token.text for token in tokens[: len(prompt)]) == tokenizer.decode(prompt)


@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_the_texts_of_all_tokens_make_the_whole(text: str, default_model: tuple[Any, Any]) -> None:
    tokenizer = default_model[1]
    row = TrainingRow(messages=messages_of("Say it."), answer=text)
    tokens = view_tokens(tokenizer, row)
    assert "".join(token.text for token in tokens) == tokenizer.decode(encode_row(tokenizer, row).ids)
