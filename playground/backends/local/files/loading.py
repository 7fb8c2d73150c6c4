"""Loads a model and its tokenizer from safetensors or GGUF, without running code of the model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForQuestionAnswering,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)
from transformers.utils import logging as transformers_logging

from playground import hosting
from playground.backends.local.files.inspection import inspect
from playground.backends.local.files.tokenizer_checks import check_packages, check_vocabulary
from playground.backends.memory import weights_bytes
from playground.errors import ModelUnavailable
from playground.settings import Precision

transformers_logging.disable_progress_bar()  # progress is shown in the page, and errors are raised
transformers_logging.set_verbosity_error()

CLASSES: dict[str, Any] = {
    "": AutoModelForCausalLM,
    "classification": AutoModelForSequenceClassification,
    "token_classification": AutoModelForTokenClassification,
    "question_answering": AutoModelForQuestionAnswering,
    "text_to_text": AutoModelForSeq2SeqLM,
}


def load(folder: Path, gguf: str = "", task: str = "") -> tuple[Any, Any]:
    """Read a model onto the accelerator, if there is one. Raises ModelUnavailable naming the file."""
    where: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    dtype: Any = "auto"
    if gguf:
        where["gguf_file"], dtype = gguf, torch.bfloat16  # in which 4-bit weights stay on their lattice
    else:
        inspect(folder)
        check_packages(folder)
        where["use_safetensors"] = True
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **{k: v for k, v in where.items() if k != "use_safetensors"})
        model, notes = CLASSES[task].from_pretrained(folder, dtype=dtype, output_loading_info=True, **where)
    except Exception as error:  # whatever the libraries raise at a file that is not as they expect it
        raise ModelUnavailable(f"The model in {folder} cannot be read", error) from error
    if missing := sorted(notes["missing_keys"]):
        what = f"{missing[0]} and {len(missing) - 1} more tensors" if missing[1:] else missing[0]
        raise ModelUnavailable(f"The weights in {folder} are incomplete: {what} is missing.")
    check_vocabulary(model, tokenizer, folder)
    if gguf:
        tie(model)
    return model.eval().requires_grad_(False).to(device()), tokenizer


def tie(model: Any) -> None:
    """Keep one matrix where the output's is the input's number by number: GGUF files have room for both.

    What only nearly is the same, such as one stored in more bits than the other, stays as the file has it.
    """
    first, last = model.get_input_embeddings(), model.get_output_embeddings()
    if last is None or last.weight is first.weight or last.bias is not None:
        return
    if first.weight.shape == last.weight.shape and torch.equal(first.weight, last.weight):
        last.weight = first.weight
        model.config.tie_word_embeddings = True


def device() -> torch.device:
    """Where models go. On a Space whose GPU is lent for moments the engine, which stays, is on the processor."""
    if hosting.on_zero_gpu():
        return torch.device("cpu")
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found or torch.device("cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a model will take: bytes, and how many are free where it goes (None: in main memory)."""

    size: int
    free: int | None


def footprint(parameters: int, precision: Precision) -> Footprint:
    """Bytes of a model's weights with the copies that `precision.prepare` makes of them."""
    where = device()
    if where.type != "cpu":
        free = torch.cuda.mem_get_info(where)[0] if where.type == "cuda" else None
        return Footprint(size=parameters * (4 if precision == "float32" else 2), free=free)
    quick = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return Footprint(size=weights_bytes(parameters, precision, quick), free=None)


def describe_precision(precision: Precision) -> str:
    """A precision in words for people: what `auto` came to."""
    if precision != "auto":
        return precision
    if device().type != "cpu":
        return "bfloat16"
    return f"{'bfloat16' if torch.ops.mkldnn._is_mkldnn_bf16_supported() else 'float32'} with packed copies"
