"""Finds rows that are there twice, and rows that give one question different answers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from playground.finetuning.preparation.checks.base import RowFinding, answer_key, count_rows, name_rows, prompt_key
from playground.finetuning.preparation.rows import Row, answers_of, prompt_of


def find_duplicates(rows: Sequence[Row]) -> Iterator[RowFinding]:
    """Repeated rows, to the letter and nearly, and questions with more than one answer."""
    exact: set[tuple[str, ...]] = set()
    near: set[tuple[str, str]] = set()
    answers: dict[str, set[str]] = defaultdict(set)
    same, alike = [], []
    for row in rows:
        text, key = (prompt_of(row), *answers_of(row)), (prompt_key(row), answer_key(row))
        answers[key[0]].add(key[1])
        if text in exact:
            same.append(row.id)
        elif key in near:
            alike.append(row.id)
        exact.add(text)
        near.add(key)
    if same:
        yield RowFinding(
            check="duplicates",
            weight="warning",
            sentence=f"{count_rows(same)} repeat an earlier one to the letter ({name_rows(same)}): it counts "
            "more than the others, and the model may learn it by heart.",
            rows=tuple(same),
        )
    if alike:
        yield RowFinding(
            check="near duplicates",
            weight="warning",
            sentence=f"{count_rows(alike)} repeat an earlier one but for case, spacing and end punctuation "
            f"({name_rows(alike)}).",
            rows=tuple(alike),
        )
    torn = [row.id for row in rows if len(answers[prompt_key(row)]) > 1]
    if torn:
        yield RowFinding(
            check="contradictions",
            weight="warning",
            sentence=f"{count_rows(torn)} ask what another row asks and answer it differently ({name_rows(torn)}): "
            "right for free text that may vary, an error in labels.",
            rows=tuple(torn),
        )
