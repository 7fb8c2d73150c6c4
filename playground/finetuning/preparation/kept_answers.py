"""Rows from answers that a model has given: those of an experiment that were right, and those of runs.

Learning from one's own right answers is the step of STaR (Zelikman et al. 2022, arXiv 2203.14465) without its loop; the
answers of a larger model, or of a longer prompt, teach a smaller one, or a shorter prompt (distillation).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data import MAX_BYTES
from playground.evaluation.own_data.json_rows import size_of

Keep = Literal["right", "all", "preferences"]
ANSWERS_PER_ITEM = 4  # different right ones: an easy item must not fill the data
MAX_VALUES = 3_000_000  # of a file of results, which has some thirty to a cell
WANTED = {"right": "right answer", "all": "answer", "preferences": "item with a right and a wrong answer"}
DEEPEST = 6  # levels at which a run may stand
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """The inputs with their answers that are kept, and how many answers of the file are not among them."""

    records: tuple[dict[str, str], ...] = ()
    left_out: int = 0


def kept_of_file(text: str, keep: Keep = "right") -> KeptAnswers:
    """The inputs and kept answers in a file that the playground wrote, as JSON; none of them for any other text.

    Of an experiment's results, `right` keeps up to four different right answers to each item, `all` up to four that are
    right or not, and `preferences` makes a pair of a right and a wrong answer of each item that has both. Of runs, a
    comparison or a list of prompts every answer is kept. Raises LimitReached for a file that is too large, InvalidSetup
    for results of which nothing is left.
    """
    if text.lstrip()[:1] not in ("{", "[") or len(text) > MAX_BYTES:
        return KeptAnswers()
    if size_of(text, most_rows=MAX_VALUES, most_values=MAX_VALUES).values > MAX_VALUES:
        raise LimitReached(f"The file has more than {MAX_VALUES:,} values, which is the most; give a part of them.")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return KeptAnswers()
    if isinstance(whole, Mapping) and isinstance(whole.get("items"), list) and isinstance(whole.get("results"), list):
        records = tuple(_records_of_results(whole["items"], whole["results"], keep))
        if not records:
            message = f"The experiment has no {WANTED[keep]} to keep; a scorer that says right or wrong is needed."
            raise InvalidSetup(message, path=("data",))
        return KeptAnswers(records, len(whole["results"]) - len(records) * (2 if keep == "preferences" else 1))
    runs = list(_find_runs(whole))
    records = tuple(record for run in runs if (record := _record_of_run(run)))
    return KeptAnswers(records, len(runs) - len(records)) if records else KeptAnswers()


def _records_of_results(items: Sequence[Any], results: Sequence[Any], keep: Keep) -> Iterator[dict[str, str]]:
    """What is kept of each item's answers; what is asked is its input, without the words around it."""
    answers: dict[str, dict[str, bool]] = {}  # of an item, each different one: whether it is right
    for result in results:
        if isinstance(result, Mapping) and isinstance(text := result.get("answer"), str) and text.strip():
            answers.setdefault(str(result.get("item")), {}).setdefault(text.strip(), result.get("right") is True)
    for item in items:
        asked = item.get("input") if isinstance(item, Mapping) else None
        if not isinstance(asked, str):
            continue
        given = answers.get(str(item.get("id")), {})
        right = [text for text, is_right in given.items() if is_right]
        wrong = [text for text, is_right in given.items() if not is_right]
        if keep == "preferences":
            if right and wrong:
                yield {"input": asked, "chosen": right[0], "rejected": wrong[0]}
            continue
        for text in (right if keep == "right" else list(given))[:ANSWERS_PER_ITEM]:
            yield {"input": asked, "reference": text}


def _find_runs(value: Any, depth: int = 0) -> Iterator[Record]:
    """The runs in a file of runs, of panes with runs, or of prompts with runs."""
    if isinstance(value, list) and depth < DEEPEST:
        for one in value:
            yield from _find_runs(one, depth + 1)
    elif isinstance(value, Mapping) and isinstance(value.get("setup"), Mapping) and "answer" in value:
        yield value
    elif isinstance(value, Mapping) and depth < DEEPEST:
        for name in ("runs", "run", "panes"):
            yield from _find_runs(value.get(name), depth + 1)


def _record_of_run(run: Record) -> dict[str, str] | None:
    """What was asked and answered, unless the run ended too soon or nothing was."""
    task, answer = run["setup"].get("task"), run["answer"]
    asked = task.get("input") if isinstance(task, Mapping) else None
    if run.get("status") != "done" or not isinstance(asked, str) or not isinstance(answer, str) or not answer.strip():
        return None
    return {"input": asked, "reference": answer}
