"""Numbered passages in a prompt: read back, and sentences of an answer looked up in them."""

import re
from collections.abc import Mapping

from playground.types import Check

PASSAGE = re.compile(r"^\[(\d{1,3})\] ", re.MULTILINE)
CITATION = re.compile(r"\[(\d{1,3})\]")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")
WORD = re.compile(r"[^\W_]+")
SHORT = 3  # letters of a word that is not looked up: most of these stand in every text
ENOUGH = 0.6  # of a sentence's words in one passage
MOST_SENTENCES = 50


def read_passages(found: str) -> dict[str, str]:
    """The passages of a search's answer by their numbers, as it stands now: a person may have rewritten it."""
    parts = PASSAGE.split(found)[1:]
    return {parts[at]: parts[at + 1].strip() for at in range(0, len(parts), 2)}


def sentences_of(answer: str) -> list[str]:
    """Its sentences; a citation that stands behind the full stop belongs to the sentence before it."""
    sentences: list[str] = []
    for part in SENTENCE_END.split(answer.strip()):
        part, begun = part.strip(), CITATION.match(part.strip())
        while begun and sentences:
            sentences[-1] = f"{sentences[-1]} {begun[0]}"
            part = part[begun.end() :].strip()
            begun = CITATION.match(part)
        if words_to_find(part):
            sentences.append(part)
    return sentences[:MOST_SENTENCES]


def words_to_find(text: str) -> set[str]:
    """The words of a sentence that tell what it says: numbers, and words that are not short."""
    without = CITATION.sub(" ", text)
    return {w for w in WORD.findall(without.casefold()) if len(w) > SHORT or any(c.isdigit() for c in w)}


def check_sentence(sentence: str, passages: Mapping[str, str]) -> Check:
    """Whether one passage holds most words of a sentence and every number of it. Words are all that is compared: a
    sentence that turns a passage's meaning round may pass, one in words of its own may not."""
    wanted = words_to_find(sentence)
    shared = {number: wanted & words_to_find(text) for number, text in passages.items()}
    best = max(shared, key=lambda number: len(shared[number]), default="")
    share = len(shared[best]) / len(wanted) if best and wanted else 0.0
    digits = {word for word in wanted if any(c.isdigit() for c in word)}
    supported = share >= ENOUGH and digits <= shared[best]
    found = f"{len(shared[best])} of its {len(wanted)} words are in [{best}]" if best else "there is no passage"
    cited = dict.fromkeys(CITATION.findall(sentence))
    unknown = [number for number in cited if number not in passages]
    if unknown:
        found = f"{found}; it cites [{unknown[0]}], which is none"
    elif cited and best not in cited:
        found = f"{found}; it cites [{next(iter(cited))}]"
    return Check(rule=sentence, kept=supported and not unknown, found=found)
