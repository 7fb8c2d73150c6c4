"""How a technique came to its answer is said in German to its end, where one sentence is put together of others."""

import pytest

from playground.ui.language.texts import texts_of

SAID = [
    ("Last number in the reply.", "Letzte Angabe (Zahl) in der Antwort."),
    (
        "None of 3 calls gave a fact. 3 of them: No answer in the reply.",
        "Ohne Fakt: 3 Aufrufe. 3 davon: Keine Angabe in der Antwort.",
    ),
    (
        "This is all of it. 2 of 3 rules kept so far: the reply was cut off at the token limit.",
        "Das ist alles davon. 2 von 3 Regeln bisher eingehalten: Die Antwort wurde bei der Höchstzahl Tokens "
        "abgeschnitten.",
    ),
    (
        "What Ann said last is the answer. 4 messages, 1,234 tokens; ended because Ann left. The moderator named "
        "nobody before message 3, so the next of the round spoke.",
        "Was Ann zuletzt sagte, ist die Antwort. 4 Nachrichten, 1,234 Tokens; beendet, weil Ann ging. Vor Nachricht 3 "
        "nannte die Moderation niemanden, also sprach der Nächste der Runde.",
    ),
    ("Turn 3: Ann, after tool 1", "Beitrag 3: Ann, nach Werkzeug 1"),
    (
        "Finish, in round 2, was given no answer of the type yes/no.",
        "Finish, in Runde 2, bekam keine Antwort der Art ja/nein.",
    ),
    (
        "3 of its 4 words are in [2]; it cites [9], which is none",
        "3 seiner 4 Wörter stehen in [2]; er nennt [9], das keiner ist",
    ),
    (
        "\u201cForm\u201d refers to https://x, which is outside of it. Nothing is fetched: put it under $defs and "
        "write #/$defs/name.",
        "\u201eForm\u201c verweist auf https://x außerhalb. Es wird nichts geholt: unter $defs setzen und #/$defs/name "
        "schreiben.",
    ),
]


@pytest.mark.parametrize(("english", "german"), SAID)
def test_sentences_of_techniques_are_german_to_their_end(english: str, german: str) -> None:
    assert texts_of("de").translate(english) == german
