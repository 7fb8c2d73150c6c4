"""Turns texts into vectors, of which like texts have like ones: the mean over the last layer of an encoder."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from playground.backends.local.files.loading import device
from playground.backends.local.weights.threads import with_all_threads
from playground.errors import ModelUnavailable

MOST_TOKENS = 256  # of a text that are read: what the model was trained on
ROWS = 32  # of a forward pass, of about one length each: what is left to be padded is soon a tenth of the work
Vectors = np.ndarray[Any, np.dtype[np.float32]]


class SentenceEncoder:
    """Safe to use from many threads: one batch at a time."""

    def __init__(self, folder: Path) -> None:
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, **options)
            model = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=_precision(), **options)
        except Exception as error:  # whatever the libraries raise at files that are not as they expect them
            raise ModelUnavailable(f"The model for vectors in {folder} cannot be read", error) from error
        self._model = model.eval().requires_grad_(False).to(device())
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Rows of length 1."""
        with self._lock:
            return with_all_threads(lambda: self._embed(texts))

    def _embed(self, texts: Sequence[str]) -> Vectors:
        """By number of tokens, the shortest first, a few at a time; each row goes back to its text's place."""
        ids: list[list[int]] = self._tokenizer(list(texts), truncation=True, max_length=MOST_TOKENS)["input_ids"]
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        rows = np.empty((len(ids), self._model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), ROWS):
            places = order[start : start + ROWS]
            rows[places] = self._forward([ids[at] for at in places])
        return rows

    @torch.inference_mode()
    def _forward(self, ids: Sequence[Sequence[int]]) -> Vectors:
        inputs = self._tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt").to(self._model.device)
        hidden = self._model(**inputs).last_hidden_state.float()
        mask = inputs["attention_mask"].unsqueeze(-1)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        rows: Vectors = torch.nn.functional.normalize(mean, dim=-1).float().cpu().numpy()
        return rows


def _precision() -> torch.dtype:
    """Three times as quick where the processor multiplies bfloat16, and no cosine moves by more than 0.01."""
    quick = device().type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if quick else torch.float32
