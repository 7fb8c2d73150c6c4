"""Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685) of a causal language model on prompts and answers.

Only the answer counts in the loss, and the prompt is encoded exactly as it is when the model is used. The model's own
weights stay as they are, in their own precision; the adapter's are float32 while they learn, since a bfloat16 weight
swallows small updates, and are stored as bfloat16.
"""

import random
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import get_cosine_schedule_with_warmup

from playground.backends.local.engine.prompt import encode
from playground.finetuning.recipe import Recipe
from playground.types import Example, Message

IGNORED = -100  # the label that cross-entropy leaves out


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep:
    """One update: `loss` is the mean over the batch's answer tokens, in nats; `seconds` since the start."""

    step: int
    steps: int
    loss: float
    seconds: float


def train(
    model: Any, tokenizer: Any, examples: Sequence[Example], recipe: Recipe
) -> Generator[TrainingStep, None, Any]:
    """Train an adapter on the model in place and return it, a PeftModel around the model, as the generator's value.

    Closing the generator stops the training and takes the adapter off the model again, and so does an error.
    The same seed, data and number of threads give the same adapter.
    """
    torch.manual_seed(recipe.seed)
    config = LoraConfig(
        task_type="CAUSAL_LM", r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(recipe.targets)
    )
    adapted = get_peft_model(model, config)
    try:
        yield from _steps(adapted, [tokenise(tokenizer, example) for example in examples], recipe)
    except BaseException:
        adapted.unload()
        raise
    return adapted.eval()


def _steps(adapted: Any, rows: Sequence[tuple[list[int], int]], recipe: Recipe) -> Iterator[TrainingStep]:
    weights = [weight for weight in adapted.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.rate, weight_decay=0.0)
    schedule = get_cosine_schedule_with_warmup(optimizer, round(recipe.warmup * recipe.steps), recipe.steps)
    adapted.train()
    started = time.monotonic()
    for step, batch in enumerate(batches(rows, recipe), start=1):
        loss = answer_loss(adapted, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        yield TrainingStep(step=step, steps=recipe.steps, loss=loss.item(), seconds=time.monotonic() - started)


def tokenise(tokenizer: Any, example: Example) -> tuple[list[int], int]:
    """Ids of prompt, answer and end of turn, and how many of them are the prompt's."""
    prompt = encode(tokenizer, [Message("user", example.input)])
    answer = tokenizer(example.output, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    return [*prompt, *answer, tokenizer.eos_token_id], len(prompt)


def batches(rows: Sequence[tuple[list[int], int]], recipe: Recipe) -> Iterator[list[tuple[list[int], int]]]:
    """One batch a step: the rows in a new order each time all have been seen, by the recipe's seed."""
    shuffled = random.Random(recipe.seed)
    waiting: list[tuple[list[int], int]] = []
    for _ in range(recipe.steps):
        while len(waiting) < recipe.batch:
            waiting += shuffled.sample(rows, len(rows))
        yield waiting[: recipe.batch]
        waiting = waiting[recipe.batch :]


def answer_loss(model: Any, batch: Sequence[tuple[list[int], int]]) -> torch.Tensor:
    """Mean cross-entropy of the answer tokens, each predicted from what stands before it.

    Rows are padded on the left, so that all answers end together and the vocabulary's logits, a fifth of
    the work, are computed for the last positions only.
    """
    width = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([[0] * (width - len(row)) + row for row, _ in batch])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row, _ in batch])
    labels = torch.tensor([[IGNORED] * (width - len(row) + start) + row[start:] for row, start in batch])
    keep = max(len(row) - start for row, start in batch)
    ids, mask, labels = (tensor.to(model.device) for tensor in (ids, mask, labels))
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    output = model(input_ids=ids, attention_mask=mask, position_ids=positions, logits_to_keep=keep + 1, use_cache=False)
    logits = output.logits[:, :-1].float()
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels[:, -keep:].flatten(), ignore_index=IGNORED)
