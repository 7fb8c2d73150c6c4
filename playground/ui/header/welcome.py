"""What a visitor of a hosted demo is told first: what this is, what to press, and how to have it for oneself."""

import gradio as gr

from playground import hosting

ABOUT = (
    "Change one thing of a prompt, and see exactly what was sent, what came back, and how sure you may be. A small "
    "language model answers right here: pick an example and press **Run**."
)
DUPLICATE = "[Duplicate this Space]({address}) to have it to yourself."


def build() -> None:
    """A line under the title, on a Space; elsewhere whoever opens the page has started it, and knows."""
    if hosting.on_space():
        gr.Markdown(ABOUT, elem_id="welcome")
        if address := hosting.duplicate_address():
            gr.Markdown(DUPLICATE.format(address=address), elem_id="duplicate")
