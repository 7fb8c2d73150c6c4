"""Fills templates in one pass: `{name}` of known names and nothing else.

Not `str.format`, which reaches attributes of what it is given, and not Jinja, which is a program.
"""

import re
from collections.abc import Mapping

from playground.errors import InvalidSetup
from playground.types import MAX_TEXT, Message, Task

NAME = r"[^\W\d](?:[\w -]*\w)?"
VARIABLE = re.compile(rf"\{{\{{ *({NAME}) *\}}\}}")  # of an input; a template has `{{name}}` for `{name}` itself
FIELD = re.compile(rf"\{{\{{({NAME})\}}\}}|\{{ *({NAME}) *\}}")


def field_names(template: str) -> tuple[str, ...]:
    """The names a template refers to, in order. `{{name}}` is no reference: it stands for `{name}` itself."""
    return tuple(m[2] for m in FIELD.finditer(template) if m[2])


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Replace each `{name}`; what is put in is never looked at again.

    Raises InvalidSetup on an unknown name, and on a result longer than any text may be.
    """
    if (length := len(template) + sum(len(values.get(name, "")) for name in field_names(template))) > MAX_TEXT:
        raise InvalidSetup(f"The filled-in template would have {length:,} characters; {MAX_TEXT:,} is the most.")

    def value(match: "re.Match[str]") -> str:
        name = match[2]
        if not name:
            return f"{{{match[1]}}}"
        if name not in values:
            names = ", ".join(f"{{{key}}}" for key in values)
            raise InvalidSetup(f"The template names {{{name}}}, which is not known here; it may use {names}.")
        return values[name]

    return FIELD.sub(value, template)


def template_messages(task: Task, template: str, **values: str) -> tuple[Message, ...]:
    """The task's role, if it has one, and what a user says: the template, filled with the input and these values."""
    message = Message("user", fill_template(template, {"input": task.input, **values}))
    return (Message("system", task.role), message) if task.role.strip() else (message,)
