"""Another model as a teacher: it has to split text into the same tokens, so that its probabilities are of the same."""

from typing import Any

from playground.errors import TrainingFailed
from playground.finetuning.objectives.reference import PlainModel

SAMPLE = "It\u2019s 7:45 \u2013 the caf\u00e9 opens at 8, \u201cor so\u201d; def f(x): return x**2\n\n  # \u4f60\u597d"


class Teacher:
    """A model whose probabilities are learned, cut to the student's vocabulary: more rows are padding."""

    def __init__(self, model: Any, vocabulary: int) -> None:
        self._plain, self._vocabulary = PlainModel(model), vocabulary

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int) -> Any:
        return self._plain.logits(ids, mask, positions, keep)[..., : self._vocabulary]


def check_teacher(tokenizer: Any, student: Any, title: str, student_title: str) -> None:
    """Raises TrainingFailed by name for a teacher whose tokenizer is another one than the student's."""
    same = tokenizer.get_vocab() == student.get_vocab() and _ids(tokenizer) == _ids(student)
    if not same:
        raise TrainingFailed(
            f"{title} splits text into other tokens than {student_title}, so its probabilities are of other words: "
            "they cannot be learned. Choose a teacher of the same family, or let it write answers, and learn those."
        )


def _ids(tokenizer: Any) -> list[int]:
    ids: list[int] = tokenizer(SAMPLE, add_special_tokens=False)["input_ids"]
    return ids
