"""A training of a few steps on a tiny base, run in this process as its own would."""

import threading
from pathlib import Path
from typing import Any

from playground.backends.sources import ModelSource
from playground.finetuning.jobs import worker
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe

WORDS = ("one", "two", "three", "four", "five", "six")
ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in WORDS]


def trained(base: Path, place: Path, method: Any = "lora", title: str = "Numbers [in] words") -> JobFolder:
    """Its folder, once it has ended well."""
    recipe = Recipe(method=method, steps=4, batch=4, rank=4, rate=0.02 if method == "lora" else None)
    job = Job(
        id="a", title=title, model="tiny", model_title="Tiny", recipe=recipe, data="Words",
        source=ModelSource(kind="folder", place=str(base)), prompts=(messages_of("Say seven."),), made=0.0,
    )  # fmt: skip
    folder = JobFolder(place / method)
    folder.create(job, ROWS[:4], ROWS[4:5], ROWS[5:])
    folder.write_end(worker._run(folder, place / "cache", threading.Event()))
    return folder
