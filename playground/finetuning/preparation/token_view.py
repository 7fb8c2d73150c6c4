"""Shows a row token by token, as the model reads it, with the part that the loss counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import TrainingRow


@dataclass(frozen=True, slots=True)
class ViewedToken:
    """A token as people read it. `counted`: the loss counts it. `control`: the template's or the end of the turn."""

    text: str
    id: int
    counted: bool
    control: bool


def view_tokens(tokenizer: Any, row: TrainingRow) -> tuple[ViewedToken, ...]:
    """All tokens of a row. Bytes of a letter that several tokens make are shown at the last of them."""
    encoded = encode_row(tokenizer, row)
    special = set(tokenizer.all_special_ids)
    texts = [*_texts(tokenizer, encoded.ids[: encoded.start]), *_texts(tokenizer, encoded.ids[encoded.start :])]
    return tuple(
        ViewedToken(text, id, place >= encoded.start, id in special)
        for place, (id, text) in enumerate(zip(encoded.ids, texts, strict=True))
    )


def _texts(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """What each token adds to the text; "" for one whose letter is not whole yet."""
    texts: list[str] = []
    waiting: list[int] = []
    for place, id in enumerate(ids):
        waiting.append(id)
        text = tokenizer.decode(waiting, clean_up_tokenization_spaces=False)
        if text.endswith("\ufffd") and place < len(ids) - 1:
            texts.append("")
        else:
            texts.append(text)
            waiting = []
    return texts
