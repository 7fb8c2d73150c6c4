"""Texts with gaps are found again, and only what is a text of the page changes."""

import time

from playground.classroom.leaderboard import Entry, standings
from playground.types import Finding
from playground.ui.classroom.student_values import board_value
from playground.ui.finetune.heads.values import findings_value
from playground.ui.language.components import translate_outputs, translate_properties, translate_value
from playground.ui.language.texts import AsWritten, Texts, texts_of
from playground.ui.language.translating import speaking, translated

GERMAN = Texts(
    {
        "Run": "Ausführen",
        "Temperature": "Temperatur",
        "### Scores": "### Ergebnisse",
        "{done} of {total} answers.": "{done} von {total} Antworten.",
        "\u201c{label}\u201d is {value}; {rule}": "\u00ab{label!t}\u00bb ist {value}; {rule!t}",
        "it must be from {low} to {high}": "es muss von {low} bis {high} gehen",
        "Write {input}.": "{input} schreiben.",
    },
    {},
)


def test_a_filled_sentence_is_found_by_its_template() -> None:
    assert GERMAN.translate("3 of 10 answers.") == "3 von 10 Antworten."
    assert GERMAN.translate("Write {input}.") == "{input} schreiben."
    assert GERMAN.translate("Run. 3 of 10 answers. Nobody knows this.") == (
        "Ausführen. 3 von 10 Antworten. Nobody knows this."
    )


def test_a_gap_is_translated_only_where_it_holds_a_text_of_the_page() -> None:
    said = GERMAN.translate("\u201cTemperature\u201d is 9; it must be from 0 to 2")
    assert said == "\u00abTemperatur\u00bb ist 9; es muss von 0 bis 2 gehen"
    assert GERMAN.translate("Run of Run answers.") == "Run von Run Antworten."


def test_no_sentence_is_half_in_each_language() -> None:
    for rule in ("is blank; remove it.", "is 9; it must be odd."):
        text = f"\u201cTemperature\u201d {rule}"
        assert GERMAN.translate(text) == text


def test_what_somebody_wrote_stays_as_it_is() -> None:
    value = {"title": AsWritten("Run"), "columns": [AsWritten("Run"), "Run"]}
    assert translate_value(value, GERMAN) == {"title": "Run", "columns": ["Run", "Ausführen"]}
    update = translate_properties("dropdown", {"choices": [(AsWritten("Run"), 1), ("Run", 2)]}, GERMAN)
    assert update["choices"] == [["Run", 1], ["Ausführen", 2]]
    code = "````python\nRun\n```\nRun\n```\n````"
    assert GERMAN.translate_markdown(f"Run\n\n{code}\nRun") == f"Ausführen\n\n{code}\nAusführen"


def test_a_gap_holds_only_what_its_name_says() -> None:
    texts = Texts(
        {
            "about {duration}": "etwa {duration}",
            "On {counted}: {title}": "An {counted!t}: {title}",
            "{n} items": "{n} Aufgaben",
            "{name} won ({rule}).": "{name} gewann ({rule!t}).",
            "Run": "Ausführen",
        },
        {},
    )
    assert texts.translate("about 2 h 10 min") == "etwa 2 h 10 min"
    assert texts.translate("On 1,200 items: Run") == "An 1,200 Aufgaben: Run"
    assert texts.translate("A won (Run).") == "A gewann (Ausführen)."
    for other in ("about what", "On what A and B agree: Run", "several items", "A won (Run) and B won (Run)."):
        assert texts.translate(other) == other


def test_a_list_is_translated_one_by_one_and_each_sentence_by_itself() -> None:
    texts = Texts(
        {"Left out: {reasons}.": "Weggelassen: {reasons!t}.", "{n} empty": "{n} leer", "Done.": "Fertig."}, {}
    )
    assert texts.translate("Left out: 3 empty, 2 odd. Done.") == "Weggelassen: 3 leer, 2 odd. Fertig."


def test_of_two_texts_that_it_may_be_it_is_the_one_that_says_more() -> None:
    texts = Texts({"about {what}": "etwa {what}", "{one} and {other} of answers": "{one} und {other} in Antworten"}, {})
    assert texts.translate("about 3 and 4 of answers") == "about 3 und 4 in Antworten"


def test_in_a_table_what_a_model_found_or_somebody_is_called_stays() -> None:
    found = Finding(label="Right", probability=0.9, start=0, end=5)
    (table,) = translate_value(findings_value("Right now", [found]), texts_of("de"))
    assert table["columns"] == ["Wo", "Wahrscheinlichkeit"]
    assert table["rows"] == [{"head": "Right", "cells": ["Right", "90.0%"]}]
    (board,) = translate_value(
        board_value(standings([Entry(nickname="Open", mean=0.5, n=4, looks=1)]), sealed=True), texts_of("de")
    )
    assert (board["corner"], board["rows"][0]["head"]) == ("Lernende", "Open")


def test_no_text_takes_long() -> None:
    many = Texts({"a{one}b{two}c{three}d{four}e": "{one}{two}{three}{four}"}, {})
    began = time.process_time()
    for text in ("abcd" * 500, "a" * 2000, "ab" * 1000):
        assert many.translate(text) == text
    nested = ("\u201ca\u201d " * 500, "needs 1" + ", needs 1" * 200, "x" + ", or empty" * 190)
    for text in nested:  # a gap in a gap, as often as the text has room for
        texts_of("de").translate(text)
    assert time.process_time() - began < 1


def test_what_a_component_is_called_changes_and_what_it_holds_does_not() -> None:
    given = {"label": "Temperature", "value": "Run", "choices": [["Run", "Run"]], "elem_id": "Run"}
    assert translate_properties("dropdown", given, GERMAN) == {
        "label": "Temperatur", "value": "Run", "choices": [["Ausführen", "Run"]], "elem_id": "Run",
    }  # fmt: skip
    assert translate_properties("button", {"value": "Run"}, GERMAN) == {"value": "Ausführen"}
    call = 'parts.rows({"noun": "Run", "key": "Run"}, element, trigger, props, watch) // "input"'
    said = translate_properties("html", {"js_on_load": call, "value": {"text": "Run"}}, GERMAN)
    assert said["value"] == {"text": "Run"}
    assert said["js_on_load"] == call.replace('"noun": "Run"', '"noun": "Ausf\\u00fchren"')


def test_updates_and_markdown_of_handlers_are_translated() -> None:
    class Of:
        def __init__(self, kind: str) -> None:
            self.get_block_name = lambda: kind

    update = {"__type__": "update", "value": "Run"}
    outputs = [Of("button"), Of("markdown"), Of("textbox"), Of("textbox")]
    given = [update, "### Scores\nRun", "Run", update]
    assert translate_outputs(outputs, given, GERMAN) == [
        {**update, "value": "Ausführen"}, "### Ergebnisse\nAusführen", "Run", update,
    ]  # fmt: skip
    assert translate_outputs(outputs, given, texts_of("en")) == given


def test_a_handler_says_things_in_the_language_of_its_request() -> None:
    assert translated("Stop") == "Stop"
    with speaking("de"):
        assert translated("Stop") == "Stopp"
    assert translated("Stop") == "Stop"
