"""`ask` of a script that needs nothing but `openai`: its source is copied into scripts, and it never runs here.

What is known of the server (`server`) becomes constants, so that a script has only those branches that it needs.
"""

import sys
from typing import Any

from playground.export.stand_ins import REPLIES, Completion
from playground.functions.calls import write_call
from playground.functions.listing import as_tools

MODEL = ""
SAMPLING: dict[str, Any] = {}
FORM: dict[str, Any] = {}
CLIENT: Any = None
server: Any = None


def ask(
    label: str,
    messages: Any,
    *,
    n: int = 1,
    prefill: str = "",
    answer_to: Any = None,
    weights: Any = None,
    one_of: tuple[str, ...] = (),
    **overrides: Any,
) -> tuple[Completion, ...]:
    """Send the messages, and give the replies."""
    messages = [*messages]
    settings = {**SAMPLING, **overrides}
    if server.renames and "max_tokens" in settings:
        settings["max_completion_tokens"] = settings.pop("max_tokens")
    if server.several and weights is not None and weights.model:
        settings["model"] = weights.model
    if server.functions:
        offered = [function for message in messages for function in message.get("functions", ())]
        settings["tools"] = as_tools(offered)
        messages = [{key: value for key, value in message.items() if key != "functions"} for message in messages]
    if server.formed and answer_to is not None and answer_to.form != "none":
        settings |= FORM
    if server.chooses and one_of:
        settings["structured_outputs"] = {"choice": [*one_of]}
    if prefill:
        if server.prefill == "question":
            messages[-1] = {**messages[-1], "content": f"{messages[-1]['content']}\n\n{prefill}"}
        if server.prefill == "prefix":
            messages.append({"role": "assistant", "content": prefill, "prefix": True})
        if server.prefill == "continue":
            messages.append({"role": "assistant", "content": prefill})
            settings |= {"continue_final_message": True, "add_generation_prompt": False}
    if n == 1:
        choices = send(messages, settings)
    elif server.samples:
        choices = send(messages, {**settings, "n": n})
    elif server.seeded:
        choices = [send(messages, {**settings, "seed": (SAMPLING["seed"] + i) % 2**32})[0] for i in range(n)]
    else:
        choices = [send(messages, settings)[0] for _ in range(n)]
    replies = tuple(read_choice(choice, settings, prefill) for choice in choices)
    for reply in replies:
        print(f"--- {label}\n{reply.text}", file=sys.stderr)
    if server.keeps:
        REPLIES.extend(replies)
    return replies


def send(messages: list[Any], settings: dict[str, Any]) -> Any:
    if server.cuts:
        settings = {**settings}
        stops = settings.pop("stop", ())
        if server.stops:
            settings["stop"] = stops[: server.stops]
    if server.several:
        settings = {"model": MODEL, **settings}
    if server.plain:
        response = CLIENT.chat.completions.create(
            model=settings.pop("model") if server.several else MODEL, messages=messages, **settings
        )
    else:
        response = CLIENT.chat.completions.create(
            model=settings.pop("model") if server.several else MODEL, messages=messages, extra_body=settings
        )
    if server.counts and response.usage:
        for choice in response.choices:
            choice.written = response.usage.completion_tokens // len(response.choices)
    return response.choices


def read_choice(choice: Any, settings: dict[str, Any], prefill: str) -> Completion:
    text, finish_reason = choice.message.content or "", choice.finish_reason
    if server.functions:
        called = [one.function for one in choice.message.tool_calls or ()]
        text += "".join(f"\n{write_call(one.name, one.arguments)}" for one in called)
    if server.prefill == "prefix":
        text = text.removeprefix(prefill)
    if server.cuts:
        for stop in settings.get("stop", ()):
            if stop in text:
                text, finish_reason = text.partition(stop)[0], "stop"
    return Completion(
        text=text,
        reasoning=getattr(choice.message, "reasoning_content", None) or "",
        finish_reason=finish_reason,
        completion_tokens=getattr(choice, "written", 0),
        tokens=tuple(choice.logprobs.content or ()) if choice.logprobs else (),
    )
