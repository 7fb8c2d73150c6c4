"""What a choice of the protocol says: text, reasoning, or a refusal, in the shapes that servers give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REASONING = (
    "reasoning_content", "reasoning", "thinking", "thought", "thoughts", "reasoning_text", "reasoning_details",
    "thinking_blocks",
)  # fmt: skip
INNER = ("text", "thinking", "reasoning", "thought", "summary", "content", "refusal", "value")  # where a part has words
THOUGHT = re.compile(r"think|reason|thought|summary")
DEEPEST = 8  # parts in parts


@dataclass(frozen=True, slots=True)
class Words:
    """`tool`: it calls a tool."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool: bool = False


def words(choice: Mapping[str, Any]) -> Words:
    """What a choice says, streamed or not. Raises TypeError for content that is neither text nor parts."""
    said = choice.get("delta")
    if said is None:
        said = choice.get("message")
    if said is None:
        said = {"content": choice.get("text")}
    content = said.get("content")
    found = Words(text=content) if isinstance(content, str) else _joined(content, "text", 0)
    thought = next((value for name in REASONING if (value := said.get(name))), None)
    refusal = said.get("refusal")
    return Words(
        text=found.text,
        reasoning=(_thought(thought) if thought else "") + found.reasoning,
        refusal=(refusal if isinstance(refusal, str) else "") + found.refusal,
        tool=bool(said.get("tool_calls") or said.get("function_call")),
    )


def _thought(value: Any) -> str:
    """Reasoning in a field of its own: text or parts. What else may stand there (a flag, an effort) says nothing."""
    return _joined(value, "reasoning", 0).reasoning if isinstance(value, str | list | dict) else ""


def _joined(value: Any, kind: str, depth: int) -> Words:
    """The words of a text, of a part, or of many parts; `kind` is what they are of."""
    if value is None:
        return Words()
    if isinstance(value, str):
        return Words(
            text=value if kind == "text" else "",
            reasoning=value if kind == "reasoning" else "",
            refusal=value if kind == "refusal" else "",
        )
    if depth > DEEPEST:
        raise TypeError("parts nested too deeply")
    if isinstance(value, list):
        parts = [_joined(part, kind, depth + 1) for part in value]
        return Words(
            "".join(p.text for p in parts), "".join(p.reasoning for p in parts), "".join(p.refusal for p in parts)
        )
    if isinstance(value, dict):
        named = str(value.get("type") or "").lower()
        inner = "refusal" if named == "refusal" else "reasoning" if THOUGHT.search(named) else kind
        return _joined(
            next((v for key in INNER if isinstance(v := value.get(key), str | list | dict)), None), inner, depth + 1
        )
    raise TypeError("content is neither text nor parts")
