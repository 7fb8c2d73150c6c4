"""Extractive question answering: the part of a passage that answers a question."""

import torch

from playground.backends.local.tasks.base import TaskModel
from playground.errors import InvalidSetup
from playground.types import Finding

MAX_ANSWER_TOKENS = 30  # tokens of an answer
MAX_ANSWERS = 5  # that are shown


class QuestionAnswerer(TaskModel):
    """The likeliest spans, the best first. Of the input, the last paragraph (or line) is the question."""

    task = "question_answering"

    def _check(self, text: str) -> int:
        split_question(text)
        return super()._check(text)

    @torch.inference_mode()
    def _find(self, text: str) -> tuple[tuple[Finding, ...], str]:
        passage, question = split_question(text)
        encoded = self._tokenizer(question, passage, return_tensors="pt", return_offsets_mapping=True)
        places = encoded.pop("offset_mapping")[0].tolist()
        inside = torch.tensor([part == 1 for part in encoded.sequence_ids(0)])
        output = self._model(**encoded.to(self._model.device))
        first, last = (
            logits[0].float().cpu().masked_fill(~inside, -torch.inf).softmax(-1)
            for logits in (output.start_logits, output.end_logits)
        )
        # [start, end]: ends lie at or after starts, and not too far
        joint = torch.triu(first[:, None] * last[None, :]).tril(MAX_ANSWER_TOKENS - 1)
        values, at = joint.flatten().topk(min(MAX_ANSWERS, joint.numel()))
        spans = []
        for probability, place in zip(values.tolist(), at.tolist(), strict=True):
            start, end = divmod(place, len(joint))
            span = Finding(label="answer", probability=probability, start=places[start][0], end=places[end][1])
            if probability > 0:
                spans.append(span)
        return tuple(spans), passage[spans[0].start : spans[0].end].strip() if spans else ""


def split_question(text: str) -> tuple[str, str]:
    """Passage and question. Places in the passage are places in the text.

    Raises InvalidSetup unless there is a question after a passage.
    """
    whole = text.rstrip()
    at = whole.rfind("\n\n") if "\n\n" in whole else whole.rfind("\n")
    passage, question = whole[: max(at, 0)], whole[max(at, 0) :].strip()
    if not passage.strip() or not question:
        rule = "has no passage: write the passage, then the question in a paragraph of its own below it."
        raise InvalidSetup(path=("task", "input"), rule=rule)
    return passage, question
