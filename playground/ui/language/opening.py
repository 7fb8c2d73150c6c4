"""The page as it is first sent, in one language: Gradio's configuration translated, and a script that says which it is.

Not by `gr.I18n`: it sends every language to everybody, and knows only some properties of some components.
"""

import json
import re
from typing import Any

from playground.lessons.shelf import ORIGINAL
from playground.ui.language.components import translate_properties
from playground.ui.language.texts import Texts, texts_of

CONFIGURATION = re.compile(rb"(?<=<script>window\.gradio_config = )\{.*?\}(?=;</script>)", re.S)
DECLARED = b'lang="en"'


def translate_page(page: bytes, language: str) -> bytes:
    """The page with the texts of its components in this language."""
    if language == ORIGINAL:
        return page
    texts = texts_of(language)
    page = page.replace(DECLARED, f'lang="{language}"'.encode(), 1)
    return CONFIGURATION.sub(lambda found: write(translate_configuration(json.loads(found[0]), texts)), page, count=1)


def translate_configuration(configuration: dict[str, Any], texts: Texts) -> dict[str, Any]:
    """Gradio's configuration of the page: only what its components are called, no handler and no name of one."""
    components = [
        {**one, "props": translate_properties(one["type"], one["props"], texts)} for one in configuration["components"]
    ]
    return {**configuration, "components": components}


def language_script(language: str) -> bytes:
    """The page's language, which Gradio asks of the browser for its own words, and what the page's scripts write."""
    texts = dict(texts_of(language).scripts)
    said = f'Object.defineProperty(navigator, "language", {{ get: () => "{language}" }}); window.texts = '
    return b"<script>" + said.encode() + write(texts) + b";</script>"


def write(value: Any) -> bytes:
    """JSON in a script of the page, in which nothing can end the script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&'\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text.encode()
