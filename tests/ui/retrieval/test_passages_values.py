"""What a search found, as the page draws it."""

import math
from typing import Any

import pytest

from playground.retrieval.library import OWN
from playground.returning import Returning
from playground.task import SearchSettings
from playground.types import Completion, Token
from playground.ui.retrieval import passages_values
from playground.ui.retrieval.map_figure import map_figure
from playground.ui.retrieval.passages_values import found_value, marked_words
from playground.ui.run_view.measures import sureness


def found(library: Any, question: str, name: str, settings: SearchSettings) -> dict[str, Any]:
    with Returning(library.find(question, name, settings)) as work:
        for _ in work:
            pass
    return found_value(library.collection(name), library.index(name, settings.size, settings.overlap), work.value)


@pytest.mark.parametrize(("size", "overlap"), [(400, 0), (200, 80), (100, 50)])
def test_every_character_of_a_document_is_shown_once_with_its_passage(catalog_of: Any, size: int, overlap: int) -> None:
    library = catalog_of().library
    value = found(library, "How many steps?", "ferry_island", SearchSettings(size=size, overlap=overlap, passages=2))
    for document, text in zip(value["documents"], library.collection("ferry_island").texts, strict=True):
        assert "".join(piece["text"] for piece in document["pieces"]) == text.text
        assert document["found"] == any(piece["number"] for piece in document["pieces"])
        assert any(piece["kind"] == "twice" for piece in document["pieces"]) <= (overlap > 0)
    shown = {piece["number"] for document in value["documents"] for piece in document["pieces"]}
    assert shown == {0, *(hit["number"] for hit in value["hits"])} == {0, 1, 2}
    assert value["hits"][0]["why"][0].startswith("Words: place 1, BM25")


def test_the_words_that_found_a_passage_are_marked() -> None:
    pieces = marked_words("Ferries leave; the ferry is late.", {"ferry"})
    assert [piece["text"] for piece in pieces if piece["hit"]] == ["Ferries", "ferry"]
    assert "".join(piece["text"] for piece in pieces) == "Ferries leave; the ferry is late."


def test_of_very_long_documents_those_with_something_found_are_shown(
    catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages_values, "MOST_SHOWN", 700)
    value = found(catalog_of().library, "lighthouse steps", "ferry_island", SearchSettings(passages=1))
    assert [document["title"] for document in value["documents"]] == ["Paths and sights"]
    assert value["left"].endswith("700 are shown here at most.")


def test_a_map_names_what_lies_there_without_markup(catalog_of: Any) -> None:
    library = catalog_of().library.for_session()
    for number in range(3):
        library.add(f"Text {number}", f"<b>bold</b> {'tea ' * number} and more.")
    value = found(library, "tea", OWN, SearchSettings(passages=1))
    index = library.index(OWN, 400, 0)
    flat = index.vectors[:, :2].copy()
    figure = map_figure(flat, 0.5, index.passages[:-1], {index.passages[0]: 1})
    assert len(value["hits"]) == 1
    assert "<b>" not in str(figure.to_dict())


def test_beside_a_sentence_stands_how_sure_the_model_was_of_it() -> None:
    tokens = tuple(
        Token(0, text, math.log(p)) for text, p in [("Tea", 0.5), (" is", 0.5), (" hot. ", 0.5), ("No.", 0.9)]
    )
    whole = Completion(text="Tea is hot. No.", tokens=tokens)
    assert sureness("Tea is hot.", whole) == pytest.approx(0.5)
    assert sureness("No.", whole) == pytest.approx(0.9)
    assert sureness("Cold.", whole) is None
    assert sureness("No.", Completion(text="No.")) is None
