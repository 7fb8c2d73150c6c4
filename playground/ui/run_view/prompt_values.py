"""What will be sent, worked out from the form as one types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playground import runner
from playground.advice import advice
from playground.backends.base import Backend
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError, PromptTooLong
from playground.formats import format_count
from playground.prompts import Prompt, PromptPiece, prompts_of
from playground.strategies import Calls, technique_of
from playground.types import Setup
from playground.ui.run_view.measures import counted_calls
from playground.ui.run_view.step_groups import groups
from playground.ui.run_view.steps_values import turns
from playground.ui.setup_form.check import checked
from playground.ui.setup_form.labels import labelled

ENDPOINT = "endpoint"  # the kind of model whose tokens are not ours to count
EMPTY: dict[str, Any] = {"summary": "", "error": "", "advice": [], "wrong": [], "steps": [], "raw": ""}


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
        setup = checked(read(), catalog)
        info, prompts = catalog.info(setup.model), prompts_of(setup)
        first = prompts[0].step
        backend = catalog.loaded_backend(setup.model)
        if backend:
            runner.refuse_ignored(setup, backend.capabilities)
        counts = [_count(prompt, backend) for prompt in prompts]
        raw = backend.prompt_text(first.messages, first.prefix) if backend else ""
    except PlaygroundError as error:
        wrong = list(error.path[1:])  # the part of the setup has no widget
        return Preview({**EMPTY, "error": labelled(error), "wrong": wrong})
    estimated = info.kind == ENDPOINT
    asked = next((i for i, prompt in enumerate(prompts) if _asks(prompt, setup.task.input)), None)
    shown = [
        {
            **prompt_value(prompts[group.first], setup.task.input if group.first == asked else ""),
            "label": group.label,
            "times": len(group.steps) * max(1, len(group.steps[0].completions)),
            "facts": _facts(counts[group.first], estimated),
        }
        for group in groups([prompt.step for prompt in prompts])
    ]
    honoured = backend.capabilities if backend else info.capabilities
    room = setup.sampling.max_tokens if "max_tokens" in honoured.sampling else 0
    calls = technique_of(setup).calls(setup.task)
    summary = _summary(calls, len(first.messages), counts, honoured.context_length, room, estimated)
    too_long = _overlong(counts, setup, catalog)
    said = {"summary": summary, "error": too_long, "advice": list(advice(setup))}
    return Preview({**EMPTY, **said, "steps": shown, "raw": raw}, setup)


def refuse_overlong(setup: Setup, catalog: Catalog) -> None:
    """Raises PromptTooLong for a prompt that is known not to fit: it is not sent."""
    backend = catalog.loaded_backend(setup.model)
    if backend and (too_long := _overlong([_count(prompt, backend) for prompt in prompts_of(setup)], setup, catalog)):
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
    roles = [message.role for message in prompt.step.messages]
    return turns(zip(roles, contents, strict=True), [_piece(piece) for piece in prompt.prefix])


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


def _summary(
    calls: Calls, messages: int, counts: Sequence[int | str], window: int | None, room: int, estimated: bool
) -> str:
    first = format_count(messages, "message") if calls.most == 1 else counted_calls(calls)
    known = [c for c in counts if isinstance(c, int)]
    if not known:
        return f"{first} \u00b7 {counts[0]}"
    more = "+" if len(known) < len(counts) else ""
    about = "about " if estimated else ""
    words = f"{first} \u00b7 {about}{sum(known):,}{more} tokens"
    if window and max(known) + room > window:
        words += f" \u00b7 {max(known):,} + {room:,} to answer is more than the window of {window:,}"
    return words
