"""What is known of a setup before it is run: sentences about settings from which no good answer can come."""

import re
from collections.abc import Iterator

from playground.prompts import Prompt, prompts_of
from playground.strategies import Strategy, technique_of
from playground.strategies.answers import choice_letters, read_answer
from playground.strategies.parts.templates import VARIABLE
from playground.types import Run, Sampling, Setup, Task

ROOM_TO_REASON = 40  # tokens: two short sentences
LONG_TOKEN = 6  # characters; most tokens of a text are shorter, so a text has at least this many fewer tokens
HOT = 1.5  # the temperature from which on unlikely tokens come so often that words fall apart
HOW_MANY = re.compile(r"\bhow (?:many|much|old|far|long|tall|often)\b", re.IGNORECASE)
BRIEF = re.compile(
    r"\b(?:one|a single) word\b|\b(?:number|word|label|letter|answer) only\b|\bnothing else\b", re.IGNORECASE
)
VALUELESS = {  # by field, why a variable in it has no value
    "input": "there is no value for that. Give it one in the table of values, or write it out.",
    "material": "only the input takes values from the table. Write it out.",
    "role": "only the input takes values from the table. Write it out.",
}
KINDS = {"label": "Label", "choice": "Choice", "yes_no": "Yes / no", "number": "Number", "text": "Text"}


def advice(setup: Setup) -> tuple[str, ...]:
    """For a setup whose task its technique has checked; nothing where all is well."""
    technique, prompts = technique_of(setup), prompts_of(setup)
    return (
        *_equal_paths(prompts),
        *_room(technique, setup),
        *_noise(prompts),
        *_unsent(setup.task, technique, prompts),
        *_without_value(setup.task, technique),
        *_brevity(technique, prompts),
        *_reading(setup.task, technique, prompts),
        *_stops(setup.task, technique, prompts),
    )


def why_no_answer(run: Run) -> str:
    """Why a run has no answer of the kind that was wanted, with what is known of its setup; "" for others."""
    task = run.setup.task
    kind = task.answer if "answer" in technique_of(run.setup).used_fields else "text"
    if run.status != "done" or read_answer(run.answer, kind, task.labels) is not None:
        return ""
    return " ".join(filter(None, (run.how, *advice(run.setup))))


def _equal_paths(prompts: tuple[Prompt, ...]) -> Iterator[str]:
    """Several samples of one prompt from which chance has been taken."""
    for prompt in prompts:
        count, why = len(prompt.step.completions), _no_chance(prompt.sampling)
        if count > 1 and why:
            yield f"All {count} paths will be the same: {why}. Raise the temperature, to 0.7 for example."
            return


def _no_chance(sampling: Sampling) -> str:
    if sampling.temperature == 0:
        return "at temperature 0 the likeliest token always comes"
    if sampling.top_k == 1:
        return "top-k 1 leaves one token to choose from; set it to 0"
    if sampling.top_p == 0:
        return "top-p 0 leaves one token to choose from; set it to 1"
    return "min-p 1 leaves one token to choose from; set it to 0" if sampling.min_p == 1 else ""


