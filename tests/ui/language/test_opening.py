"""The page in a language: its components are translated, nothing else of it is."""

import json
import re
from typing import Any

from playground.ui.language.opening import language_script, translate_page, write

CONFIG = re.compile(rb"gradio_config = (.*?);</script>")


def page_of(*components: dict[str, Any]) -> bytes:
    config = {"components": [*components], "dependencies": [{"api_name": "Stop"}], "title": "Stop"}
    return b'<html lang="en"><script>window.gradio_config = ' + write(config) + b";</script><p>Stop</p></html>"


def test_the_components_are_translated_and_no_handler_is() -> None:
    page = page_of({"id": 1, "type": "button", "props": {"value": "Stop", "elem_id": "Stop"}})
    assert translate_page(page, "en") == page
    german = translate_page(page, "de")
    (config,) = CONFIG.findall(german)
    assert json.loads(config) == {
        "components": [{"id": 1, "type": "button", "props": {"value": "Stopp", "elem_id": "Stop"}}],
        "dependencies": [{"api_name": "Stop"}], "title": "Stop",
    }  # fmt: skip
    assert german.startswith(b'<html lang="de">')
    assert german.endswith(b"<p>Stop</p></html>")


def test_a_text_cannot_end_the_script() -> None:
    page = page_of({"id": 1, "type": "markdown", "props": {"value": "</script><b>&'\u2028"}})
    assert b"</script><b>" not in translate_page(page, "de")
    (config,) = CONFIG.findall(translate_page(page, "de"))
    assert json.loads(config)["components"][0]["props"]["value"] == "</script><b>&'\u2028"


def test_the_script_says_the_language_and_what_scripts_write() -> None:
    assert b'get: () => "en"' in language_script("en")
    assert language_script("en").endswith(b"window.texts = {};</script>")
    assert b'"Copy":"Kopieren"' in language_script("de")
