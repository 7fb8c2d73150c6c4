"""The material of a task: fenced behind its input, by a marker that occurs in neither."""

import re
from dataclasses import replace

from playground.types import Task

FENCED = "{input}\n\n{marker}\n{material}\n{marker}"
MARKERS = ('"""', "###", "===", "~~~", "***")


def marker_of(task: Task) -> str:
    """What fences the material; "" where there is none.

    The first of the usual markers that stands in neither text, or more of one character than stand side by side there.
    """
    if not task.material.strip():
        return ""
    texts = (task.input, task.material)
    unused = (marker for marker in MARKERS if not any(marker in text for text in texts))
    return next(unused, "") or "#" * (1 + max(map(_longest_row, texts)))


def with_material(task: Task, fenced: str = FENCED) -> Task:
    """The task with its material in its input, as a technique asks it; the same task where it has none."""
    marker = marker_of(task)
    if not marker:
        return replace(task, material="")
    # Braces in what is put in are never looked at: `format` goes over the wording alone.
    text = fenced.format(input=task.input, marker=marker, material=task.material.strip("\n"))
    return replace(task, input=text, material="")


def _longest_row(text: str) -> int:
    """How many # stand side by side at most."""
    return max(map(len, re.findall("#+", text)), default=0)
