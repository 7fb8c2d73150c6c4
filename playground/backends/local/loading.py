"""A folder with a model -> the model and its tokenizer. Safetensors only, and no code from the folder is run."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from playground.errors import ModelUnavailable

transformers_logging.disable_progress_bar()  # progress is shown in the page, and errors are raised
transformers_logging.set_verbosity_error()


def load(folder: Path) -> tuple[Any, Any]:
    """Read a causal language model onto the accelerator, if there is one. Raises ModelUnavailable naming the file."""
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(f"{folder} holds no model: there is no config.json in it.")
    if not any(folder.glob("*.safetensors")):
        raise ModelUnavailable(f"{folder} holds no *.safetensors; other weight formats can run code and are not read.")
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype="auto", use_safetensors=True, trust_remote_code=False, local_files_only=True
        )
    except (OSError, ValueError, KeyError, RuntimeError, json.JSONDecodeError) as error:
        raise ModelUnavailable(f"The model in {folder} cannot be read: {error}") from error
    device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")
    return model.eval().requires_grad_(False).to(device), tokenizer
