"""What of a class is on the page whatever tab is in sight: one that opens in another tab is a student's, too."""

from pathlib import Path

import gradio as gr

from playground.ui import widgets
from playground.ui.handlers.tab import ClassParts

EVERY = 5  # seconds between two looks at the class


def build() -> ClassParts:
    """Lay it out; nothing of it shows before somebody has joined."""
    return ClassParts(
        door=widgets.widget(Path(__file__).parent / "door.js", value={}),
        # On the page and not in a session: after a restart of the server the page still says who it is.
        secret=gr.Textbox("", visible=False, elem_id="class-place"),
        line=widgets.words(elem_id="student-line"),
        timer=gr.Timer(EVERY, active=False),
    )
