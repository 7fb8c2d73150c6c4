"""Which language a request is answered in."""

from typing import Any

import pytest

from playground.ui.language.choosing import choose_language, offered


def asked(accepted: str = "", query: str = "") -> dict[str, Any]:
    """A request for the page."""
    return {"type": "http", "query_string": query.encode(), "headers": [(b"accept-language", accepted.encode())]}


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("", "", "en"),
        ("de", "", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "", "en"),
        ("en;q=0.5, de-AT;q=0.9", "", "de"),
        ("fr-CH, fr;q=0.9, de;q=0.7, *;q=0.5", "", "de"),
        ("fr, *", "", "en"),
        ("DE", "", "de"),
        ("deu;;;q=x, \u00e4, " + "en-" * 5000, "", "en"),
        ("en", "lang=de", "de"),
        ("de", "__theme=dark&lang=en", "en"),
        ("de", "lang=../texts", "de"),
        ("en", "lang=%ff", "en"),
    ],
)
def test_the_address_says_which_language_else_the_browser(accepted: str, query: str, language: str) -> None:
    assert choose_language(asked(accepted.encode("latin-1", "replace").decode("latin-1"), query)) == language


def test_each_language_is_offered_by_its_own_name() -> None:
    assert offered() == {"en": "English", "de": "Deutsch"}
