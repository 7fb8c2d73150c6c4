"""What was sent and what came back, step by step, as plain values for the page."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from playground.formats import format_count
from playground.functions.calls import write_call
from playground.functions.listing import as_tools
from playground.task import PERSON
from playground.tools import TOOL_NAMES
from playground.types import Completion, Finding, FinishReason, Message, Origin, Run, Status, Step
from playground.ui.language.texts import AsWritten
from playground.ui.run_view.dialogue_values import graph_value, recipients
from playground.ui.run_view.measures import dollars, mean_probability
from playground.ui.run_view.search_values import draft_changes, tree_value
from playground.ui.run_view.step_groups import Group, groups, label_of, sample_title, waits_for_person

ENDINGS: dict[FinishReason | None, str] = {
    "length": "cut at max tokens",
    "cancelled": "stopped",
    "refused": "withheld by the server",
    "stop": "",
    None: "",
}
BROKEN_OFF = "broken off, see the error above"


def steps_value(run: Run | None) -> dict[str, Any]:
    """Every prompt and output; may be edited once nothing runs any more."""
    if run is None:
        return {"steps": [], "tree": [], "graph": {"agents": [], "arrows": []}, "editable": False}
    changes, sent_to = draft_changes(run), recipients(run)
    return {
        "steps": [
            {
                **_group(group, run.status, sent_to.get(group.first, "")),
                "label": label_of(group, run.setup),
                "change": changes.get(group.first),
            }
            for group in groups(run.steps)
        ],
        "tree": tree_value(run.tree),
        "graph": graph_value(run),
        "editable": run.status in ("done", "stopped", "failed"),
    }


def _group(group: Group, status: Status, sent_to: str) -> dict[str, Any]:
    alone = len(group.steps) == 1
    cards: list[dict[str, Any]] = [
        {
            "at": [group.first + i, sample],
            "title": "" if alone and len(step.completions) == 1 else _title(step, sample),
            "prompt": None if alone else prompt(step),
            "text": completion.text,
            "reasoning": completion.reasoning,
            "findings": findings(completion.findings, step.messages),
            "origin": made_by(completion.origin),
            "state": _state(completion),
            "facts": _measure(completion) if step.measured else _facts(completion, status),
            "given": step.measured,
            "tokens": bool(completion.tokens),
            "waits": waits_for_person(step),
        }
        for i, step in enumerate(group.steps)
        for sample, completion in enumerate(step.completions)
    ]
    sent = [completion for step in group.steps for completion in step.completions]
    tokens, estimated = max((c.prompt_tokens for c in sent), default=0), any(c.estimated for c in sent)
    facts = [sent_to] if sent_to else []
    facts += [format_count(tokens, "prompt token", estimated=estimated)] if tokens and alone else []
    if len(cards) == 1:  # one line for what is one thing
        facts, cards[0]["facts"] = [*facts, *([cards[0]["facts"]] if cards[0]["facts"] else [])], ""
    origins = {card["origin"] for card in cards}
    if len(cards) > 1 and len(origins) == 1:
        for card in cards:
            card["origin"] = ""
    return {
        "state": cards[0]["state"] if len(cards) == 1 else "",
        "facts": " \u00b7 ".join(facts),
        "origin": origins.pop() if len(cards) > 1 and len(origins) == 1 else "",
        "prompt": prompt(group.steps[0]) if alone else None,
        "cards": cards,
    }


def prompt(step: Step) -> dict[str, Any]:
    """Messages by role, and the beginning of the assistant's turn."""
    to = "" if not step.tool else f"to the {step.tool}" if step.tool in TOOL_NAMES else f"call of {step.tool}"
    to = "shown to you" if step.tool == PERSON else to
    return turns([(message, _words(message.content)) for message in step.messages], _words(step.prefix), to=to)


