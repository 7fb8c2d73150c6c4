"""More rows like a few examples, written by a model; repeats and copies of the examples are left out.

As in Self-Instruct (Wang et al. 2022, arXiv 2212.10560): each time the model is shown some of the examples, drawn by a
seed, and asked for another one. What it writes is only as good as it is, so a person looks through it.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks.duplicates import find_duplicates
from playground.finetuning.preparation.checks.overlap import find_overlap
from playground.finetuning.preparation.rows import Row, TrainingRow, messages_of
from playground.finetuning.preparation.writing.from_prompts import Written
from playground.finetuning.preparation.writing.writer import Writer
from playground.strategies.answers import comparison_key
from playground.types import Message

LEAST_SEEDS, SHOWN = 2, 3  # examples, and how many of them the model is shown at once
MOST_ROWS = 200
TRIES = 4  # for each row that is wanted: a small model repeats itself
MAX_TOKENS = 200  # of an input and its answer
TEMPERATURE = 1.0
LONGER, SPARE = 3, 20  # times the longest example's answer, and characters more, that a written one may have
BEGINS = "Input:"  # of what the model writes, which keeps a small one to the form
FORM = re.compile(r"input:\s*(?P<input>.+?)\s*^\W*answer:\s*(?P<answer>.+?)\s*(?:^\W*input:|\Z)", re.I | re.S | re.M)
ASK = (
    "Write one more example of the same kind, with another content. Answer with two lines and nothing else, the first "
    "beginning with \u201cInput:\u201d and the second with \u201cAnswer:\u201d."
)


def write_more(writer: Writer, seeds: Sequence[Row], wanted: int, about: str, seed: int) -> Iterator[Written | None]:
    """Rows until there are as many as wanted, or the model has tried four times as often; None while one is written.
    Closing stops the work.

    `about` is what the rows are of, in the person's words. Raises InvalidSetup for fewer than two examples, or for
    pairs of answers.
    """
    examples = [row for row in seeds if isinstance(row, TrainingRow)]
    if len(examples) < LEAST_SEEDS or len(examples) < len(seeds):
        raise InvalidSetup(
            f"Give at least {LEAST_SEEDS} examples of an input and its answer, so that the model sees what differs.",
            path=("data",),
        )
    one_line = all("\n" not in row.messages[-1].content + row.answer for row in examples)
    spelled = {comparison_key(row.answer): row.answer for row in examples}
    longest = LONGER * max(len(row.answer) for row in examples) + SPARE
    drawn, written, left = random.Random(seed), list[TrainingRow](), wanted * TRIES
    while len(written) < wanted and left > 0:
        count = min(left, max(1, writer.together), 2 * (wanted - len(written)))
        asked = [_asking(drawn.sample(examples, min(SHOWN, len(examples))), about) for _ in range(count)]
        for said in writer.write(asked, MAX_TOKENS, TEMPERATURE, drawn.randrange(2**31), begins=BEGINS):
            if said is None:
                yield None
                continue
            left -= 1
            found = _read(said.text, f"written {len(written) + 1}", one_line=one_line)
            fault = "not in the form asked for" if found is None else _fault(found, examples, written, longest)
            if found is None or fault:
                yield Written(left_out=fault)
                continue
            # An answer that an example has, such as a label, is spelled as it is there.
            found = replace(found, answer=spelled.get(comparison_key(found.answer), found.answer))
            written.append(found)
            yield Written(row=found)
            if len(written) == wanted:
                return


def _asking(examples: Sequence[TrainingRow], about: str) -> tuple[Message, ...]:
    shown = "\n\n".join(f"Input: {row.messages[-1].content}\nAnswer: {row.answer}" for row in examples)
    return (Message("user", "\n\n".join(filter(None, [about, shown, ASK]))),)


def _read(text: str, name: str, *, one_line: bool) -> TrainingRow | None:
    """The first example in what a model wrote, None for none; where all examples are lines, its answer to the end of
    the line, and none whose input has several."""
    match = FORM.search(text)
    if match is None:
        return None
    # Some write the two words in bold type.
    asked, answer = (match[part].removeprefix("**").strip() for part in ("input", "answer"))
    answer = answer.splitlines()[0] if answer and one_line else answer
    if not (asked and answer) or (one_line and "\n" in asked):
        return None
    return TrainingRow(messages=messages_of(asked), answer=answer, id=name)


def _fault(row: TrainingRow, examples: Sequence[TrainingRow], written: Sequence[TrainingRow], longest: float) -> str:
    """Why a row is left out; empty for one that is new."""
    if any(row.id in finding.rows for finding in find_overlap(examples, [row])):
        return "a copy of an example"
    if any(row.id in finding.rows for finding in find_duplicates([*written, row])):
        return "asked before"
    return "much longer than the examples" if len(row.answer) > longest else ""
