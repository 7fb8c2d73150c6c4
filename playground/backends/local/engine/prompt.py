"""Encodes messages as token ids through the chat template; control tokens that people type stay text."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from playground.backends.local.engine.chat_template import inspect_template, render
from playground.errors import ModelUnavailable, NotSupported
from playground.types import Message

# Private-use characters stand for control tokens in message text while the template runs.
OPEN, CLOSE = "\ue0f0", "\ue0f1"


def encode(tokenizer: Any, messages: Sequence[Message], prefill: str = "") -> list[int]:
    """Ids of the prompt that ends where the assistant is to go on, after `prefix` if given.

    Equal to `apply_chat_template` for text without control tokens; those, such as a pasted `<|im_end|>`,
    are encoded as the characters they are written with. Without a chat template the contents are one plain text.
    Raises NotSupported when the template refuses the conversation, or leaves out what somebody says in it.
    """
    rendered, typed = _hide_typed_controls(tokenizer, messages, prefill)
    if not typed:
        return _ids(tokenizer, rendered)
    ids: list[int] = [] if tokenizer.chat_template else tokenizer("")["input_ids"]
    for part in re.split(f"({_pattern(typed)})", rendered):
        if part in typed:  # only the template can have put it there
            ids.append(tokenizer.convert_tokens_to_ids(part))
        elif part:
            ids += tokenizer(_restore_typed_controls(part, typed), add_special_tokens=False, split_special_tokens=True)[
                "input_ids"
            ]
    return ids


def prompt_text(tokenizer: Any, messages: Sequence[Message], prefill: str = "") -> str:
    """What `encode` encodes, with what the tokenizer puts first; control tokens in messages as they were typed."""
    text = _restore_typed_controls(*_hide_typed_controls(tokenizer, messages, prefill))
    if tokenizer.chat_template:
        return text
    return str(tokenizer.decode(tokenizer("")["input_ids"] if text else _ids(tokenizer, ""))) + text


def _hide_typed_controls(tokenizer: Any, messages: Sequence[Message], prefill: str) -> tuple[str, list[str]]:
    """The rendered prompt with typed control tokens hidden, and the names that tell which; none if none was typed."""
    special = sorted((str(t) for t in tokenizer.all_special_tokens), key=len, reverse=True)
    texts = [text for message in messages for text in _texts(message)] + [prefill]
    if not special or not any(re.search(_pattern(special), text) for text in texts):
        return _render(tokenizer, messages, prefill), []

    def hide(text: str) -> str:
        text = re.sub(f"[{OPEN}{CLOSE}]", "", text)
        return re.sub(_pattern(special), lambda match: f"{OPEN}{special.index(match[0])}{CLOSE}", text)

    hidden = [
        replace(
            message,
            content=hide(message.content),
            functions=tuple(
                replace(f, description=hide(f.description), parameters=hide(f.parameters)) for f in message.functions
            ),
            calls=tuple(replace(call, arguments=hide(call.arguments), name=hide(call.name)) for call in message.calls),
        )
        for message in messages
    ]
    return _render(tokenizer, hidden, hide(prefill)), special


def _texts(message: Message) -> list[str]:
    """All that somebody wrote of a message."""
    listed = [text for f in message.functions for text in (f.description, f.parameters)]
    return [message.content, *listed, *(text for call in message.calls for text in (call.name, call.arguments))]


def _restore_typed_controls(text: str, typed: Sequence[str]) -> str:
    """Rendered text with what `_guarded` hid."""
    return re.sub(f"{OPEN}(\\d+){CLOSE}", lambda match: typed[int(match[1])], text) if typed else text


def _pattern(names: Sequence[str]) -> str:
    return "|".join(map(re.escape, names))


def _render(tokenizer: Any, messages: Sequence[Message], prefill: str) -> str:
    if not tokenizer.chat_template:
        return "\n\n".join([message.content for message in messages] + ([prefill] if prefill else []))
    return render(tokenizer, messages) + prefill


def _ids(tokenizer: Any, text: str) -> list[int]:
    """Ids of rendered text. Plain text gets what the tokenizer puts first, and always at least one token."""
    ids: list[int] = tokenizer(text, add_special_tokens=not tokenizer.chat_template)["input_ids"]
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    return ids or ([start] if start is not None else [0])


def takes_system(tokenizer: Any) -> bool:
    """Whether the chat template has a place for a system message; plain text always has."""
    return not tokenizer.chat_template or "system" in inspect_template(tokenizer).forms


def check_template(tokenizer: Any) -> None:
    """Raises ModelUnavailable for a chat template with which nothing can be asked."""
    try:
        if tokenizer.chat_template:
            inspect_template(tokenizer).form("user")
    except NotSupported as error:
        raise ModelUnavailable(f"The model cannot be asked anything. {error}") from error
