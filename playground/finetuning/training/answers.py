"""Greedy answers of what learns, to a few prompts at once."""

from collections.abc import Generator, Sequence
from typing import Any

import torch
from transformers import DynamicCache

from playground.finetuning.methods import Learner
from playground.finetuning.training.events import Looking
from playground.finetuning.training.loss import pad


@torch.inference_mode()
def sample_answers(
    learner: Learner, tokenizer: Any, prompts: Sequence[Sequence[int]], most: int, device: Any
) -> Generator[Looking, None, tuple[str, ...]]:
    """The answers to prompts of these ids, of at most so many tokens each; news after each token."""
    padded, cache, end = pad(prompts, device), DynamicCache(), tokenizer.eos_token_id
    ids, mask, positions = padded.ids, padded.mask, padded.positions
    answers: list[list[int]] = [[] for _ in prompts]
    open_rows = set(range(len(prompts)))
    for _ in range(most):
        chosen = learner.logits(ids, mask, positions, 1, cache)[:, -1].argmax(-1)
        for row in sorted(open_rows):
            token = int(chosen[row])
            if token == end:
                open_rows.discard(row)
            else:
                answers[row].append(token)
        yield Looking()
        if not open_rows:
            break
        ids = chosen[:, None]
        mask = torch.cat([mask, torch.ones_like(ids)], dim=1)
        positions = positions[:, -1:] + 1
    return tuple(text.strip() for text in tokenizer.batch_decode(answers, skip_special_tokens=True))
