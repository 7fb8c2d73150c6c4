"""Scorers by the words or characters that an answer shares with its best reference."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, compose_accents, missing_answer, verdict
from playground.parameters import choice, flag, number
from playground.types import MAX_TEXT

MAX_WORDS = 1000  # of a reference, as ROUGE cuts it
MAX_CHARACTERS = 60_000  # of all references of an item, whose every run of characters is counted
WORD = re.compile("[a-z0-9]+")
ARTICLES = re.compile(r"\b(?:a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_words(text: str) -> str:
    """As SQuAD's official script does it: lower case, no punctuation, no articles, single spaces."""
    return " ".join(ARTICLES.sub(" ", compose_accents(text).lower().translate(PUNCTUATION)).split())


def f1(answer: str, reference: str) -> float:
    """The harmonic mean of precision and recall over the words of both; two empty texts agree."""
    answer_words, reference_words = normalise_words(answer).split(), normalise_words(reference).split()
    if not answer_words or not reference_words:
        return float(answer_words == reference_words)
    shared = sum((Counter(answer_words) & Counter(reference_words)).values())
    return 2 * shared / (len(answer_words) + len(reference_words))


@dataclass(frozen=True, kw_only=True)
class SquadEM(Scorer):
    name = "squad_em"
    title = "SQuAD exact match"
    about = "The answer is a reference but for case, punctuation and articles (Rajpurkar et al. 2016)."
    longest = MAX_TEXT

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return missing_answer("text", answer)
        return verdict(normalise_words(answer) in map(normalise_words, item.references), answer.strip(), item)


@dataclass(frozen=True, kw_only=True)
class Overlap(Scorer):
    """Base of those that give a degree."""

    binary = False

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        for item in dataset.items:
            if sum(map(len, item.references)) > MAX_CHARACTERS:
                raise self.wrong_item(item, f"has references of more than {MAX_CHARACTERS:,} characters, not fewer")

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return Verdict(score=0.0, extracted=False, note="There is no answer.")
        references = tuple(map(compose_accents, item.references))
        return Verdict(score=self.degree(compose_accents(answer), references), predicted=answer.strip())

    def degree(self, answer: str, references: tuple[str, ...]) -> float:
        """From 0 to 1, against the reference that suits best."""
        raise NotImplementedError  # abstract


@dataclass(frozen=True, kw_only=True)
class SquadF1(Overlap):
    name = "squad_f1"
    title = "SQuAD F1"
    about = "Words shared with a reference, as precision and recall in one figure (Rajpurkar et al. 2016)."

    def degree(self, answer: str, references: tuple[str, ...]) -> float:
        return max(f1(answer, reference) for reference in references)


@dataclass(frozen=True, kw_only=True)
class Rouge(Overlap):
    name = "rouge"
    title = "ROUGE"
    about = (
        "Words (1), pairs of words (2) or the longest common subsequence (L) shared with a reference, as F1; "
        "rouge-score, which knows the letters a to z only."
    )

    kind: Literal["rouge1", "rouge2", "rougeL"] = choice("rougeL", help="What is counted.")
    stem: bool = flag(True, help='"walks" and "walked" are one word (Porter).')

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        for item in dataset.items:
            if any(len(WORD.findall(reference.lower())) > MAX_WORDS for reference in item.references):
                raise self.wrong_item(item, f"has a reference of more than {MAX_WORDS:,} words, not the short one")

    def degree(self, answer: str, references: tuple[str, ...]) -> float:
        scorer = _rouge(self.kind, self.stem)
        if self.kind == "rougeL":
            return max(_shared_order(scorer, answer, reference) for reference in references)
        return float(scorer.score_multi(list(references), answer)[self.kind].fmeasure)


def _shared_order(scorer: Any, answer: str, reference: str) -> float:
    """ROUGE-L as rouge-score counts it, whose own table of all pairs of words takes seconds and gigabytes."""
    answer_tokens, reference_tokens = (scorer._tokenizer.tokenize(text) for text in (answer, reference))
    return (
        2 * longest_common(reference_tokens, answer_tokens) / (len(answer_tokens) + len(reference_tokens))
        if answer_tokens and reference_tokens
        else 0.0
    )


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, a bit a word of `first` (Hyyr\u00f6 2004)."""
    places: dict[str, int] = {}
    for i, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << i
    whole = row = (1 << len(first)) - 1
    for word in second:
        matches = row & places.get(word, 0)
        row = ((row + matches) | (row - matches)) & whole
    return len(first) - row.bit_count()


@cache
def _rouge(kind: str, stem: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([kind], use_stemmer=stem)


@dataclass(frozen=True, kw_only=True)
class Bleu(Overlap):
    name = "bleu"
    title = "BLEU"
    about = (
        "Runs of one to four words shared with the references, of a single sentence (sacrebleu, exponential "
        "smoothing). Papers report the BLEU of a whole corpus, which is no mean of these."
    )

    lowercase: bool = flag(False, help="Upper and lower case do not differ.")

    def degree(self, answer: str, references: tuple[str, ...]) -> float:
        import sacrebleu

        scored = sacrebleu.sentence_bleu(answer, list(references), lowercase=self.lowercase)
        return min(float(scored.score) / 100, 1.0)


@dataclass(frozen=True, kw_only=True)
class Chrf(Overlap):
    name = "chrf"
    title = "chrF"
    about = "Runs of one to six characters shared with a reference (sacrebleu); with word pairs it is chrF++."

    word_order: int = number(0, 0, 2, step=1, help="Longest run of words that counts too. 2 is chrF++.")
    lowercase: bool = flag(False, help="Upper and lower case do not differ.")

    def degree(self, answer: str, references: tuple[str, ...]) -> float:
        from sacrebleu.metrics.chrf import CHRF

        measure = CHRF(word_order=self.word_order, lowercase=self.lowercase)
        return min(float(measure.sentence_score(answer, list(references)).score) / 100, 1.0)
