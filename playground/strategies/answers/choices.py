"""Reads the letter of a multiple choice."""

import re

from playground.strategies.answers.characters import LETTER
from playground.strategies.answers.labels import label_spans

LETTERS = "ABCDE"
# What may follow the article: "A because it is green" is about a letter, "A triangle" is not.
NO_ARTICLE = "and|or|as|because|since|is|was|would|seems|looks|for|by|if|it|the|in|with|from|has|which|that"
ARTICLE = rf"(?i:a)\s+(?!(?:{NO_ARTICLE})\b)\w"
PRONOUN = r"I\s+[a-z]"
ASKED = r"(?:answer|option|choice|choose|chose|pick|select|selected|letter|alternative|go with|correct is)"


def choice_letters(labels: tuple[str, ...]) -> str:
    """The letters of a multiple choice: as many as there are labels, A to E without any."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(labels)] if labels else LETTERS


def letters_in(text: str, labels: tuple[str, ...], *, marked: bool = False) -> list[str]:
    """The letters a folded text names, outside of labels that are spelled out; without any, those of such labels.

    `marked`: the text follows a mark, so a letter that it begins with is meant, in any case.
    """
    allowed = choice_letters(labels)
    upper, any_case = f"[{allowed}]", f"[{allowed}{allowed.lower()}]"
    if whole := re.match(
        rf"(?:\W*(?={any_case}\W*$)|[^\w(]*)({any_case})(?:\W*$|[.):]\s)", text
    ):  # nothing else, or the option as it is listed
        return [whole[1].upper()]
    spelled = [span for span in label_spans(text, labels) if len(span[2].strip()) > 1]
    for start, end, _ in reversed(spelled):
        text = text[:start] + " " * (end - start) + text[end:]
    text = _without_denied(_without_lists(text, any_case), any_case)
    if marked and (first := re.match(rf"\W*(?!{ARTICLE}|{PRONOUN})({any_case})(?![\w'+#-])", text)):
        return [first[1].upper()]
    mentions = re.finditer(
        rf"(?<!{LETTER})(?:"
        rf"(?i:{ASKED})(?:\s(?i:is|the))?[\s:*\"'(\[]{{1,6}}(?!{ARTICLE})(?P<asked>{any_case})(?!{LETTER}|'\w|-\w|[+#])"
        rf"|[(\[](?P<bracket>{any_case})[)\]]"
        rf"|(?<!['-])(?<!\b[Nn]ot )(?P<point>{upper})(?:(?=[).:\]*\u3002\uff0e])(?!\.\w)|(?=\s*$))"
        rf"|(?P<small>{any_case})\)"
        rf")",
        text,
    )
    matches = list(mentions)
    after_cue = [match for match in matches if match["asked"]]
    letters = [str(next(filter(None, match.groups()))).upper() for match in after_cue or matches]
    return letters or _standalone_letters(text, upper) or [allowed[labels.index(label)] for _, _, label in spelled]


def _standalone_letters(text: str, upper: str) -> list[str]:
    """Letters by themselves: no article, no pronoun, none that is denied."""
    mentions = re.finditer(
        rf"(?<!{LETTER})(?<!['-])(?<!\bnot )(?!{PRONOUN}|A\s+(?!(?:{NO_ARTICLE})\b)[a-z])"
        rf"({upper})(?!{LETTER}|'\w|-\w|[+#])",
        text,
    )
    return [match[1] for match in mentions]


def _without_denied(text: str, letter: str) -> str:
    """ "A is incorrect. B is correct.", "eliminate A": letters that are told apart from the answer."""
    option = rf"[(*]{{0,3}}{letter}[)*.]{{0,3}}"
    denied = re.compile(
        rf"(?<!{LETTER})(?i:eliminate|exclude|reject|rule out|discard|(?:can't|cannot|not) be)"
        rf"\s(?:(?i:option|choice)\s)?{option}(?!\w)"
        rf"|(?<!{LETTER}){option}\s(?i:is|was|seems|can be|must be|would be)"
        rf"\s(?i:(?:also|clearly|obviously|definitely|therefore)\s)?"
        rf"(?i:incorrect|wrong|false|untrue|impossible|eliminated|excluded|ruled out|out\b|not (?!only\b)|n't)"
        rf"|(?<!{LETTER}){option}\s(?i:cannot|can't|isn't|can not)\b"
    )
    return denied.sub(" ", text)


def _without_lists(text: str, letter: str) -> str:
    """ "A and B are wrong, so C": letters in one breath are not an answer."""
    option = rf"[(*]{{0,3}}{letter}[)*]{{0,3}}"
    joined = r"(?:\s?(?:,\s?)?(?:and|or|nor|vs\.?)\s|\s?[/&]\s?)"
    letter_list = re.compile(
        rf"(?<!{LETTER})(?:{option},\s?){{0,24}}{option}{joined}{option}(?!{LETTER}|['-]\w|\sis\b)"
    )
    return letter_list.sub(" ", text)
