"""What a session costs: the page's components are described once, and a session keeps nothing that was typed."""

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


def test_browsers_are_told_what_gradio_would_tell_them(page: Any) -> None:
    told = page.get_config_file()["components"]
    assert told == [BlocksConfig.config_for_block(key, [], block) for key, block in page.blocks.items()]


def test_a_session_describes_nothing(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Block, "get_config", lambda *_: pytest.fail("a component was described again"))
    mine = SessionState(page)
    key, block = next((key, block) for key, block in page.blocks.items() if block.get_block_name() == "textbox")
    mine[key] = block
    mine._update_config(key)
    mine._update_value_in_config(key, "my secret")
    assert "my secret" not in str(vars(mine))
    assert not any(mine.config_values.values())


def test_no_handler_names_an_output_twice(page: Any) -> None:
    """The page would take the second, which says nothing, for the news of a component that is about to show."""
    for fn in page.fns.values():
        ids = [component._id for component in fn.outputs]
        assert len(ids) == len(set(ids)), fn.name
