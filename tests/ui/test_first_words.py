"""What a visitor of a hosted demo is told before Gradio has built the page."""

import re
from html import unescape

import pytest

from playground.ui.header import welcome
from playground.ui.language.translating import speaking, translated


def test_only_a_hosted_demo_says_what_it_is_before_the_page_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert welcome.first_words() == ""


@pytest.mark.parametrize("language", ["en", "de"])
def test_they_say_what_it_is_and_have_one_thing_to_press(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/playground")
    with speaking(language):
        words = welcome.first_words()
        texts = [translated(text) for text in (welcome.TITLE, welcome.ABOUT, welcome.PRESS, welcome.OPENING)]
    plain = unescape(re.sub("<[^>]+>", "", words))
    assert all(text.replace("**", "") in plain for text in texts)
    assert words.count("<button") == 1
    assert "<strong>" in words
    assert not re.search(r"\{[a-z]+\}", words)  # every place is filled
