"""What a visitor of a hosted demo is told first: what this is, what to press, and how to have it for oneself."""

import html
import re
from pathlib import Path

import gradio as gr

from playground import hosting
from playground.ui.language.opening import write
from playground.ui.language.translating import translated

TITLE = "Prompt Playground"
ABOUT = (
    "Change one thing of a prompt, and see exactly what was sent, what came back, and how sure you may be. A small "
    "language model answers right here: pick an example and press **Run**."
)
DUPLICATE = "[Duplicate this Space]({address}) to have it to yourself."
PRESS = "Run what is in the form"
OPENING, PRESSED = "The page is opening.", "The page is opening; then what is in its form runs."
FIRST_WORDS = Path(__file__).with_name("first_words.html").read_text("utf-8")


def build() -> None:
    """A line under the title, on a Space; elsewhere whoever opens the page has started it, and knows."""
    if hosting.on_space():
        gr.Markdown(ABOUT, elem_id="welcome")
        if address := hosting.duplicate_address():
            gr.Markdown(DUPLICATE.format(address=address), elem_id="duplicate")


def first_words() -> str:
    """The same on a Space as plain HTML, in the language that is spoken now: a telephone shows it while it builds the
    page, and takes a press of the one button."""
    if not hosting.on_space():
        return ""
    texts = {"title": TITLE, "about": ABOUT, "press": PRESS, "opening": OPENING}
    said = {name: html.escape(translated(text)) for name, text in texts.items()}
    said["about"] = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", said["about"])
    said["pressed"] = write(translated(PRESSED)).decode()
    return re.sub(r"\{(\w+)\}", lambda place: said[place[1]], FIRST_WORDS)
