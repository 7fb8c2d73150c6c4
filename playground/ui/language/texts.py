"""The texts of one language, by the English text as it stands in the code.

A text may have gaps, "{done} of {total} answers.". Handlers say the sentence whose gaps are filled; its template is
found again here, so that no handler need know of languages. A gap that is `{label!t}` in the translation holds a text
of the page itself, and is translated too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import yaml

from playground.ui.language.choosing import HERE

GAP = re.compile(r"\{(\w+)(!t)?\}")
NUMBER = "n"  # a gap of this name holds a number and nothing else
FIGURES = re.compile(r"[\d.,]+")
LONGEST = 2000  # letters of a text that is looked for
SENTENCE = re.compile(r"(?<=[.!?]) +(?=\S)| \u00b7 ")
LINE = re.compile(r"(?m)^((?:#+ |> |[*-] )?)(\S.*?)( *)$")
SCRIPTS = "scripts"  # the file of the texts that the page's own scripts write


@dataclass(frozen=True, slots=True)
class Template:
    """A text with gaps, as the parts around them, and its translation."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    translation: str

    def read(self, text: str) -> dict[str, str] | None:
        """What stands in the gaps, if it is this text. Each part is taken where it first comes: whatever the text is,
        that takes no longer than to read it a few times."""
        first, *inner, last = self.parts
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last)) or end < len(first):
            return None
        at, found = len(first), []
        for part in inner:
            next_at = text.find(part, at, end) if part else at
            if next_at < 0:
                return None
            found.append(text[at:next_at])
            at = next_at + len(part)
        read = dict(zip(self.names, [*found, text[at:end]], strict=True))
        return read if NUMBER not in read or FIGURES.fullmatch(read[NUMBER]) else None


@dataclass(frozen=True)
class Texts:
    """All texts of a language; none, in English. `scripts` are those that the page's own scripts need."""

    by_text: Mapping[str, str]
    scripts: Mapping[str, str]

    @cached_property
    def templates(self) -> list[Template]:
        """Those whose gaps have names, the longest first: it says most of a text. Scripts fill theirs by number."""
        found = [
            Template(tuple(GAP.split(text)[::3]), tuple(name for name, _ in gaps), translation)
            for text, translation in self.by_text.items()
            if (gaps := GAP.findall(text)) and not gaps[0][0].isdigit()
        ]
        return sorted(found, key=lambda template: -sum(map(len, template.parts)))

    def translate(self, text: str) -> str:
        """The text in this language; as it is, where there is none. Of several sentences each by itself."""
        if not self.by_text or not text or len(text) > LONGEST:
            return text
        if (whole := self.find(text)) is not None:
            return whole
        ends = [match.span() for match in SENTENCE.finditer(text)]
        starts = [0, *(end for _, end in ends)]
        stops = [*(start for start, _ in ends), len(text)]
        said = [self._translate_part(text[start:stop]) for start, stop in zip(starts, stops, strict=True)]
        between = [text[start:end] for start, end in ends] + [""]
        return "".join(part for pair in zip(said, between, strict=True) for part in pair)

    def _translate_part(self, part: str) -> str:
        """A sentence, or a fact at the end of one, with its full stop."""
        if (found := self.find(part)) is None and part.endswith("."):
            found = (fact := self.find(part[:-1])) and f"{fact}."
        return found or part

    def translate_markdown(self, text: str) -> str:
        """The same line by line, where the whole is none of the texts; marks at a line's beginning stay."""
        if not self.by_text or text in self.by_text:
            return self.by_text.get(text, text)
        return LINE.sub(lambda line: self._translate_line(*line.groups()), text)

    def _translate_line(self, mark: str, text: str, end: str) -> str:
        """A line whose mark, such as that of a heading, stays unless it is a part of a known text."""
        whole = self.by_text.get(f"{mark}{text}")
        return (whole or f"{mark}{self.translate(text)}") + end

    def find(self, text: str) -> str | None:
        """The text in this language, if it is one of them as a whole."""
        if (found := self.by_text.get(text)) is not None:
            return found
        for template in self.templates:
            if (values := template.read(text)) is not None:
                return self._fill(template.translation, values)
        return None

    def _fill(self, translation: str, values: Mapping[str, str]) -> str:
        def value(gap: re.Match[str]) -> str:
            text = values[gap[1]]
            return self.translate(text) if gap[2] else text

        return GAP.sub(value, translation)


@cache
def texts_of(language: str) -> Texts:
    """Read once, when somebody first asks for that language."""
    read = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted((HERE / language).glob("*.yaml"))}
    return Texts({text: said for file in read.values() for text, said in file.items()}, read.get(SCRIPTS, {}))
