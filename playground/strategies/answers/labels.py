"""Reads labels, Yes and No: whole words that are not denied."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from playground.strategies.answers.characters import LETTER, UNSPACED, normalise

Span = tuple[int, int, str]  # where a label begins and ends in a text, and which it is
YES_NO = {"yes": "Yes", "true": "Yes", "no": "No", "false": "No"}
OTHER = {"Yes": "No", "No": "Yes"}
NEGATION = (
    r"(?:\b(?:not|never|cannot|neither|nor|hardly|far from|no|without)|n't)"
    r"(?:\s+(?:think|believe|say|claim|agree|the case|evidence|indication|sign|proof|way|chance)(?:\s+(?:that|of))?"
    r"(?:\s+(?:that|this|it)(?:'s|\s+is|\s+was))?)?"
    r"(?:\s+(?:be\s+)?(?:call|consider|describe|classify|classified|label|regard)(?:ed|led|d)?"
    r"(?:\s+(?:that|this|it))?(?:\s+(?:as|to be))?)?"
    r"(?:\s+(?:seem|appear|look|be|been|a|an|the|really|very|quite|at all|entirely|strictly|necessarily|exactly))*"
    r"[\s\"'*`(\[]{0,4}|[\u4e0d\u975e\u672a\u65e0\u7121]\u662f?"
)
DENIED = re.compile(rf"(?:{NEGATION})$", re.IGNORECASE)
ASKED = re.compile(r"[^.!?\n]{0,80}\?(?=\s*\S)")
DENIAL_REACH = 60  # characters before a word in which what denies it is looked for
# "no" before these denies them and is no answer.
DETERMINER = (
    r"(?!\s+(?:doubt|one|longer|matter|problem|need|question|way|idea|reason|evidence|information|more|less)\b)"
)
JOINED = re.compile(r"(?<!\d)\s?/\s?|\s(?:and|or|nor|und|oder)\s", re.IGNORECASE)  # "yes or no", "good/bad": no answer
STATEMENT = re.compile(
    rf"(?<!{LETTER})(?<!{LETTER}-)(?:yes|no{DETERMINER}|true|false)(?!{LETTER}|-{LETTER})", re.IGNORECASE
)


def yes_or_no(text: str) -> list[str]:
    """Yes for yes and true, No for no and false; the other one where it is denied: "That is not true" says No."""
    said = [(m.start(), m.end(), YES_NO[m[0].lower()]) for m in STATEMENT.finditer(text)]
    answers = [
        (start, end, OTHER[label] if _is_denied(text, start) else label) for start, end, label in _apart(text, said)
    ]
    return _after_questions(text, answers)


def labels_in(text: str, labels: tuple[str, ...]) -> list[str]:
    """The labels a folded text names, as they were given; one that is denied is not named, "not bad" says nothing."""
    whole = _key(text).strip(" .!?\"'`*()[]\n")
    if exact := [label for label in labels if label.strip() and _key(normalise(label)) == whole]:
        return exact[:1]
    return _after_questions(text, _apart(text, label_spans(text, labels)))


def label_spans(text: str, labels: tuple[str, ...]) -> list[Span]:
    """Where in the text which label stands; the longest where several could."""
    pattern, spelled = _pattern(labels)
    if pattern is None:
        return []
    return [
        (m.start(), m.end(), spelled[_key(m[0])])
        for m in pattern.finditer(text)
        if _key(m[0]) in spelled and not _is_denied(text, m.start())
    ]


def _apart(text: str, spans: list[Span]) -> list[Span]:
    """Without labels that stand in one breath with another one: they are a choice, not an answer."""
    joined = {
        span
        for one, other in pairwise(spans)
        if one[2] != other[2] and JOINED.fullmatch(text, one[1], other[0])
        for span in (one, other)
    }
    return [span for span in spans if span not in joined]


def _after_questions(text: str, spans: list[Span]) -> list[str]:
    """The labels; those of a question that is answered after it only where there are no others."""
    return [label for _, end, label in spans if not _is_question(text, end)] or [label for _, _, label in spans]


def _is_question(text: str, end: int) -> bool:
    """Whether the sentence is a question that is answered after it: "Is it true? No." """
    return bool(ASKED.match(text, end))


def _is_denied(text: str, at: int) -> bool:
    return bool(DENIED.search(text[max(at - DENIAL_REACH, 0) : at]))


@lru_cache(maxsize=256)
def _pattern(labels: tuple[str, ...]) -> tuple["re.Pattern[str] | None", dict[str, str]]:
    by_length = sorted((label for label in labels if label.strip()), key=len, reverse=True)
    spelled = {_key(normalise(label)): label for label in reversed(by_length)}
    parts = [_with_boundaries(normalise(label).strip()) for label in by_length]
    return (re.compile("|".join(parts), re.IGNORECASE) if parts else None), spelled


def _with_boundaries(label: str) -> str:
    """The label as a whole word, where its script has such: "toxic" is not in "non-toxic", "4" not in "4.5"."""
    before = "" if re.match(f"[{UNSPACED}]", label) else rf"(?<!{LETTER})(?<!{LETTER}-)"
    after = "" if re.search(f"[{UNSPACED}]$", label) else rf"(?!{LETTER}|-{LETTER}|[+#])"
    if label[:1].isdigit():
        before += r"(?<!\d[.,])"
    if label[-1:].isdigit():
        after += r"(?![.,]\d)"
    return before + r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", label))) + after


def _key(text: str) -> str:
    """Under which two spellings of a label are one."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", text.casefold())).strip()
