"""What a session costs: the page's components are described once, and nobody reads another's values."""

from collections.abc import Iterator
from typing import Any

import pytest
from gradio.blocks import Block, BlocksConfig
from gradio.state_holder import SessionState

from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.settings import Settings
from playground.ui.app import build_app


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    page = build_app(Settings(), Catalog(offered_entries(Settings())))
    yield page
    page.close()


def test_a_session_knows_what_gradio_would_tell_it(page: Any) -> None:
    own = SessionState(page).config_values
    assert own == {key: BlocksConfig.config_for_block(key, [], block) for key, block in page.blocks.items()}


def test_a_second_session_describes_nothing_anew(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    SessionState(page)
    monkeypatch.setattr(Block, "get_config", lambda *_: pytest.fail("a component was described again"))
    SessionState(page)


def test_values_stay_in_their_session(page: Any) -> None:
    mine, theirs = SessionState(page), SessionState(page)
    key = next(key for key, block in page.blocks.items() if block.get_block_name() == "textbox")
    mine._update_value_in_config(key, "my secret")
    assert "my secret" not in str(theirs.config_values)
    assert "my secret" not in str(SessionState(page).config_values)


def test_a_component_that_a_session_replaced_is_described_as_it_is(page: Any) -> None:
    mine, theirs = SessionState(page), SessionState(page)
    key, block = next((key, block) for key, block in page.blocks.items() if block.get_block_name() == "textbox")
    mine[key] = type(block)(label="Another", render=False)
    mine._update_config(key)
    assert mine.config_values[key]["props"]["label"] == "Another"
    assert theirs.config_values[key]["props"]["label"] != "Another"


def test_no_handler_names_an_output_twice(page: Any) -> None:
    """The page would take the second, which says nothing, for the news of a component that is about to show."""
    for fn in page.fns.values():
        ids = [component._id for component in fn.outputs]
        assert len(ids) == len(set(ids)), fn.name
