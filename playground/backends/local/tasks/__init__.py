"""Models made for one task: a text goes in, labels, spans, an answer or another text comes out.

base.py                   Base class of task models, which read the last user message, whole or not at all
classification.py         Sequence classification: one label for a whole text, such as its sentiment
question_answering.py     Extractive question answering: the part of a passage that answers a question
sentences.py              Turns texts into vectors, of which like texts have like ones: the mean over the last layer
                          of an encoder
text_to_text.py           Sequence to sequence: another text comes out, such as a summary or a translation
token_classification.py   Token classification: labels for parts of a text, such as the names in it
"""

from typing import Any

from playground.backends.details import ModelDetails
from playground.backends.local.tasks.base import TaskModel
from playground.backends.local.tasks.classification import Classifier
from playground.backends.local.tasks.question_answering import QuestionAnswerer
from playground.backends.local.tasks.text_to_text import TextToText
from playground.backends.local.tasks.token_classification import TokenClassifier

KINDS: dict[str, type[TaskModel]] = {
    kind.task: kind for kind in (Classifier, TokenClassifier, QuestionAnswerer, TextToText)
}


def open_task(task: str, model: Any, tokenizer: Any, label: str, details: ModelDetails) -> TaskModel:
    """The backend over a loaded model. `label` is what people read as the name of its weights."""
    return KINDS[task](model.float(), tokenizer, label, details)
