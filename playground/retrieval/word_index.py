"""Finds passages by their words (BM25), and says which words found them."""

import logging
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

WORD = re.compile(r"[^\W_]+")
# What stands in every text tells none from another.
COMMON_WORDS = """
a an and any are as at be been but by can did do does for from had has have how i if in into is it its may me my no not
of on one or our she he her his so than that the their them then there these they this those to was we were what when
where which who whom whose why will with would you your
"""
COMMON = frozenset(COMMON_WORDS.split())


def words_of(text: str) -> list[str]:
    """The words that tell texts apart, without the ending of a plural."""
    return [_singular(word) for word in WORD.findall(text.casefold()) if word not in COMMON]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


class WordIndex:
    """BM25 over texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to tell everything
        self._count = len(texts)
        tokens = [words_of(text) for text in texts]
        self._bm25: Any = None
        if any(tokens):
            self._bm25 = bm25s.BM25()
            self._bm25.index(tokens, show_progress=False)

    def scores(self, question: str) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """How well each text fits the words of the question; 0 where it has none of them."""
        known = self._known(question)
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        scores: np.ndarray[Any, np.dtype[np.float32]] = self._bm25.get_scores(known)
        return scores

    def reasons(self, question: str, texts: Sequence[int]) -> list[tuple[tuple[str, float], ...]]:
        """Of each of these texts the words of the question that it holds, each with its part of the score, the largest
        first."""
        parts = {word: self._bm25.get_scores([word])[[*texts]] for word in dict.fromkeys(self._known(question))}
        return [
            tuple(sorted(((w, float(s[at])) for w, s in parts.items() if s[at] > 0), key=lambda part: -part[1]))
            for at in range(len(texts))
        ]

    def _known(self, question: str) -> list[str]:
        return [] if self._bm25 is None else [word for word in words_of(question) if word in self._bm25.vocab_dict]
