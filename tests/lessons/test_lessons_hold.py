"""What the lessons claim is what happens: every trial is run on the real default model, as the page runs it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_lesson import HEAD, written

from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.lessons.checking import check_lesson
from playground.lessons.reading import read_lesson
from playground.lessons.shelf import open_shelf

SHELF = open_shelf()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("lessons") / "store.sqlite")
    yield store
    store.close()


@pytest.mark.parametrize("key", SHELF.lessons)
def test_what_a_lesson_claims_is_what_happens(key: str, real_catalog: Catalog, store: Store) -> None:
    check = check_lesson(SHELF.lessons[key], real_catalog, store)
    assert not check.failures, check.outcome


def test_a_lesson_that_claims_what_does_not_happen_is_found_out(
    catalog_of: Callable[..., Catalog], store: Store, tmp_path: Path
) -> None:
    head = HEAD.replace('of: Bluntly, lacks: "yes"', 'of: Bluntly, lacks: "maybe"')
    lesson = read_lesson(written(tmp_path, head=head))
    check = check_lesson(lesson, catalog_of(lambda *_: "yes, or not"), store)
    assert check.failures == (
        "The default model does not have the weights that it names.",
        "Exactly one prediction must come true; these did: 'Both', 'Only the polite one'.",
    )
    check = check_lesson(lesson, catalog_of(lambda *_: "no"), store)
    assert check.failures[1] == "Politely answers 'no', without 'yes'."
