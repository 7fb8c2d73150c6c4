"""Inspects and renders a chat template: which roles it takes, and whether their words reach the prompt."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from weakref import WeakKeyDictionary

from jinja2.exceptions import TemplateError

from playground.errors import NotSupported
from playground.functions.calls import OPEN, arguments_of
from playground.functions.listing import as_tools
from playground.types import Function, FunctionCall, Message

log = logging.getLogger(__name__)
Form = Literal["text", "parts"]

# What each role says to a template to see whether it arrives as it was said: capitals, marks, another script.
PROBE_TEXTS: Mapping[str, str] = {
    "system": 'Obey "Zoe" & <Quinn>, n\u00e9e 4.',
    "user": 'Which "Fox" jumps & <barks>, na\u00efve 7?',
    "assistant": 'The "Jay" & <Wren>, caf\u00e9 9.',
}
THOUGHT = "</think>"  # what comes before it, templates leave out of earlier answers on purpose
ROLES: tuple[Literal["system", "user", "assistant"], ...] = ("system", "user", "assistant")
NO_FUNCTIONS = "This model's chat template has no place for functions, or its calls have a form that is not read here."
PROBE_FUNCTION = Function(
    name="probe_heron",
    description='Counts "herons", na\u00efve 7.',
    parameters='{"type": "object", "properties": {"pond": {"type": "string"}}, "required": ["pond"]}',
)
PROBE_CALL = FunctionCall(name="probe_heron", arguments='{"pond": "mere_19"}', id="call00000")
LEFT_OUT = "This model's chat template leaves out or changes what the {role} says, so the model would not read it."


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """How content is given to a template, by role; a role that it does not take has none. `refusal` is why."""

    forms: Mapping[str, Form]
    refusal: Mapping[str, str]

    def form(self, role: str) -> Form:
        """Raises NotSupported for a role whose words would not be in the prompt."""
        if role not in self.forms:
            raise NotSupported(self.refusal[role])
        return self.forms[role]


_templates: "WeakKeyDictionary[Any, tuple[Any, ChatTemplate]]" = WeakKeyDictionary()


def inspect_template(tokenizer: Any) -> ChatTemplate:
    """What its template does with probing words. Found once for each template of a tokenizer."""
    entry = _templates.get(tokenizer)
    if entry is None or entry[0] != tokenizer.chat_template:
        entry = _templates[tokenizer] = (tokenizer.chat_template, _inspect(tokenizer))
    return entry[1]


def render(tokenizer: Any, messages: Sequence[Message]) -> str:
    """The prompt up to where the assistant is to go on. Raises NotSupported unless all words are in it."""
    template = inspect_template(tokenizer)
    calling = any(message.functions or message.calls or message.role == "tool" for message in messages)
    if calling and not takes_functions(tokenizer):
        raise NotSupported(NO_FUNCTIONS)
    turns = [(m, "text" if m.role == "tool" else template.form(m.role)) for m in messages]
    text = _apply(tokenizer, turns)
    said = _without_spaces(text)
    for message in messages:
        # Spaces at the ends are the template's business; of an answer, what was thought before it is too.
        words = message.content.rpartition(THOUGHT)[2] if message.role == "assistant" else message.content
        if _without_spaces(words) not in said:
            raise NotSupported(LEFT_OUT.format(role=message.role))
    return text


def takes_functions(tokenizer: Any) -> bool:
    """Whether functions, calls and what they gave reach the prompt, and calls are written as they are read here."""
    if not tokenizer.chat_template or OPEN not in str(tokenizer.chat_template):
        return False
    user = Message("user", PROBE_TEXTS["user"], functions=(PROBE_FUNCTION,))
    turns = [user, Message("assistant", "", calls=(PROBE_CALL,)), Message("tool", "12 herons", call_id=PROBE_CALL.id)]
    try:
        text = _apply(tokenizer, [(turn, "text") for turn in turns])
    except NotSupported:
        return False
    parts = text.partition(PROBE_TEXTS["user"])
    return PROBE_FUNCTION.name in parts[0] and all(
        words in parts[2] for words in ("probe_heron", "mere_19", "12 herons")
    )


def _inspect(tokenizer: Any) -> ChatTemplate:
    template = ChatTemplate({}, {})
    system, user, assistant = (Message(role, PROBE_TEXTS[role]) for role in ROLES)
    # The user first: nothing can be asked without; some templates take one only after a system message.
    for conversation, role in (
        ([user], "user"),
        ([system, user], "user"),
        ([system, user], "system"),
        ([user, assistant, user], "assistant"),
        ([system, user, assistant, user], "assistant"),
    ):
        if role not in template.forms and all(
            m.role in template.forms or m.role in (role, "system") for m in conversation
        ):
            template = _try_forms(tokenizer, conversation, role, template)
    if "user" not in template.forms:
        refusal = dict.fromkeys(PROBE_TEXTS, template.refusal["user"])
        return ChatTemplate({}, refusal)
    missing = [role for role in PROBE_TEXTS if role not in template.forms]
    return replace(
        template, refusal={role: template.refusal.get(role) or LEFT_OUT.format(role=role) for role in missing}
    )


def _try_forms(tokenizer: Any, conversation: Sequence[Message], role: str, template: ChatTemplate) -> ChatTemplate:
    """With the form in which a role's words arrive, or with why they do not."""
    why = ""
    forms: tuple[Form, ...] = ("text", "parts")
    for form in forms:
        try:
            turns = [(m, form if m.role == role else template.forms.get(m.role, form)) for m in conversation]
            text = _apply(tokenizer, turns)
        except NotSupported as error:
            why = why or str(error)
            continue
        if PROBE_TEXTS[role] in text and "'type'" not in text:  # not as the source text of a list of parts
            return replace(template, forms={**template.forms, role: form})
    return replace(template, refusal={**template.refusal, role: why or LEFT_OUT.format(role=role)})


def _apply(tokenizer: Any, turns: Sequence[tuple[Message, Form]]) -> str:
    if isinstance(tokenizer.chat_template, dict) and "default" not in tokenizer.chat_template:
        names = ", ".join(map(repr, sorted(tokenizer.chat_template)))
        raise NotSupported(
            f"This model's tokenizer has several chat templates ({names}) and none of them is named 'default', so it "
            "is unclear which is meant. Name one of them so in the model's folder."
        )
    turns_as_json = [
        {
            "role": message.role,
            "content": message.content if form == "text" else [{"type": "text", "text": message.content}],
            **({"tool_calls": [_call_as_json(call) for call in message.calls]} if message.calls else {}),
        }
        for message, form in turns
    ]
    try:
        tools = as_tools(function for message, _ in turns for function in message.functions) or None
        return str(
            tokenizer.apply_chat_template(turns_as_json, tools=tools, tokenize=False, add_generation_prompt=True)
        )
    except TemplateError as error:
        raise NotSupported(f"This model's chat template refuses the conversation: {error}") from error
    except Exception as error:  # whatever a program of the model's makers may raise
        log.warning("A chat template failed.", exc_info=True)
        said = f"This model's chat template has a fault and cannot be used ({type(error).__name__}; see the log)."
        raise NotSupported(said) from error


def _call_as_json(call: FunctionCall) -> dict[str, Any]:
    return {"type": "function", "function": {"name": call.name, "arguments": arguments_of(call)}}


def _without_spaces(text: str) -> str:
    return "".join(text.split())
