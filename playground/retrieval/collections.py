"""The collections that come with the playground, each with questions that it answers and some it does not."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from playground.retrieval.passages import Collection, KnownQuestion, SourceText

DATA = Path(__file__).parent / "data"
NAMES = ("ferry_island", "coffee_machine", "inbox")  # in display order


@cache
def shipped_collections() -> Mapping[str, Collection]:
    """By name."""
    return {name: _read(DATA / f"{name}.yaml") for name in NAMES}


def _read(path: Path) -> Collection:
    data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    texts = tuple(
        SourceText(title=row["title"], text=row["text"].strip(), kind=row["kind"]) for row in data["documents"]
    )
    titles = [text.title for text in texts]
    answered = tuple(
        KnownQuestion(
            question=row["question"],
            answers=tuple(row["answers"]),
            document=titles.index(row["document"]),
            evidence=row["evidence"],
        )
        for row in data["answered"]
    )
    unanswered = tuple(KnownQuestion(question=question, answers=()) for question in data["unanswered"])
    return Collection(
        name=path.stem, title=data["title"], about=data["about"], texts=texts, questions=answered + unanswered
    )
