"""Puts an adapter into the weights of its base, as a model's folder that answers alike."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground.errors import NotSupported, TrainingFailed
from playground.finetuning.jobs.base_model import load_base
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.methods import method_of
from playground.finetuning.taking_away.card import FILE, card_text
from playground.types import Message

MOST_OFF = 0.5  # of a likely token's log-probability, which the rounding of weights to bfloat16 explains
LIKELY = 3.0  # nats below the likeliest token


def merge_into(folder: JobFolder, cache: Path, into: Path) -> str:
    """Write the base with what was learned in its weights; returns what is said of it.

    The new folder is loaded again, and has to say what the base with the adapter says after the training's prompts.
    Raises NotSupported for what cannot be merged, ModelUnavailable where it does not fit, TrainingFailed where the
    folder is not empty, cannot be written, or says something else.
    """
    from playground.backends.local.adapters.adapter_folder import read_adapter
    from playground.backends.local.adapters.merged_adapter import MERGEABLE_KINDS, merge
    from playground.backends.local.files.loading import load
    from playground.finetuning.methods.whole_model import save_model

    job = folder.read_job()
    method = method_of(job.recipe)
    if job.head is not None:
        raise NotSupported(f"A head is a whole model with its encoder: {folder.result} is one already.")
    if method.makes_model:
        raise NotSupported(f"{method.title} makes a whole model: {folder.result} is one already.")
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise TrainingFailed(f"{into} is there already; give a new folder.")
    adapter = read_adapter(folder.result, "")
    if adapter.kind not in MERGEABLE_KINDS:
        raise NotSupported(f"What {method.title} learns stands beside the weights; it cannot be put into them.")
    model, tokenizer = load_base(job, cache)
    prompts = job.prompts or ((Message("user", "Hello."),),)
    adapted = _with_adapter(model, folder.result)
    before = _log_probabilities(adapted, tokenizer, prompts)
    merged = merge(adapter, adapted.unload())
    try:
        save_model(merged, tokenizer, into)
        (into / FILE).write_text(card_text(folder, merged=True), "utf-8")
    except OSError as error:
        raise TrainingFailed(f"The model cannot be written to {into}: {error.strerror}.") from error
    off = _largest_difference(before, _log_probabilities(load(into)[0], tokenizer, prompts))
    if not off <= MOST_OFF:
        raise TrainingFailed(
            f"The model in {into} says something else than the adapter does (off by {off:.2g} nats); do not use it."
        )
    return (
        f"{into} holds the model, as safetensors in bfloat16. After {len(prompts)} prompts of the training the "
        f"log-probabilities of likely tokens differ from the adapter's by {off:.2g} at most; more than {MOST_OFF:g} "
        "would be more than such rounding explains."
    )


def _with_adapter(model: Any, folder: Path) -> Any:
    from peft import PeftModel

    return PeftModel.from_pretrained(model, folder).eval()


def _log_probabilities(model: Any, tokenizer: Any, prompts: Sequence[Sequence[Message]]) -> list[Any]:
    """Of every token of the vocabulary as the next one after each prompt."""
    import torch

    from playground.backends.local.engine.prompt import encode

    found = []
    with torch.inference_mode():
        for messages in prompts:
            ids = torch.tensor([list(encode(tokenizer, messages))], device=next(model.parameters()).device)
            found.append(model(input_ids=ids, use_cache=False).logits[0, -1].float().log_softmax(-1))
    return found


def _largest_difference(before: Sequence[Any], after: Sequence[Any]) -> float:
    """Over the tokens that were likely before."""
    return max(
        float((one - other)[one > one.max() - LIKELY].abs().max()) for one, other in zip(before, after, strict=True)
    )
