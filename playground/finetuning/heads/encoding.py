"""Rows as an encoder reads them, and the loss of a batch of them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch.nn.functional import logsigmoid

from playground.finetuning.heads.rows import AskedPassage, HeadRow, LabelledText, PreferredAnswer, TaggedText, judged
from playground.finetuning.training.loss import IGNORED

MOST_TOKENS = 256  # of a text that are read while it learns: what MiniLM was trained on
NONE = "O"  # the label of a token that is part of nothing

Encoded: TypeAlias = Mapping[str, Any]  # of one row: what the tokenizer gave, and what is to be learned of it


def encode_row(tokenizer: Any, row: HeadRow, number_of: Mapping[str, int]) -> list[Encoded]:
    """One text as ids with what is to be learned; of a pair both answers, the preferred one first."""
    match row:
        case LabelledText(text=text, label=label):
            return [{**_read(tokenizer, text), "labels": number_of[label]}]
        case TaggedText():
            return [_tagged(tokenizer, row, number_of)]
        case AskedPassage():
            return [_asked(tokenizer, row)]
        case PreferredAnswer(prompt=prompt, chosen=chosen, rejected=rejected):
            return [dict(_read(tokenizer, judged(prompt, answer))) for answer in (chosen, rejected)]


def batch_loss(model: Any, tokenizer: Any, rows: Sequence[Sequence[Encoded]]) -> torch.Tensor:
    """The mean loss of a batch: cross-entropy of labels or places; of pairs that of Bradley and Terry."""
    flat = [one for row in rows for one in row]
    learned = {"labels", "start_positions", "end_positions"}
    inputs = tokenizer.pad([{k: v for k, v in one.items() if k not in learned} for one in flat], return_tensors="pt")
    width, given = inputs["input_ids"].shape[1], learned & flat[0].keys()
    wanted = {name: torch.tensor([_padded(one[name], width) for one in flat]) for name in given}
    output = model(**{name: tensor.to(model.device) for name, tensor in {**inputs, **wanted}.items()})
    if wanted:
        loss: torch.Tensor = output.loss
        return loss
    rewards = output.logits[:, 0].float()
    return preference_losses(rewards[0::2], rewards[1::2]).mean()


def preference_losses(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """Minus the log-probability that the preferred answer of each pair wins, by Bradley and Terry (1952)."""
    return -logsigmoid(chosen - rejected)


def _padded(wanted: Any, width: int) -> Any:
    """Labels of tokens as wide as the batch; a label of a whole row as it is."""
    return [*wanted, *[IGNORED] * (width - len(wanted))] if isinstance(wanted, list) else wanted


def _read(tokenizer: Any, *texts: str, **how: Any) -> dict[str, Any]:
    options = {"truncation": True, "max_length": MOST_TOKENS, **how}
    return dict(tokenizer(*texts, **options))


def _tagged(tokenizer: Any, row: TaggedText, number_of: Mapping[str, int]) -> Encoded:
    """Each token with the label of the span that it lies in; what the tokenizer adds counts for nothing."""
    read = _read(tokenizer, row.text, return_offsets_mapping=True)
    labels = []
    for start, end in read.pop("offset_mapping"):
        inside = next((span.label for span in row.spans if start < span.end and end > span.start), NONE)
        labels.append(number_of[inside] if end > start else IGNORED)
    return {**read, "labels": labels}


def _asked(tokenizer: Any, row: AskedPassage) -> Encoded:
    """The first and the last token of the answer; IGNORED where a long passage was cut before them."""
    read = tokenizer(
        row.question, row.passage, truncation="only_second", max_length=MOST_TOKENS, return_offsets_mapping=True
    )
    part, places = read.sequence_ids(0), read.pop("offset_mapping")
    inside = [
        at
        for at, (start, end) in enumerate(places)
        if part[at] == 1 and end > start and start < row.end and end > row.start
    ]
    first, last = (inside[0], inside[-1]) if inside else (IGNORED, IGNORED)
    return {**read, "start_positions": first, "end_positions": last}
