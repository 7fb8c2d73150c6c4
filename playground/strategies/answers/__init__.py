"""Reads an answer out of a model's words, or out of a reference, by one grammar.

What is read as what (`extract_answer`), in this order:

| step | rule |
|---|---|
| thought | `<think>...</think>`, `[THINK]`, `<reasoning>`, channels of gpt-oss and the like are left out; a closing |
| | tag alone ends a thought that began in the prompt; a thought that is cut off leaves no answer (`reasoning.py`) |
| length | of a text beyond 40,000 characters the first and the last 20,000 are read |
| characters | composed; digits, letters and signs of all scripts and widths in their plain form; nothing invisible |
| marks | the last `\boxed{}` or `<answer>`, else the first `#### `, "the final answer is", "the answer is" (also |
| | "Answer:", and in twelve languages) after which an answer of the kind stands in the same sentence (`marks.py`) |
| no mark | the first answer of the kind, or the last where a technique asks for it; a number that is not to be the |
| | last is the result of the last calculation, where there is one: "8 apples, so 8 + 5 = 13" is 13 |

| number | read as |
|---|---|
| `1,234.50` `1.234,50` `1 234,50` `1'234.50` `1_234.5` `12,34,567` | groups of three digits (or two, the Indian way) |
| `1,234` | 1234: a comma before exactly three digits groups them, unless a 0 stands before it |
| `2,5` `3,99` `0,125` `1234,567` | a decimal comma: no other reading is a number |
| `1.234` | 1.234: one point is a decimal point; `1.234.567` is 1234567 |
| `3, 4 and 5`, `1,2,3`, `(3,4)` | several numbers: a list, a pair in brackets |
| `2 602` | 2602; `2024 300` and `3 100 20` are several numbers |
| `3e8` `6.02 x 10^23` `6.02\times10^{23}` `10²³` `2^10` | powers, written out up to 400 digits |
| `3/4` `\frac{3}{4}` `1 1/2` `1½` | fractions, exact: 0.75, 1.5; 1/3 stays 1/3 |
| `5 million` `2.5bn` `3k` `1.2M` `$5B` `5万` | scaled; B, m and T only with a currency, since 5B may be a room; |
| | also in other languages: `3 Millionen` `2,5 Mio.` `5 crore`. A dozen is a unit: `3 dozen` is 3 |
| `-5` `−5` `–5` `-$5` `$-5` | minus five; but `3-5` and `3–5` are two numbers, and `(5)` is 5 |
| `50%` `$50` `50 km` | 50: percent, currency and unit are not part of the number, so 50% is not 0.5 |
| `10:30` `3:4` `2024-05-03` `3/4/2024` `3.11.2` | no number: times, ratios, dates, versions |
| `v2` `x_1` `GPT-4` `x^2` `2\\pi` `\\sqrt{2}` `±3` | no number: names, powers and what is not worked out |
| `90^\\circ` `0.1\\overline{6}` `5.000,-` | 90, 1/6, 5000 |
| `not 5 but 6` | 6 |
| `1. ...` `2. ...` | the numbers of a list's lines are none |
| `twenty-five` `a hundred` `minus five` `two and a half` `two thirds` | words, where the text has no digits |
| `first` | no number; `5th` is 5 and `twenty-third` 23 |
| `3 + 4 = 7` | 7, with a mark and without; of `3x + 4 = 7`, which is solved for x, the first number |
| `3x + 5` `3 + 4` `x^2 + 3` and no word beside it | no number |
| `3 * 4` `3-5` `3 or 4` after a mark | no number, and nothing else in the text is the answer |
| `\boxed{2, 3}` `\boxed{3x}` `\boxed{9\\pi}` | no number, likewise (`marked_numbers.py`) |

| other kinds | read as |
|---|---|
| choice | `(b)` `b)` `B.` `**B**` "option b" before a bare `B` before a label that is spelled out; "A triangle" has |
| | the article, "B and C" is no answer, nor is A in "A is wrong"; a Cyrillic В is another letter |
| yes_no | yes, true; no, false; the other one when denied: "That is not true" is No; "no doubt" says nothing; |
| | "Yes or no?" and a question before the answer are not the answer |
| label | a whole word (any part of the text in scripts without spaces) that is not denied: "Not bad but good" is |
| | good, "non-toxic" is not toxic; the longest where several could be meant; case and composition do not matter |
| | "good or bad" and "good/bad" name a choice and no answer |
| text | all of it |

characters.py       One spelling per character before anything is read or compared: widths, digits, dashes, quotes,
                    what is invisible
choices.py          Reads the letter of a multiple choice
labels.py           Reads labels, Yes and No: whole words that are not denied
marked_numbers.py   The number of a marked answer, where it is one number: `\boxed{3x+5}`, `\boxed{2, 3}` and "is 3 x
                    4" are none; the result of a calculation
marks.py            Where a text marks its answer: a box, a tag, four hashes, "the final answer is", "the answer is"
number_words.py     Numbers written in English words: "two thousand one hundred", "minus five", "two and a half",
                    "three point one"
numbers.py          Reads the numbers of a text, in whatever notation: `numbers` gives each in its one spelling, in
                    order
reading_anew.py     The replies of a run read anew, when nothing of a setup has changed but what is read out of them
reasoning.py        Tell what a model thinks from what it says: thought in tags is no part of the answer
scales.py           What a number may be multiplied with that follows it: "million", "Mio.", "bn", "crore", "万"
values.py           One spelling per value: decimals, fractions where a decimal would not end, powers where it would be
                    too long
"""

