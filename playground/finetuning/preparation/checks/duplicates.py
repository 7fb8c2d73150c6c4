"""Finds rows that are there twice, and rows that give one question different answers."""

from collections.abc import Iterator, Sequence

from playground.finetuning.preparation.checks.base import (
    RowFinding,
    answer_key,
    count_rows,
    group_rows,
    name_rows,
)
from playground.finetuning.preparation.rows import Row, answers_of, prompt_of


def find_duplicates(rows: Sequence[Row]) -> Iterator[RowFinding]:
    """Repeated rows, to the letter and nearly, and questions with more than one answer."""
    letters: set[tuple[str, ...]] = set()
    repeated: dict[int, bool] = {}  # places, and whether to the letter
    torn_places: list[int] = []
    for places in group_rows(rows).values():
        answers = set()
        for place in places:
            text, answer = (prompt_of(rows[place]), *answers_of(rows[place])), answer_key(rows[place])
            if answer in answers:
                repeated[place] = text in letters
            letters.add(text)
            answers.add(answer)
        torn_places += places if len(answers) > 1 else ()
    same = [rows[place].id for place in sorted(repeated) if repeated[place]]
    alike = [rows[place].id for place in sorted(repeated) if not repeated[place]]
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
    torn = [rows[place].id for place in sorted(torn_places)]
    if torn:
        yield RowFinding(
            check="contradictions",
            weight="warning",
            sentence=f"{count_rows(torn)} ask what another row asks and answer it differently ({name_rows(torn)}): "
            "right for free text that may vary, an error in labels.",
            rows=tuple(torn),
        )
