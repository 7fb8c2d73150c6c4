"""A model's answers to prompts, as rows to learn from: distillation from what a teacher says.

As in Kim and Rush 2016 (arXiv 1606.07947) a smaller model learns what a larger one answers, and needs no more of it
than that: it may be an endpoint, with any tokenizer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.errors import InvalidSetup, LimitReached
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.preparation.writing.writer import Writer
from playground.types import MAX_TEXT

MOST_PROMPTS = 500
MAX_TOKENS = 300  # of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A row that a model wrote, or why none came of what it wrote."""

    row: TrainingRow | None = None
    left_out: str = ""


def read_prompts(text: str) -> tuple[str, ...]:
    """One prompt a line; each once. Raises InvalidSetup for none, LimitReached for too many or too long ones."""
    prompts = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not prompts:
        raise InvalidSetup("There are no prompts to answer; write one a line.", path=("data",))
    if len(prompts) > MOST_PROMPTS:
        raise LimitReached(f"There are {len(prompts):,} prompts; {MOST_PROMPTS} is the most at once.")
    if (longest := max(map(len, prompts))) > MAX_TEXT:
        raise LimitReached(f"A prompt has {longest:,} characters; {MAX_TEXT:,} is the most.")
    return prompts


def answer_prompts(writer: Writer, prompts: Sequence[str], system: str = "") -> Iterator[Written | None]:
    """The teacher's likeliest answer to each prompt, in order, and None while one is written; closing stops the work.

    It reads the system message, and what learns from the rows does not.
    """
    asked = [messages_of(prompt, system) for prompt in prompts]
    left = iter(enumerate(prompts, 1))
    for said in writer.write(asked, MAX_TOKENS, 0.0, 0):
        if said is None:
            yield None
            continue
        number, prompt = next(left)
        if not said.text:
            yield Written(left_out="no answer")
        elif said.cut:
            yield Written(left_out=f"longer than {MAX_TOKENS} tokens")
        else:
            yield Written(row=TrainingRow(messages=messages_of(prompt), answer=said.text, id=str(number)))
