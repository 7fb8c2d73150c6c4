"""The model as it is before anything is learned: reference of preferences, and its own teacher."""

from typing import Any

from playground.finetuning.read_logits import read_logits


class PlainModel:
    """A model without anything that learns in it."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int) -> Any:
        return read_logits(self._model, keep, input_ids=ids, attention_mask=mask, position_ids=positions)
