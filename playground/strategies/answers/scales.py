r"""Reads words that multiply a number, such as "million", "Mio.", "crore" and "万"."""

import re

POWERS = (
    (2, ("hundred",)),
    (3, ("thousand", "tausend", "\u0442\u044b\u0441\\.?", "\u0442\u044b\u0441\u044f\u0447[\u0430\u0438]?")),
    (5, ("lakh", "lac")),
    (6, ("million", "millionen", "mio\\.?", "mill[o\u00f3]n", "millones", "milioni", "milh\u00f5es", "miljoen",
         "mln\\.?", "\u043c\u043b\u043d\\.?", "\u043c\u0438\u043b\u043b\u0438\u043e\u043d(?:\u0430|\u043e\u0432)?")),
    (7, ("crore", "cr")),
    (9, ("billion", "milliard(?:en|e)?", "mrd\\.?", "miliardi", "miljard", "mlrd\\.?", "\u043c\u043b\u0440\u0434\\.?",
         "\u043c\u0438\u043b\u043b\u0438\u0430\u0440\u0434(?:\u0430|\u043e\u0432)?")),
    (12, ("trillion", "billionen", "billones")),
    (18, ("trillionen", "trillones")),
)  # fmt: skip
SHORT = {"k": 3, "K": 3, "M": 6, "m": 6, "mn": 6, "bn": 9, "B": 9, "tn": 12, "T": 12}
AFTER_CURRENCY = ("B", "m", "T")  # 5B may be a room, 5m metres, 5T a magnet
HAN = {"\u767e": 2, "\u5343": 3, "\u4e07": 4, "\u842c": 4, "\u4ebf": 8, "\u5104": 8}
WORD = "|".join(word for _, words in POWERS for word in words)
SCALE = (
    rf"(?:(?:[ \u00a0\u202f-]|(?<=\d))(?i:(?:{WORD})s?)(?!\w)){{1,3}}"
    rf"|\s?(?:bn|mn|tn)(?![^\W\u3000-\u9fff])|(?:k|K|M|m|B|T)(?![^\W\u3000-\u9fff])|\s?[{''.join(HAN)}]{{1,2}}"
)
READ = [(power, re.compile(rf"(?:{'|'.join(words)})s?", re.IGNORECASE)) for power, words in POWERS]


def power_of_ten(scale: str, currency: bool) -> int | None:
    """ "hundred thousand" -> 5; None where it is no scale: "5B" without a currency."""
    scale = scale.strip(" \u00a0\u202f-")
    if scale in SHORT:
        return None if scale in AFTER_CURRENCY and not currency else SHORT[scale]
    if scale[0] in HAN:
        return sum(HAN[sign] for sign in scale)
    return sum(
        next(n for n, spelled in READ if spelled.fullmatch(word)) for word in re.split("[ \u00a0\u202f-]", scale)
    )
