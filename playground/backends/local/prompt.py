"""Messages to token ids, through the model's own chat template. Control tokens in anyone's text stay text."""

import re
from collections.abc import Sequence
from typing import Any

from jinja2.exceptions import TemplateError

from playground.errors import NotSupported
from playground.types import Message

# Private-use characters stand for control tokens in message text while the template runs.
OPEN, CLOSE = "\ue0f0", "\ue0f1"


def encode(tokenizer: Any, messages: Sequence[Message], prefix: str = "") -> list[int]:
    """Ids of the prompt that ends where the assistant is to go on, after `prefix` if given.

    Equal to `apply_chat_template` for text without control tokens; those, such as a pasted `<|im_end|>`,
    are encoded as the characters they are written with. Without a chat template the contents are one plain text.
    Raises NotSupported when the template refuses the conversation.
    """
    special = sorted((str(t) for t in tokenizer.all_special_tokens), key=len, reverse=True)
    controls = re.compile("|".join(map(re.escape, special))) if special else None
    texts = [message.content for message in messages] + [prefix]
    if controls is None or not any(map(controls.search, texts)):
        return _ids(tokenizer, _render(tokenizer, messages, prefix))

    texts = [re.sub(f"[{OPEN}{CLOSE}]", "", text) for text in texts]
    hidden = [controls.sub(lambda match: f"{OPEN}{special.index(match[0])}{CLOSE}", text) for text in texts]
    rendered = _render(
        tokenizer, [Message(m.role, text) for m, text in zip(messages, hidden, strict=False)], hidden[-1]
    )
    ids: list[int] = [] if tokenizer.chat_template else tokenizer("")["input_ids"]
    for part in re.split(f"({controls.pattern})", rendered):
        if controls.fullmatch(part):  # only the template can have put it there
            ids.append(tokenizer.convert_tokens_to_ids(part))
        elif part:
            plain = re.sub(f"{OPEN}(\\d+){CLOSE}", lambda match: special[int(match[1])], part)
            ids += tokenizer(plain, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    return ids


def _render(tokenizer: Any, messages: Sequence[Message], prefix: str) -> str:
    if not tokenizer.chat_template:
        return "\n\n".join([message.content for message in messages] + ([prefix] if prefix else []))
    turns = [{"role": message.role, "content": message.content} for message in messages]
    try:
        return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)) + prefix
    except TemplateError as error:
        raise NotSupported(f"This model's chat template refuses the conversation: {error}") from error


def _ids(tokenizer: Any, text: str) -> list[int]:
    """Ids of rendered text. Plain text gets what the tokenizer puts first, and always at least one token."""
    ids: list[int] = tokenizer(text, add_special_tokens=not tokenizer.chat_template)["input_ids"]
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    return ids or ([start] if start is not None else [0])


def takes_system(tokenizer: Any) -> bool:
    """Whether the chat template has a place for a system message; plain text always has."""
    try:
        _render(tokenizer, [Message("system", "Be brief."), Message("user", "Hello")], "")
    except NotSupported:
        return False
    return True
