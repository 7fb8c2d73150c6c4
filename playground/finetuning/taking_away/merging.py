"""Puts an adapter into the weights of its base, as a model's folder that answers alike."""

import shutil
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from playground.backends.memory import format_bytes
from playground.errors import LimitReached, NotSupported, TrainingFailed
from playground.finetuning.jobs.base_model import load_base, source_of
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.jobs.learned import refuse_other_base
from playground.finetuning.methods import method_of
from playground.finetuning.taking_away.card import FILE, card_text
from playground.formats import format_count
from playground.settings import Settings
from playground.types import Message

MOST_OFF = 0.5  # of a likely token's log-probability, which the rounding of weights to bfloat16 explains
LIKELY = 3.0  # nats below the likeliest token
SPARE = 2**28  # bytes of the disk that a merge leaves alone: trainings go on beside it


def merge_into(folder: JobFolder, cache: Path, into: Path) -> Generator[str, None, str]:
    """Write the base with what was learned in its weights, saying what is done; what is said of it is the value.

    The new folder is loaded again, and has to say what the base with the adapter says after the training's prompts; one
    that does not is taken away. Raises NotSupported for what cannot be merged, ModelUnavailable where it does not fit,
    LimitReached where there is no room on the disk, TrainingFailed where the folder is not empty, cannot be written, or
    says something else.
    """
    from playground.backends.local.adapters.adapter_folder import read_adapter
    from playground.backends.local.adapters.merged_adapter import merge
    from playground.backends.local.files.loading import load
    from playground.backends.local.fingerprints import contents
    from playground.finetuning.methods.whole_model import save_model

    job = folder.read_job()
    refuse_unmergeable(job)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise TrainingFailed(f"{into} is there already; give a new folder.")
    refuse_other_base(job, folder.read_base(), contents(source_of(job), Settings(cache=cache)))
    yield f"Loading {job.model_title}"
    model, tokenizer = load_base(job, cache)
    refuse_full_disk(into, 2 * sum(weight.numel() for weight in model.parameters()))
    yield "Putting what was learned into its weights"
    prompts = job.prompts or ((Message("user", "Hello."),),)
    adapted = _with_adapter(model, folder.result)
    before = _log_probabilities(adapted, tokenizer, prompts)
    merged = merge(read_adapter(folder.result, ""), adapted.unload())
    yield "Writing the model"
    try:
        save_model(merged, tokenizer, into)
        (into / FILE).write_text(card_text(folder, merged=True), "utf-8")
    except OSError as error:
        shutil.rmtree(into, ignore_errors=True)
        raise TrainingFailed(f"The model cannot be written to {into}: {error.strerror}.") from error
    yield "Reading it again, to check that it answers as the adapter does"
    off = _largest_difference(before, _log_probabilities(load(into)[0], tokenizer, prompts))
    if not off <= MOST_OFF:
        shutil.rmtree(into, ignore_errors=True)
        raise TrainingFailed(
            f"The merged model says something else than the adapter does (off by {off:.2g} nats), and was not kept."
        )
    return (
        f"After {format_count(len(prompts), 'prompt')} of the training the log-probabilities of likely tokens differ "
        f"from the adapter's by {off:.2g} at most; more than {MOST_OFF:g} would be more than such rounding explains."
    )


def merged_words(place: Path, checked: str) -> str:
    """What is said of a model that was merged."""
    return f"{place} holds the model, as safetensors in bfloat16. {checked}".strip()


def refuse_unmergeable(job: Job) -> None:
    """Raises NotSupported for what is a model already, or stands beside the weights."""
    method = method_of(job.recipe)
    if job.head is not None:
        raise NotSupported("A head is a whole model with its encoder: what it left is one already.")
    if method.makes_model:
        raise NotSupported(f"{method.title} makes a whole model: what it left is one already.")
    if not method.merges:
        raise NotSupported(f"What {method.title} learns stands beside the weights; it cannot be put into them.")


def refuse_full_disk(into: Path, size: int) -> None:
    """Raises LimitReached where the disk has no room for a model of so many bytes, and a little more."""
    there = next(place for place in into.absolute().parents if place.exists())
    free = shutil.disk_usage(there).free
    if free < size + SPARE:
        raise LimitReached(
            f"The merged model takes {format_bytes(size)}, and {format_bytes(free)} are free on the disk, of which "
            f"{format_bytes(SPARE)} are left alone. Make room and merge it again."
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
