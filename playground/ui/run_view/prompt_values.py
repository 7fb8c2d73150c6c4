"""What will be sent, worked out from the form as one types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playground.advice import advice
from playground.backends.base import Backend
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError, PromptTooLong
from playground.formats import format_count
from playground.prompts import Prompt, PromptPiece, prompts_of, readable_prompts
from playground.running.refusals import refuse_ignored
from playground.strategies import Calls, technique_of
from playground.types import Setup
from playground.ui.run_view.measures import counted_calls
from playground.ui.run_view.step_groups import groups, label_of
from playground.ui.run_view.steps_values import turns
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.labels import describe_error

ENDPOINT = "endpoint"  # the kind of model whose tokens are not ours to count
EMPTY: dict[str, Any] = {"summary": "", "error": "", "advice": [], "wrong": [], "steps": [], "sent": [], "raw": ""}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the pane shows, and the setup that it is of if that could be run."""

    value: dict[str, Any]
    setup: Setup | None = None


def worked_out(read: Callable[[], Any], catalog: Catalog) -> Preview:
    """The prompts, or what is missing for them. `read` gives the form's data.

    `raw` is the first prompt with all that the model's chat template adds to it, once the model is loaded.
    """
    try:
        setup = check_setup(read(), catalog)
        info, backend = catalog.info(setup.model), catalog.loaded_backend(setup.model)
        prompts = readable_prompts(setup, backend=backend)
        first = prompts[0].step
        if backend:
            refuse_ignored(setup, backend.capabilities)
        counts = [_count(prompt, backend) for prompt in prompts]
        raw = backend.prompt_text(first.messages, first.prefix) if backend else ""
    except PlaygroundError as error:
        wrong = list(error.path[1:])  # the part of the setup has no widget
        return Preview({**EMPTY, "error": describe_error(error), "wrong": wrong})
    estimated = info.kind == ENDPOINT
    asked = next((i for i, prompt in enumerate(prompts) if _asks(prompt, setup.task.input)), None)
    shown = [
        {
            **prompt_value(prompts[group.first], setup.task.input if group.first == asked else ""),
            "label": label_of(group, setup),
            "times": len(group.steps) * max(1, len(group.steps[0].completions)),
            "facts": _facts(counts[group.first], estimated),
        }
        for group in groups([prompt.step for prompt in prompts])
    ]
    honoured = backend.capabilities if backend else info.capabilities
    room = setup.sampling.max_tokens if "max_tokens" in honoured.sampling else 0
    calls = technique_of(setup).calls(setup.task)
    summary = _summary(calls, len(first.messages), counts, honoured.context_length, room, estimated)
    summary += form_note(prompts, estimated)
    too_long = _overlong(counts, setup, catalog)
    said = {"summary": summary, "error": too_long, "advice": list(advice(setup))}
    return Preview({**EMPTY, **said, "steps": shown, "raw": raw}, setup)


def refuse_overlong(setup: Setup, catalog: Catalog) -> None:
    """Raises PromptTooLong for a prompt that is known not to fit: it is not sent. Those after it are not counted."""
    backend = catalog.loaded_backend(setup.model)
    for prompt in prompts_of(setup, backend) if backend else ():
        if too_long := _overlong([_count(prompt, backend)], setup, catalog):
            raise PromptTooLong(too_long)


def _overlong(counts: Sequence[int | str], setup: Setup, catalog: Catalog) -> str:
    """That a prompt leaves no room for an answer, in words. A server elsewhere counts for itself."""
    info, longest = catalog.info(setup.model), max((c for c in counts if isinstance(c, int)), default=0)
    window = info.capabilities.context_length
    if info.kind == ENDPOINT or window is None or longest < window:
        return ""
    return f"The prompt has {longest:,} tokens; {info.title} takes {window - 1:,} and an answer. Shorten it."


def prompt_value(prompt: Prompt, question: str = "") -> dict[str, Any]:
    """Messages by role, and the beginning of the assistant's turn, with the gaps that answers will fill.

    Where the question stands for the last time, it is told apart.
    """
    contents = [[_piece(piece) for piece in content] for content in prompt.contents]
    if question:
        at = max(i for i, content in enumerate(prompt.contents) if _stands_in(question, content))
        last = max(i for i, piece in enumerate(prompt.contents[at]) if question in piece.text and not piece.answer_of)
        before, found, after = contents[at][last]["text"].rpartition(question)
        apart = [{"text": text, "gap": False} for text in (before, after)]
        apart.insert(1, {"text": found, "gap": False, "asked": True})
        contents[at][last : last + 1] = [piece for piece in apart if piece["text"]]
    return turns(zip(prompt.step.messages, contents, strict=True), [_piece(piece) for piece in prompt.prefill])


def _asks(prompt: Prompt, question: str) -> bool:
    return bool(question) and any(_stands_in(question, content) for content in prompt.contents)


def _stands_in(question: str, content: Sequence[PromptPiece]) -> bool:
    return any(question in piece.text for piece in content if not piece.answer_of)


def _piece(piece: PromptPiece) -> dict[str, Any]:
    return {"text": piece.text, "gap": bool(piece.answer_of)}


def _count(prompt: Prompt, backend: Backend | None) -> int | str:
    """Tokens of a prompt, or why they are not known yet."""
    if prompt.step.depends_on:
        return "length depends on answers"
    if backend is None:
        return "counted once the model is ready"
    return backend.count_tokens(prompt.step.messages, prompt.step.prefix)


def _facts(count: int | str, estimated: bool) -> str:
    return format_count(count, "token", estimated=estimated) if isinstance(count, int) else count


def form_note(prompts: Sequence[Prompt], elsewhere: bool) -> str:
    """What the answer will be held to, and how; "" where it has no form."""
    held = [prompt for prompt in prompts if prompt.form]
    if not held or held[0].form is None:
        return ""
    name = held[0].form.title
    answer = f"the answer of \u201c{held[-1].step.label}\u201d" if len(prompts) > 1 else "the answer"
    if elsewhere:
        return f" \u00b7 {answer}: {name}, sent as {next(iter(held[0].form.fields))} for the server to keep"
    return f" \u00b7 {answer}: {name}, kept token by token while it is decoded"


def _summary(
    calls: Calls, messages: int, counts: Sequence[int | str], window: int | None, room: int, estimated: bool
) -> str:
    first = format_count(messages, "message") if calls.most == 1 else counted_calls(calls)
    known = [c for c in counts if isinstance(c, int)]
    if not known:
        return f"{first} \u00b7 {counts[0]}"
    count = format_count(sum(known), "token", estimated=estimated)
    if len(known) < len(counts):
        count = f"{sum(known):,} tokens and more"
    words = f"{first} \u00b7 {count}"
    if window and max(known) + room > window:
        too_much = f"{max(known):,} + {room:,} to answer is more than the window of {window:,}"
        words = f"{words} \u00b7 {too_much}"
    return words
