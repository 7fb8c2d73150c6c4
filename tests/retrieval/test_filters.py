"""A search is kept to some documents, by the same words in memory and in a Qdrant store."""

from collections.abc import Generator
from typing import Any, TypeVar

import pytest

from playground.errors import InvalidSetup
from playground.retrieval.library import OWN, Library, in_memory
from playground.retrieval.metrics import measure_search
from playground.retrieval.nearest import QdrantNearest
from playground.task import SearchSettings
from playground.types import Progress

T = TypeVar("T")
QUESTION = "How much is it in euros?"


def done(work: Generator[Progress, None, T]) -> T:
    while True:
        try:
            next(work)
        except StopIteration as end:
            value: T = end.value
            return value


@pytest.fixture(params=["memory", "qdrant"])
def library(request: pytest.FixtureRequest, catalog_of: Any) -> Library:
    """The same library over both stores."""
    embedder = catalog_of().library.embedder
    if request.param == "memory":
        return Library(embedder, in_memory).for_session()
    from qdrant_client import QdrantClient

    client = QdrantClient(":memory:")
    return Library(embedder, lambda name, *vectors: QdrantNearest(client, name, *vectors)).for_session()


@pytest.mark.parametrize("weight", [0, 0.5, 1])
def test_only_what_the_filter_leaves_is_found(library: Library, weight: float) -> None:
    def titles(**chosen: Any) -> set[str]:
        settings = SearchSettings(weight=weight, passages=10, size=200, **chosen)
        return {hit.passage.title for hit in done(library.find(QUESTION, "ferry_island", settings))}

    assert len(titles()) > 2
    assert titles(documents=("Where to sleep",)) == {"Where to sleep"}
    assert titles(kinds=("staying",)) <= {"Where to sleep", "Eating and drinking"}
    assert titles(kinds=("staying", "travel")) >= {"Where to sleep", "Getting there"}
    assert titles(documents=("Getting there", "Where to sleep"), kinds=("travel",)) == {"Getting there"}
    assert titles(documents=("Where to sleep",), kinds=("travel",)) == set()


def test_both_stores_find_the_same_in_the_same_order(catalog_of: Any) -> None:
    from qdrant_client import QdrantClient

    embedder, client = catalog_of().library.embedder, QdrantClient(":memory:")
    here = Library(embedder)
    there = Library(embedder, lambda name, *vectors: QdrantNearest(client, name, *vectors))
    settings = SearchSettings(weight=1, passages=3, size=150, kinds=("outdoors", "rules"))
    question = "How many steps has the lighthouse on Garn Head, and when is it open?"
    first, second = (done(library.find(question, "ferry_island", settings)) for library in (here, there))
    assert [hit.passage for hit in first] == [hit.passage for hit in second]
    assert [hit.likeness for hit in first] == pytest.approx([hit.likeness for hit in second], abs=1e-4)


def test_a_filter_that_fits_nothing_is_refused_by_name(library: Library) -> None:
    for chosen, message in (
        ({"documents": ("Prices",)}, r"`options\.documents` is 'Prices'; none of the documents searched has it; there"),
        ({"kinds": ("PDF",)}, "`options.kinds` is 'PDF'; .* there are travel, staying, outdoors, services, rules"),
    ):
        with pytest.raises(InvalidSetup, match=message):
            done(library.find(QUESTION, "ferry_island", SearchSettings(weight=0, **chosen)))


def test_ones_own_documents_are_told_apart_by_their_format(library: Library) -> None:
    library.add("Tea", "Tea costs two euros.", "pasted")
    library.add("Coffee", "Coffee costs three euros.", "PDF")
    found = done(library.find(QUESTION, OWN, SearchSettings(kinds=("PDF",))))
    assert [hit.passage.title for hit in found] == ["Coffee"]
    assert library.collection(OWN).kinds == ("pasted", "PDF")


def test_known_passages_and_the_measure_keep_to_the_filter(library: Library) -> None:
    island = library.collection("ferry_island")
    known = next(known for known in island.questions if known.evidence)
    title = island.texts[known.document].title
    for source, chosen, count in (("gold", title, 1), ("gold", "Rules and customs", 0)):
        settings = SearchSettings(source=source, documents=(chosen,))
        assert len(done(library.find(known.question, "ferry_island", settings))) == count
    among = island.among((title,), ())
    quality = done(measure_search(island, library.index("ferry_island", 400, 0), 0, 3, among))
    assert quality.questions == sum(one.document == known.document for one in island.questions if one.evidence)
    assert quality.recall > 0.8
