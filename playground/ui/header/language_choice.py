"""Links to the page in its other languages."""

from pathlib import Path
from typing import Any

from playground.ui.language.choosing import ASKED, offered
from playground.ui.widgets import widget

HERE = Path(__file__).parent


def build() -> Any:
    """One for each language but the page's own, by what the language calls itself."""
    return widget(HERE / "languages.js", {"asked": ASKED, "languages": offered()}, elem_id="languages")
