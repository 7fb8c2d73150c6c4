"""Greedy answers of a model to many prompts, in batches of plain `generate`."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from playground.backends.local.engine.prompt import encode
from playground.types import Message


@torch.inference_mode()
def greedy_answers(
    model: Any, tokenizer: Any, prompts: Sequence[str], max_tokens: int, batch: int = 16
) -> Iterator[str]:
    """The likeliest-token answer to each prompt, in order; at most `max_tokens` tokens each."""
    for start in range(0, len(prompts), batch):
        rows = [encode(tokenizer, [Message("user", prompt)]) for prompt in prompts[start : start + batch]]
        width = max(map(len, rows))
        end = tokenizer.eos_token_id
        ids = torch.tensor([[end] * (width - len(row)) + row for row in rows], device=model.device)
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=model.device)
        tokens = model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=max_tokens, do_sample=False, pad_token_id=end
        )
        yield from (text.strip() for text in tokenizer.batch_decode(tokens[:, width:], skip_special_tokens=True))
