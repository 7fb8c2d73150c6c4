"""Sequence classification: one label for a whole text, such as its sentiment."""

import torch

from playground.backends.local.tasks.base import TaskModel
from playground.types import Finding


class Classifier(TaskModel):
    """All labels with their probabilities, the likeliest first; labels that exclude each other sum to 1."""

    task = "classification"

    @torch.inference_mode()
    def _find(self, text: str) -> tuple[tuple[Finding, ...], str]:
        inputs = self._tokenizer(text, return_tensors="pt").to(self._model.device)
        logits = self._model(**inputs).logits[0].float()
        config = self._model.config
        alone = len(logits) == 1 or config.problem_type == "multi_label_classification"
        probabilities = (logits.sigmoid() if alone else logits.softmax(-1)).tolist()
        findings = [Finding(label=str(config.id2label[i]), probability=p) for i, p in enumerate(probabilities)]
        findings.sort(key=lambda finding: -finding.probability)
        return tuple(findings), findings[0].label
