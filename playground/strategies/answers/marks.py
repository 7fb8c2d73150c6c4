"""Finds where a text marks its answer: a box, a tag, four hashes, or "the answer is"."""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_BOX = 500  # characters between the braces
MOST_BOXES = 100  # the last ones count
# In twelve languages, those of MGSM among them; "answer" may be said to be one to, of or for something.
ANSWER = (
    r"(?:\b(?:answer|ans)(?:\s{0,3}\([^()\n]{0,80}\))?(?:\s(?:to|for|of)\s[^.:\n?!]{1,80}?)?"
    r"(?:[*_`\"']{0,3}\s{0,9}(?:\b(?:is|would be|should be|must be|will be|was)\b(?!\s+not\b)|[:=\uff1a])|-(?=\d)"
    r"|(?<=final answer)[*_]{0,3}[ \t]{0,9}\n)"
    r"|\bantwort(?:\s(?:ist|lautet)\b|\s?:)|\br[e\u00e9]ponse(?:\s(?:est)\b|\s?:)|\brespuesta(?:\s(?:es)\b|\s?:)"
    r"|\brisposta(?:\s(?:\u00e8)|\s?:)|\bresposta(?:\s(?:\u00e9)|\s?:)"
    r"|\b\u043e\u0442\u0432\u0435\u0442\s?[:\u2014\u2013-]|\u7b54\u6848(?:\u662f|\u4e3a|\u70ba|\u4e3a\u662f)?[:\uff1a]?"
    r"|\u7b54\u3048(?:\u306f|[:\uff1a])|(?:\uc815\ub2f5|\ub2f5)(?:\uc740|[:\uff1a])"
    r"|\u0627\u0644(?:\u062c\u0648\u0627\u0628|\u0625\u062c\u0627\u0628\u0629)\s?(?:\u0647\u0648|\u0647\u064a|:)"
    r"|\u0e04\u0e33\u0e15\u0e2d\u0e1a\u0e04\u0e37\u0e2d|\u0909\u0924\u094d\u0924\u0930\s?(?:\u0939\u0948|:)"
    r"|\bjibu ni\b)"
    r"\s{0,9}[:\uff1a]?\s{0,9}"
)
CONCLUSION = re.compile(ANSWER, re.IGNORECASE)
# What each of these phrases has in it; much quicker to look for.
HINT = re.compile(
    r"answer|\bans\b|antwort|r[e\u00e9]ponse|respuesta|risposta|resposta|\u043e\u0442\u0432\u0435\u0442|\u7b54|\ub2f5"
    "|\u062c\u0648\u0627\u0628|\u0625\u062c\u0627\u0628|\u0e04\u0e33\u0e15\u0e2d\u0e1a|\u0909\u0924\u094d"
    "|jibu",
    re.IGNORECASE,
)
FINAL = re.compile(r"\b(?:final|correct)\s{1,3}$", re.IGNORECASE)
BOX = re.compile(r"(?:\\|\x08)?(?:\b|(?<=\x08))(?:boxed|oxed|fbox)\s{0,3}(?:\{|(?P<bare>-?[\d.,]+|[A-Z]\b))")
MACRO = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mathit|mbox)\s?\{([^{}]{0,200})\}")
TAGGED = re.compile(r"<answer>(.{0,2000}?)</answer>", re.IGNORECASE | re.DOTALL)
# As GSM8K ends its solutions; "#### 1. First step" and "#### Step 1" are headings.
HASHES = re.compile(
    r"(?<!#)####(?!#)[ \t]*+(?!\d+[.)]\s+\S|[^\W\d]+\s+\d)"
    r"(?=[^\w\n]|\d|\w\b|\w{1,30}(?:[ \t]\w{1,30}){0,2}[ \t.!]{0,5}$)(.{1,200})$",
    re.MULTILINE,
)
PHRASES = ('"the final answer is"', '"the answer is"')
SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[\u3002\uff01\uff1f\uff61]|\n")


class AnswerMark(NamedTuple):
    """What follows a mark, and how the mark is called."""

    text: str
    name: str


def conclusion(text: str) -> str | None:
    """What follows the first "the answer is", the phrase by which worked examples end; None without it."""
    match = CONCLUSION.search(text) if HINT.search(text) else None
    return text[match.end() :] if match else None


def marks(text: str) -> Iterator[AnswerMark]:
    """All marked answers, those that count first before the others.

    The last box and the last tag, since a solution boxes what it finds on its way; but the first "####" and the first
    "the answer is", since a model that goes on after these asks itself something else.
    """
    if not any(sign in text for sign in ("oxed", "fbox", "<", "####")) and not HINT.search(text):
        return  # nearly every text: nothing in it can be a mark
    yield from reversed([AnswerMark(MACRO.sub(r"\1", box), "\\boxed") for box in _boxes(text)])
    yield from reversed([AnswerMark(match[1], "<answer>") for match in TAGGED.finditer(text)])
    yield from (AnswerMark(match[1], "####") for match in HASHES.finditer(text))
    conclusions = list(CONCLUSION.finditer(text))
    ends = [*(match.start() for match in conclusions[1:]), len(text)]
    sentences = [
        (bool(FINAL.search(text, max(match.start() - 12, 0), match.start())), _sentence(text, match.end(), end))
        for match, end in zip(conclusions, ends, strict=False)
    ]
    yield from (AnswerMark(sentence, PHRASES[0]) for final, sentence in sentences if final)
    yield from (AnswerMark(sentence, PHRASES[1]) for final, sentence in sentences if not final)


def _sentence(text: str, start: int, stop: int) -> str:
    """The rest of the sentence, or the next line where nothing follows on this one."""
    end = SENTENCE_END.search(text, start, stop)
    return text[start : end.start() if end else stop]


def _boxes(text: str) -> Iterator[str]:
    for box in [*BOX.finditer(text)][-MOST_BOXES:]:
        if box["bare"]:
            yield box["bare"]
        elif (end := _closing_brace(text, box.end())) is not None:
            yield text[box.end() : end]


def _closing_brace(text: str, start: int) -> int | None:
    depth = 1
    for at in range(start, min(len(text), start + LONGEST_BOX)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    return None