def _room(technique: Strategy, setup: Setup) -> Iterator[str]:
    """Fewer tokens than what is wanted must have."""
    room = setup.sampling.max_tokens
    examples = setup.task.examples if "examples" in technique.used_fields else ()
    longest = max((len(example.output) for example in examples), default=0)
    if technique.reasons_on(setup.task) and room < ROOM_TO_REASON:
        yield f"Max tokens is {room}: the reasoning will be cut off before it comes to an answer. Raise it to 200."
    elif longest > room * LONG_TOKEN:
        least = -(-longest // LONG_TOKEN)
        yield f"Max tokens is {room}, and the longest example output has more than {least}: answers will be cut off."


def _noise(prompts: tuple[Prompt, ...]) -> Iterator[str]:
    for prompt in prompts:
        sampling = prompt.sampling
        if sampling.temperature >= HOT and sampling.top_p == 1 and sampling.min_p == 0 and not 0 < sampling.top_k <= 50:
            yield (
                f"At temperature {sampling.temperature:g} without top-k, top-p or min-p most models write noise. "
                "Set one of them, or a temperature near 1."
            )
            return


def _unsent(task: Task, technique: Strategy, prompts: tuple[Prompt, ...]) -> Iterator[str]:
    """A question that stands in no prompt."""
    sent = "\n".join(message.content for prompt in prompts for message in prompt.step.messages)
    if "input" in technique.used_fields and any(piece.strip() not in sent for piece in technique.pieces(task)):
        yield "No prompt holds your input, so it is not sent. Put {input} where it belongs."


def _without_value(task: Task, technique: Strategy) -> Iterator[str]:
    """Variables that still stand in a text: in the input they had no value, and in the others they never get one."""
    for field in [name for name in VALUELESS if name in technique.used_fields]:
        if names := dict.fromkeys(VARIABLE.findall(getattr(task, field))):
            listed = ", ".join(f"{{{{{name}}}}}" for name in [*names][:5])
            yield f"The {field} is sent with {listed} as it stands: {VALUELESS[field]}"


def _brevity(technique: Strategy, prompts: tuple[Prompt, ...]) -> Iterator[str]:
    """A prompt that forbids what the technique is for."""
    messages = [message for prompt in prompts[:1] for message in prompt.step.messages if message.role != "assistant"]
    match = next(filter(None, (BRIEF.search(message.content) for message in messages)), None)
    if technique.reasons and match:
        yield f"The prompt says \u201c{match[0]}\u201d, and this technique has the model reason first. Take it out."


def _reading(task: Task, technique: Strategy, prompts: tuple[Prompt, ...]) -> Iterator[str]:
    """An answer type of which the reading can find nothing, or only by accident."""
    if "answer" not in technique.used_fields:
        return
    sent = "\n".join(m.content for m in prompts[0].step.messages) if prompts else ""
    kind = KINDS[task.answer]
    votes = max((len(prompt.step.completions) for prompt in prompts), default=1) > 1
    if task.answer == "text":
        if votes and task.form == "none":
            yield "Free text has nothing to vote on: two paths hardly say the same words. Choose another answer type."
        return
    if "examples" in technique.used_fields:
        for row, example in enumerate(task.examples, 1):
            if read_answer(example.output, task.answer, task.labels) is None:
                yield f"The output of example {row} has no answer of the type {kind}, so answers like it have none."
                return
    if task.answer == "choice":  # an option that is spelled out, in labels of more than a letter, is read as well
        bare = all(len(label.strip()) == 1 for label in task.labels)
        if bare and not any(re.search(rf"(?<!\w){letter}[).:]", sent) for letter in choice_letters(task.labels)):
            yield "Choice reads a letter, and the prompt lists none: write the options in it as A) ..., B) ...."
    elif task.answer == "label" and not any(_stands_in(label, sent) for label in task.labels):
        yield f"No label stands in the prompt, so the model cannot know them: {', '.join(task.labels[:5])}."
    numbered = any(re.search(r"\d", label) for label in task.labels)
    if task.answer in ("label", "yes_no") and HOW_MANY.search(task.input) and not numbered:
        yield f"The question asks for a number; the answer type is {kind}."


def _stands_in(label: str, text: str) -> bool:
    return label.casefold() in text.casefold()


def _stops(task: Task, technique: Strategy, prompts: tuple[Prompt, ...]) -> Iterator[str]:
    """A stop string that comes before what is wanted; where a technique has its own, the setup's are not sent."""
    examples = task.examples if "examples" in technique.used_fields else ()
    for stop in prompts[0].sampling.stop if prompts else ():
        stop_name = "a line break" if stop == "\n" else repr(stop)
        if any(stop in example.output.strip() for example in examples):
            yield f"The stop string {stop_name} stands in an example output: answers like it end there."
            return
        if stop == "\n" and technique.reasons_on(task) and not examples:
            yield "A line break is a stop string: the reasoning ends with its first line. Take it out."
            return
