"""Composes passages to learn from, each with questions that it answers and a summary in one sentence."""

from dataclasses import dataclass
from random import Random

from playground.skill_data.reading import read_words

WORDS = "passages/kinds.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """`questions` are asked and answered in a few words of the text."""

    text: str
    summary: str
    questions: tuple[tuple[str, str], ...]


def compose_passages(random: Random, count: int) -> list[Passage]:
    """`count` passages of all kinds by turns, no text twice."""
    lists = read_words(WORDS)
    kinds, by_text = lists["kinds"], dict[str, Passage]()
    while len(by_text) < count:
        kind = kinds[len(by_text) % len(kinds)]
        words = {name: random.choice(values) for name, values in lists["words"].items()}
        text = _fill(kind["text"], words)
        questions = tuple((_fill(asked, words), _fill(answer, words)) for asked, answer in kind["questions"].items())
        by_text.setdefault(text, Passage(text=text, summary=_fill(kind["summary"], words), questions=questions))
    return list(by_text.values())


def _fill(pattern: str, words: dict[str, str]) -> str:
    """The pattern with these words, as a sentence where it is one."""
    text = pattern.format(**words)
    for vowel in "aeio":
        text = text.replace(f" a {vowel}", f" an {vowel}")
    return text[:1].upper() + text[1:] if pattern[:1] == "{" and pattern[-1:] in ".?" else text
