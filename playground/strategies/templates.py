"""Put texts into a template: `{name}` of known names, in one pass, and nothing else.

Not `str.format`, which reaches attributes of what it is given, and not Jinja, which is a program.
"""

import re
from collections.abc import Mapping

from playground.errors import InvalidSetup

FIELD = re.compile(r"\{\{|\}\}|\{([^\W\d][\w -]*)\}")


def names(template: str) -> tuple[str, ...]:
    """The names a template refers to, in order. `{{` and `}}` stand for single braces."""
    return tuple(m[1] for m in FIELD.finditer(template) if m[1])


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace each `{name}`; what is put in is never looked at again. Raises InvalidSetup on an unknown name."""

    def value(match: "re.Match[str]") -> str:
        name = match[1]
        if not name:
            return match[0][0]
        if name not in values:
            known = ", ".join(f"{{{known}}}" for known in values)
            raise InvalidSetup(f"The template names {{{name}}}, which is not known here; it may use {known}.")
        return values[name]

    return FIELD.sub(value, template)