import re
from dataclasses import dataclass

from playground.strategies.answers.characters import comparison_key, normalise
from playground.strategies.answers.choices import choice_letters, letters_in
from playground.strategies.answers.labels import labels_in, yes_or_no
from playground.strategies.answers.marked_numbers import equation_result, is_term, last_result, marked_number
from playground.strategies.answers.marks import PHRASES, conclusion, marks
from playground.strategies.answers.numbers import canonical_number, numbers
from playground.strategies.answers.reasoning import without_reasoning
from playground.strategies.answers.values import fraction
from playground.types import AnswerType

__all__ = [
    "AnswerReading",
    "NoNumber",
    "canonical_number",
    "choice_letters",
    "comparison_key",
    "conclusion",
    "extract_answer",
    "fraction",
    "marked_text",
    "read_answer",
    "reference_number",
    "without_reasoning",
]  # fmt: skip

HALF = 20_000  # characters that are read at either end of a long text
NUMBERED = re.compile(r"^[ \t]{0,8}(\d{1,2})[.)][ \t]+(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReading:
    """An answer in canonical form; `mark` is what it stood after, "" where nothing marked it."""

    text: str
    mark: str = ""


def extract_answer(text: str, kind: AnswerType, labels: tuple[str, ...] = (), *, last: bool = False) -> str | None:
    """The answer of that kind in canonical form, as the table above has it; None where there is none."""
    reading = read_answer(text, kind, labels, last=last)
    return reading.text if reading else None


def read_answer(
    text: str, kind: AnswerType, labels: tuple[str, ...] = (), *, last: bool = False
) -> AnswerReading | None:
    """The answer of that kind, with its mark. `last`: where nothing is marked, the last one and not the first."""
    text = without_reasoning(text)
    if kind == "text":
        return AnswerReading(text=text.strip()) if text.strip() else None
    text = normalise(_cut_middle(text))
    for mark in marks(text):
        if kind == "number":
            value, decides = marked_number(mark)
        else:
            value, decides = next(iter(_candidates(mark.text, kind, labels, marked=True)), None), False
        if value is not None:
            return AnswerReading(text=value, mark=mark.name)
        if decides:
            return None
    if kind == "number" and is_term(text):
        return None
    if kind == "number" and not last and (value := last_result(text)) is not None:
        return AnswerReading(text=value)
    candidates = _candidates(_without_numbering(text) if kind == "number" else text, kind, labels)
    return AnswerReading(text=candidates[-1 if last else 0]) if candidates else None


def marked_text(text: str) -> AnswerReading | None:
    """Free text that is boxed or tagged, or the rest of the line after "the answer is"; None where nothing marks it."""
    text = without_reasoning(text)
    boxed = next((mark for mark in marks(text) if mark.name not in PHRASES and mark.text.strip()), None)
    line = (conclusion(text) or "").split("\n")[0].strip()
    if boxed:
        return AnswerReading(text=boxed.text.strip(), mark=boxed.name)
    return AnswerReading(text=line, mark=PHRASES[-1]) if line else None


class NoNumber(ValueError):
    """A reference that is no number, or more than one: the message says which, and what to do."""


def reference_number(text: str) -> str:
    """The one number of a reference: the marked one, the result of an equation, or the only one. Raises NoNumber."""
    reading = read_answer(text, "number")
    if reading is None:
        raise NoNumber("is no number")
    plain = normalise(_cut_middle(text))
    if reading.mark or len(set(numbers(plain))) == 1:
        return reading.text
    value = equation_result(plain) if "=" in plain and "\n" not in plain.strip() else None
    if value is None:
        raise NoNumber('holds several numbers; put "####" before the one that counts')
    return value


def _candidates(text: str, kind: AnswerType, labels: tuple[str, ...], *, marked: bool = False) -> list[str]:
    if kind == "number":
        return numbers(text)
    if kind == "yes_no":
        return yes_or_no(text)
    return letters_in(text, labels, marked=marked) if kind == "choice" else labels_in(text, labels)


def _cut_middle(text: str) -> str:
    """The first and the last part of a long text, cut where words end."""
    if len(text) <= 2 * HALF:
        return text
    head, tail = text[:HALF], text[-HALF:]
    return f"{head.rpartition(' ')[0] or head}\n\n{tail.partition(' ')[2] or tail}"


def _without_numbering(text: str) -> str:
    line_numbers = [int(match[1]) for match in NUMBERED.finditer(text)]
    return NUMBERED.sub("", text) if line_numbers[:2] == [1, 2] else text
