"""What the lessons claim is what happens: every trial is run on the real default model, as the page runs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.lessons.checking import check_lesson
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
    real_catalog: Catalog, store: Store, tmp_path: Path
) -> None:
    from playground.lessons.shelf import HERE, ORIGINAL, read_folder

    key = next(iter(SHELF.lessons))
    text = (HERE / ORIGINAL / f"{key}.md").read_text("utf-8")
    wrong = text.replace("expect:", "expect:\n  - {of: The question, contains: Rome}").replace(
        "weights: b", "weights: c"
    )
    (tmp_path / f"{key}.md").write_text(wrong, "utf-8")
    check = check_lesson(read_folder(tmp_path).lessons[key], real_catalog, store)
    assert check.failures[0] == "The default model does not have the weights that it names."
    assert check.failures[1] == "The question answers 'The capital of France is Paris.', without 'Rome'."
