"""Normalises characters before answers are read or compared: widths, digits, dashes, quotes."""

import re
import unicodedata
from functools import lru_cache

# Zero-width and direction marks, soft hyphens, variation selectors: they change how a text looks, not what it says.
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
IGNORED = re.compile(f"[{INVISIBLE}]")
# Scripts that are written without spaces between words (Thai to Khmer, kana, han), and hangul, whose particles stick.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# A letter or digit of a script that parts words by spaces, or a sign that belongs to the letter before it.
LETTER = rf"(?:[^\W_{UNSPACED}]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff])"
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
UNMARKED = re.compile(r"(?<!\w)_+(?=\w)|(?<=[^\W_])_+(?![\w{])")  # _emphasis_, but not snake_case
PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\ufe63\uff0d", "-"),
    "\u2044": "/", "\u2215": "/", "\u066b": ".", "\u066c": ",", "\u066a": "%", "\u060c": ",", "\u3001": ",",
    "\u2217": "*", "\u22c5": "*", "\u00b7": "*", "\u00df": "ss", "\u1e9e": "SS", "\u0130": "I",
}  # fmt: skip
RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u207b]+|(?<=[0-9])(?=[\u00bc-\u00be\u2150-\u215f])")
FOLDED = ("<wide>", "<narrow>", "<font>", "<small>", "<circle>")


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    if character.isdecimal():
        return str(int(character))
    if unicodedata.decomposition(character).startswith(FOLDED) or "\ufb00" <= character <= "\ufb06":  # ligatures
        return "".join(map(_plain, unicodedata.normalize("NFKC", character)))
    return character


def normalise(text: str) -> str:
    """The text as it is read: composed, with digits, letters and signs of all widths and scripts in their plain form.

    Minus signs, en dashes, spaces, fractions and superscripts stay: they mean something in a number.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", IGNORED.sub("", text)).replace("i\u0307", "i")
        text = NOT_ASCII.sub(lambda m: _plain(m[0]), text)
    return UNMARKED.sub("", text) if "_" in text else text


def comparison_key(answer: str) -> str:
    """The key under which free-text answers count as equal.

    Case, spacing, end punctuation, quotes and dashes of another shape, composed or decomposed letters and invisible
    characters do not matter.
    """
    before, text = None, answer
    while text != before:  # one pass may make room for another: a few at the most
        before, text = text, _comparison_key(text)
    return text


def _spell_raised(raised: "re.Match[str]") -> str:
    return "^" + unicodedata.normalize("NFKC", raised[0]) if raised[0] else " "


def _comparison_key(text: str) -> str:
    text = RAISED.sub(_spell_raised, text)  # 10\u2075 is not 105, nor 1\u00bd 11/2
    text = unicodedata.normalize("NFKC", IGNORED.sub("", unicodedata.normalize("NFD", text).casefold()))
    text = NOT_ASCII.sub(lambda m: _plain(m[0]), text).replace("i\u0307", "i")  # Turkish \u0130 is an I with its dot
    text = re.sub("[\u2012-\u2015\u2212]", "-", text)
    return re.sub(r"\s+", " ", text).strip(" !\"'`*").rstrip(".\u3002")
