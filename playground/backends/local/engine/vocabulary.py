"""The parts of a tokenizer that the engine needs: text of ids, and which ids end an answer."""

from collections.abc import Sequence
from typing import Any

from playground.backends.local.engine.token_readings import TokenReading
from playground.types import Alternative, Token


class Vocabulary:
    """What the engine needs of a tokenizer: ids to text, and which ids are control tokens or end an answer."""

    def __init__(self, tokenizer: Any, generation_config: Any) -> None:
        self._tokenizer = tokenizer
        self._texts: dict[int, str] = {}
        ends = getattr(generation_config, "eos_token_id", None)
        listed = ends if isinstance(ends, (list, tuple)) else [ends]
        self.ends = frozenset(int(end) for end in [*listed, tokenizer.eos_token_id] if end is not None)
        self.controls = self.ends | frozenset(tokenizer.all_special_ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids without control tokens."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def token(self, number: int, text: str, reading: TokenReading) -> Token:
        """A token that adds `text`, with what the model thought of it and of others."""
        top = tuple(
            Alternative(t, self.text(t), logprob, t in self.controls, t in reading.barred) for t, logprob in reading.top
        )
        return Token(number, text, reading.logprob, reading.entropy, top, ruled_out=reading.ruled_out)

    def text(self, token: int) -> str:
        """Text of one token by itself, control tokens included."""
        if token not in self._texts:
            self._texts[token] = str(self._tokenizer.decode([token], clean_up_tokenization_spaces=False))
        return self._texts[token]
