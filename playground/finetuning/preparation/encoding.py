"""Encodes a row as the model reads it, prompt and answer apart, with what the loss counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.backends.local.engine.prompt import encode
from playground.finetuning.preparation.rows import TrainingRow
from playground.types import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedRow:
    """Ids of prompt, answer and end of turn. The first `start` are the prompt's; the loss counts all that follow."""

    ids: tuple[int, ...]
    start: int

    @property
    def counted(self) -> int:
        """How many tokens the loss counts."""
        return len(self.ids) - self.start


def encode_row(tokenizer: Any, row: TrainingRow) -> EncodedRow:
    """The row as it is trained on: its prompt exactly as it is encoded when the model is asked."""
    return encode_answer(tokenizer, row.messages, row.answer)


def encode_answer(tokenizer: Any, messages: Sequence[Message], answer: str) -> EncodedRow:
    """An answer to messages, ended as the model ends its turn; control tokens that somebody typed stay text."""
    prompt = encode(tokenizer, messages)
    ids = tokenizer(answer, add_special_tokens=False, split_special_tokens=True)["input_ids"] if answer else []
    return EncodedRow(ids=(*prompt, *ids, tokenizer.eos_token_id), start=len(prompt))
