"""Reads text, reasoning and refusal out of a choice, in the shapes that servers give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REASONING_KEYS = (
    "reasoning_content", "reasoning", "thinking", "thought", "thoughts", "reasoning_text", "reasoning_details",
    "thinking_blocks",
)  # fmt: skip
TEXT_KEYS = (
    "text",
    "thinking",
    "reasoning",
    "thought",
    "summary",
    "content",
    "refusal",
    "value",
)  # where a part has words
REASONING_TYPE = re.compile(r"think|reason|thought|summary")
MAX_DEPTH = 8  # parts in parts


@dataclass(frozen=True, slots=True)
class ChoiceText:
    """`calls`: what is new of calls of functions, as they were sent."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: tuple[Any, ...] = ()


def read_choice(choice: Mapping[str, Any]) -> ChoiceText:
    """What a choice says, streamed or not. Raises TypeError for content that is neither text nor parts."""
    turn = choice.get("delta")
    if turn is None:
        turn = choice.get("message")
    if turn is None:
        turn = {"content": choice.get("text")}
    content = turn.get("content")
    content_text = ChoiceText(text=content) if isinstance(content, str) else _join_parts(content, "text", 0)
    thought = next((value for name in REASONING_KEYS if (value := turn.get(name))), None)
    refusal = turn.get("refusal")
    return ChoiceText(
        text=content_text.text,
        reasoning=(_reasoning_text(thought) if thought else "") + content_text.reasoning,
        refusal=(refusal if isinstance(refusal, str) else "") + content_text.refusal,
        calls=_calls(turn),
    )


def _calls(turn: Mapping[str, Any]) -> tuple[Any, ...]:
    """In the protocol's older form there is one, outside of a list."""
    listed, one = turn.get("tool_calls"), turn.get("function_call")
    return tuple(listed) if isinstance(listed, list) else ({"function": one},) if one else (listed,) if listed else ()


def _reasoning_text(value: Any) -> str:
    """Reasoning in a field of its own: text or parts. What else may stand there (a flag, an effort) says nothing."""
    return _join_parts(value, "reasoning", 0).reasoning if isinstance(value, str | list | dict) else ""


def _join_parts(value: Any, kind: str, depth: int) -> ChoiceText:
    """The words of a text, of a part, or of many parts; `kind` is what they are of."""
    if value is None:
        return ChoiceText()
    if isinstance(value, str):
        return ChoiceText(
            text=value if kind == "text" else "",
            reasoning=value if kind == "reasoning" else "",
            refusal=value if kind == "refusal" else "",
        )
    if depth > MAX_DEPTH:
        raise TypeError("parts nested too deeply")
    if isinstance(value, list):
        parts = [_join_parts(part, kind, depth + 1) for part in value]
        return ChoiceText(
            "".join(p.text for p in parts), "".join(p.reasoning for p in parts), "".join(p.refusal for p in parts)
        )
    if isinstance(value, dict):
        named = str(value.get("type") or "").lower()
        inner = "refusal" if named == "refusal" else "reasoning" if REASONING_TYPE.search(named) else kind
        return _join_parts(
            next((v for key in TEXT_KEYS if isinstance(v := value.get(key), str | list | dict)), None), inner, depth + 1
        )
    raise TypeError("content is neither text nor parts")