def turns(
    messages: Iterable[tuple[Message, list[dict[str, Any]]]], begun: list[dict[str, Any]], to: str = ""
) -> dict[str, Any]:
    """A prompt as the page draws it: each text in pieces, of which some are gaps. `to` is said instead of its role."""
    who = {"who": to} if to else {}
    drawn = []
    for message, pieces in messages:
        if message.functions:
            listed = json.dumps(
                [tool["function"] for tool in as_tools(message.functions)], ensure_ascii=False, indent=1
            )
            drawn.append({"role": "system", "pieces": _words(listed), "who": "functions"})
        calls = "".join(f"\n{write_call(call.name, call.arguments)}" for call in message.calls)
        drawn.append({"role": message.role, "pieces": [*pieces, *_words(calls)], **who})
    return {"messages": drawn, "prefill": begun}


def _words(text: str) -> list[dict[str, Any]]:
    return [{"text": text, "gap": False}] if text else []


def made_by(origin: Origin | None) -> str:
    """Which weights made a text, or which tool, in words."""
    if origin is None:
        return ""
    if origin.tool:
        return f"Answered by the {origin.tool}"
    made = f"Made by {origin.weights}"
    if origin.adapter:
        made = f"{made} with {origin.adapter} \u00d7 {origin.scale:g}"
    return f"{made}, which has no effect" if origin.without_effect else made


def findings(found: Sequence[Finding], messages: Sequence[Message]) -> dict[str, Any] | None:
    """Labels with their probabilities, and where parts of the text were labelled, the text with these marked."""
    if not found:
        return None
    text = next((m.content for m in reversed(messages) if m.role == "user"), "")
    rows = [
        {"label": AsWritten(f.label), "part": "" if f.start is None else text[f.start : f.end], "p": f.probability}
        for f in found
    ]
    return {"rows": rows, "pieces": _pieces(found, text)}


def _pieces(found: Sequence[Finding], text: str) -> list[dict[str, str]]:
    """The text cut where labels begin and end. Of labels that overlap, the likeliest is marked."""
    taken: list[tuple[int, int, Finding]] = []
    for f in sorted(found, key=lambda f: -f.probability):
        if f.start is None or f.end is None or f.start >= f.end:
            continue
        if all(f.end <= start or end <= f.start for start, end, _ in taken):
            taken.append((f.start, f.end, f))
    pieces, at = [], 0
    for start, end, f in sorted(taken, key=lambda mark: mark[0]):
        pieces += [{"text": text[at:start], "label": ""}, {"text": text[start:end], "label": f.label}]
        at = end
    return [piece for piece in [*pieces, {"text": text[at:], "label": ""}] if piece["text"]] if taken else []


def _title(step: Step, sample: int) -> str:
    return sample_title(step, sample) if len(step.completions) > 1 else step.label


def _measure(completion: Completion) -> str:
    """What is said of words that were given, and of which the model only told how likely it finds them."""
    p = mean_probability(completion.tokens)
    return (
        ""
        if p is None
        else f"given; mean log-probability {math.log(p):.2f}, {format_count(len(completion.tokens), 'token')}"
    )


def _state(completion: Completion) -> str:
    return "edited" if completion.edited else completion.finish_reason or "streaming"


def _facts(completion: Completion, status: Status) -> str:
    if completion.edited:
        return "edited by hand"
    count = completion.completion_tokens
    facts = [format_count(count, "token", estimated=completion.estimated)] if count else []
    if completion.cost is not None and completion.finish_reason:
        facts.append(dollars(completion.cost))
    if completion.finish_reason and (p := mean_probability(completion.tokens)) is not None:
        facts.append(f"mean probability {p:.2f}")
    broken_off = status == "failed" and completion.finish_reason == "cancelled"
    facts += [f"token {at} chosen by you" for at, token in enumerate(completion.tokens, 1) if token.forced]
    if ending := BROKEN_OFF if broken_off else ENDINGS[completion.finish_reason]:
        facts.append(ending)
    return " \u00b7 ".join(facts)
