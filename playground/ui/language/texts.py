"""The texts of one language, by the English text as it stands in the code.

A text may have gaps, "{done} of {total} answers.". Handlers say the sentence whose gaps are filled; its template is
found again here, so that no handler need know of languages. A gap that is `{label!t}` in the translation holds a text
of the page itself, and is translated too. What somebody or a model wrote is marked as `AsWritten`, and stays.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate

import yaml

from playground.ui.language.choosing import HERE

GAP = re.compile(r"\{(\w+)(!t)?\}")
# What a gap of such a name holds, and nothing else: a number, a share or a size like 135M; how many of something; how
# long something takes.
HELD = {
    re.compile(r"n\d?"): re.compile(r"[+\u2212-]?\$?[\d.,]+(?:[KMB]| ?%)?"),
    re.compile("counted"): re.compile(r"[\d.,]+ [a-z ]+"),
    re.compile("duration"): re.compile(r"\d+ s|\d+ min|\d+ h \d+ min"),
}
RULE = "rule"  # a gap of this name holds a text of the page: else half a sentence would be in each language
DEEPEST = 5  # gaps within gaps that are translated
LONGEST = 2000  # letters of a text that is looked for
SHORT, MOST_KEPT = 200, 4096  # letters of a text that is remembered with its translation, and how many are
SENTENCE = re.compile(r"(?<=[.!?]) +(?=\S)| \u00b7 ")
# A line, or all that stands between two fences: code, which is as it was written.
LINE = re.compile(r"(?m)^(`{3,})[^`\n]*\n(?s:.*?)^\1$|^((?:#+ |> |[*-] )?)(\S.*?)( *)$")
BETWEEN = ("; ", ", ")  # the parts of a list
SCRIPTS = "scripts"  # the file of the texts that the page's own scripts write


class AsWritten(str):
    """What somebody or a model wrote, where otherwise a text of the page stands: it is never translated."""

    __slots__ = ()


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
        return read if all(may_hold(name, value) for name, value in read.items()) else None


@dataclass(frozen=True)
class Texts:
    """All texts of a language; none, in English. `scripts` are those that the page's own scripts need."""

    by_text: Mapping[str, str]
    scripts: Mapping[str, str]

    @cached_property
    def templates(self) -> dict[str, list[Template]]:
        """By the first letter of a text those that it can be, the longest first, as it says most of one. Scripts fill
        gaps by number, and are not among them."""
        found = [
            Template(tuple(GAP.split(text)[::3]), tuple(name for name, _ in gaps), translation)
            for text, translation in self.by_text.items()
            if (gaps := GAP.findall(text)) and not gaps[0][0].isdigit()
        ]
        found.sort(key=lambda template: -sum(map(len, template.parts)))
        begins = {"", *(template.parts[0][:1] for template in found)}
        return {letter: [one for one in found if one.parts[0][:1] in ("", letter)] for letter in begins}

    def translate(self, text: str, depth: int = DEEPEST) -> str:
        """The text in this language; as it is, where there is none. Of several sentences each by itself."""
        if not self.by_text or not text or len(text) > LONGEST or isinstance(text, AsWritten):
            return text
        if (exact := self.by_text.get(text)) is not None:
            return exact
        ends = [match.span() for match in SENTENCE.finditer(text)]
        starts, stops = [0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)]
        parts = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
        found = [self._find_part(part, depth) for part in parts]
        # A sentence behind a bold word is not told from what that introduces.
        if (None in found or "**" in text) and (whole := self.find(text, depth)) is not None:
            return whole
        between = [text[start:end] for start, end in ends] + [""]
        said = [there or part for there, part in zip(found, parts, strict=True)]
        return "".join(part for pair in zip(said, between, strict=True) for part in pair)

    def _find_part(self, part: str, depth: int) -> str | None:
        """A sentence, or a fact at the end of one, with its full stop."""
        if (found := self.find(part, depth)) is None and part.endswith("."):
            found = (fact := self.find(part[:-1], depth)) and f"{fact}."
        return found

    def translate_markdown(self, text: str) -> str:
        """The same line by line, where the whole is none of the texts; marks at a line's beginning stay."""
        if not self.by_text or text in self.by_text:
            return self.by_text.get(text, text)
        return LINE.sub(lambda line: line[0] if line[1] else self._translate_line(line[2], line[3], line[4]), text)

    def _translate_line(self, mark: str, text: str, end: str) -> str:
        """A line whose mark, such as that of a heading, stays unless it is a part of a known text."""
        whole = self.by_text.get(f"{mark}{text}")
        return (whole or f"{mark}{self.translate(text)}") + end

    def find(self, text: str, depth: int = DEEPEST) -> str | None:
        """The text in this language, if it is one of them as a whole."""
        if (found := self.by_text.get(text)) is not None:
            return found
        return self._remembered(text, depth) if len(text) <= SHORT else self._find_filled(text, depth)

    @cached_property
    def _remembered(self) -> Callable[[str, int], str | None]:
        """The same facts are said again and again while something runs, to everybody who looks."""
        return lru_cache(MOST_KEPT)(self._find_filled)

    def _find_filled(self, text: str, depth: int) -> str | None:
        for template in self.templates.get(text[:1], self.templates[""]):
            values = template.read(text)
            if values is not None and (said := self._fill(template.translation, values, depth)) is not None:
                return said
        return None

    def _translate_gap(self, text: str, depth: int) -> str:
        """A text of the page, a sentence of it without its full stop, or several with semicolons or commas between."""
        if (said := self.translate(text, depth)) != text or len(text) > LONGEST:
            return said
        if (whole := self.find(f"{text}.", depth)) is not None:
            return whole.removesuffix(".")
        between = next((one for one in BETWEEN if one in text), "")
        return between.join(self.find(one, depth) or one for one in text.split(between)) if between else text

    def _is_known(self, text: str, depth: int) -> bool:
        """Whether all of it is in this language: as a whole, or each of its sentences."""
        parts = SENTENCE.split(text)
        whole = self.find(text, depth) is not None or self.find(f"{text}.", depth) is not None
        return whole or (len(parts) > 1 and None not in [self._find_part(part, depth) for part in parts])

    def _fill(self, translation: str, values: Mapping[str, str], depth: int) -> str | None:
        """The translation with this in its gaps; None where a part would stay in the other language, or is none."""
        own = {gap[1] for gap in GAP.finditer(translation) if gap[2] and depth}
        said = {name: self._translate_gap(text, depth - 1) if name in own else text for name, text in values.items()}
        if RULE in own and not (is_whole(values[RULE]) and self._is_known(values[RULE], depth - 1)):
            return None
        return GAP.sub(lambda gap: said[gap[1]], translation)


def may_hold(name: str, value: str) -> bool:
    """Whether a gap of this name may hold this."""
    return all(held.fullmatch(value) for names, held in HELD.items() if names.fullmatch(name))


def is_whole(text: str) -> bool:
    """Whether each bracket in it is one that it opens and closes."""
    within = list(accumulate({"(": 1, ")": -1}.get(letter, 0) for letter in text))
    return not within or (min(within) >= 0 and within[-1] == 0)


@cache
def texts_of(language: str) -> Texts:
    """Read once, when somebody first asks for that language."""
    read = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted((HERE / language).glob("*.yaml"))}
    return Texts({text: said for file in read.values() for text, said in file.items()}, read.get(SCRIPTS, {}))
