"""A parameter that is a list of numbers, typed on one line."""

import re
from dataclasses import dataclass
from typing import Any

from playground.errors import InvalidSetup, write_value
from playground.ui.setup_form.fields import Field


@dataclass(frozen=True, slots=True)
class NumberList(Field):
    """Its box, and how it is read."""

    def read(self, raw: Any) -> list[Any]:
        """Each number once. Raises InvalidSetup for what is none."""
        p, words = self.parameter, [word for word in re.split(r"[,;\s]+", str(raw or "")) if word]
        how = f"write 1 to {p.max_length} numbers with commas."
        if not words:
            raise InvalidSetup(path=(p.name,), value="", rule=how)
        try:
            return list(dict.fromkeys(map(float, words)))
        except ValueError:
            wrong = next(word for word in words if not _is_number(word))
            raise InvalidSetup(path=(p.name,), rule=f"has {write_value(wrong)}, which is no number; {how}") from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
