"""What an answer must not do, in the words of a prompt, and whether it does: words, length and format."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from playground.types import Check

Format = Literal["lists", "headings", "tables", "code", "markup"]  # markup: any of the others

WORD = 'Do not use "{word}".'
LENGTH = "Do not write more than {words}."
FORMATS: dict[Format, str] = {
    "lists": "Do not write a list.",
    "headings": "Do not write headings.",
    "tables": "Do not write a table.",
    "code": "Do not write code blocks.",
    "markup": "Do not write lists, headings, tables or code blocks.",
}

# Of a line without the spaces around it. A heading may also be a line that is underlined.
MARKS = {
    "lists": re.compile(r"(?:[-+*\u2022\u2023\u25e6]|\(?(?:\d{1,3}|[a-zA-Z])\)|\d{1,3}\.)[ \t]+\S.*"),
    "headings": re.compile(r"#{1,6}[ \t]+\S.*|\*\*[^*]+\*\*:?"),
    "tables": re.compile(r"\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?"),
    "code": re.compile(r"(?:```|~~~).*"),
}
UNDERLINE = re.compile("={3,}|-{3,}")
RULER = re.compile(r"(?:[-*_][ \t]*){3,}")  # a line across the page is no list
AROUND = " \t>"  # a quotation may hold any of them
QUOTED = 60  # characters of a line that breaks a rule

# Scripts without spaces between words: a word may stand anywhere in them, and a character counts as a word.
UNSPACED = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
BETWEEN_WORDS = re.compile("[\\s\u2013\u2014]+")  # spaces and dashes, not hyphens


def is_blank(word: str) -> bool:
    """Whether nothing of it can be seen."""
    return not _plain(word).split()


def check_word(text: str, word: str) -> Check:
    """Whether a word or phrase does not occur, however it is cased, spaced or emphasised.

    Another form of the word, such as its plural, is another word. The word must not be blank.
    """
    found, plain, parts = 0, _plain(text), _plain(word).split()
    phrase = r"\s+".join(map(re.escape, parts))
    for match in re.finditer(f"(?=({phrase}))", plain):  # also where another one has begun
        start, end = match.span(1)
        before, after = plain[max(start - 1, 0) : start], plain[end : end + 1]
        found += not (_joins(before) and _joins(parts[0][0])) and not (_joins(after) and _joins(parts[-1][-1]))
    times = "once" if found == 1 else f"{found:,} times"
    return Check(rule=WORD.format(word=word), kept=not found, found=times if found else "")


def check_length(text: str, most: int) -> Check:
    """Whether it has at most so many words."""
    count = count_words(text)
    return Check(rule=length_rule(most), kept=count <= most, found=_words(count))


def length_rule(most: int) -> str:
    """The rule that an answer has at most so many words."""
    return LENGTH.format(words=_words(most))


def check_format(text: str, form: Format) -> Check:
    """Whether no line has what Markdown writes that way."""
    kinds = MARKS if form == "markup" else (form,)
    found = next((line for kind in kinds for line in _lines_of(kind, text)), "")
    return Check(rule=FORMATS[form], kept=not found, found=f"{found[:QUOTED]}\u2026" if len(found) > QUOTED else found)


def count_words(text: str) -> int:
    """Words between spaces and dashes that have a letter or a digit; in scripts without spaces, characters."""
    words = BETWEEN_WORDS.split(UNSPACED.sub(r" \1 ", _plain(text)))
    return sum(any(map(str.isalnum, word)) for word in words)


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count:,} words"


def _lines_of(kind: str, text: str) -> Iterator[str]:
    """The lines that make it a text of that kind."""
    above = ""
    for line in (line.strip(AROUND) for line in text.splitlines()):
        if MARKS[kind].fullmatch(line) and not (kind == "lists" and RULER.fullmatch(line)):
            yield line
        if kind == "headings" and above and UNDERLINE.fullmatch(line):
            yield above
        above = line


def _plain(text: str) -> str:
    """In one case and one spelling of the same characters, without those that nobody sees."""
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    return "".join(c for c in text if unicodedata.category(c) != "Cf").casefold()


def _joins(character: str) -> bool:
    """Whether it makes one word with a letter beside it: a letter, a digit or a mark on one."""
    letter = character.isalnum() or unicodedata.category(character or " ").startswith("M")
    return letter and not UNSPACED.fullmatch(character)
