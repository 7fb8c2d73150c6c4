"""Token classification: labels for parts of a text, such as the names in it."""

from typing import Any

import torch
from transformers import TokenClassificationPipeline

from playground.backends.details import ModelDetails
from playground.backends.local.tasks.base import TaskModel
from playground.types import Finding


class TokenClassifier(TaskModel):
    """Spans of neighbouring tokens with one label; a span's probability is the mean of its tokens'."""

    task = "token_classification"

    def __init__(self, model: Any, tokenizer: Any, label: str, details: ModelDetails) -> None:
        super().__init__(model, tokenizer, label, details)
        self._spans = TokenClassificationPipeline(
            model=model, tokenizer=tokenizer, aggregation_strategy="simple", device=model.device
        )

    @torch.inference_mode()
    def _find(self, text: str) -> tuple[tuple[Finding, ...], str]:
        findings = tuple(
            Finding(
                label=span["entity_group"],
                probability=float(span["score"]),
                start=int(span["start"]),
                end=int(span["end"]),
            )
            for span in (self._spans(text) if text.strip() else ())
        )
        return findings, "\n".join(
            f"{span.label}: {text[span.start : span.end]}" for span in findings
        ) or "Nothing found."
