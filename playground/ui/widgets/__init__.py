"""Parts that Gradio has no component for: each is `gr.HTML` with a fixed frame, data as its value and a script.

The frame never contains the value, and the scripts write only `textContent` and `.value`: what a model
or a person wrote cannot become markup.

status.py         What a part of the page is doing, as the values that `status_line.js` and `words.js` show
waiting_line.py   A line that says what a run waits for before it begins, with a way to take it back while it waits
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from playground.sharing.links import LONGEST, MOST_BYTES
from playground.ui.widgets.status import sentence

HERE = Path(__file__).parent
STATUS_LINE, TOKEN_TEXT = HERE / "status_line.js", HERE / "token_text.js"
WEIGHTS_FIELDS = HERE / "weights_fields.js"
PARTS: dict[str, str] = {}  # by name, the script of each part that a page has been laid out with


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """One text of a row: its key in the value, its label, and how tall its box starts.

    With `choices`, titles and texts, it is one of these; the first where a row has none. With `bounds` it is a number:
    the lowest, the highest, and how far apart. With `weights` it is a model, with `adapter` and `scale` in the same
    row; `empty` is what a row has that has none of its own.
    """

    key: str
    label: str
    hint: str = ""
    lines: int = 1
    choices: tuple[tuple[str, str], ...] = ()
    bounds: tuple[float | None, ...] | None = None
    weights: bool = False
    empty: str = ""


@cache
def script(path: Path) -> str:
    return path.read_text("utf-8")


def rows_editor(columns: Sequence[TextColumn], *, noun: str, most: int, **shown: Any) -> gr.HTML:
    """Rows of texts that can be added, removed and moved. Value: a list of dicts by column key. Event: `input`."""
    fixed = {"columns": [asdict(c) for c in columns], "noun": noun, "most": most}
    return widget(HERE / "rows.js", fixed, uses=[WEIGHTS_FIELDS], value=[], **shown)


def chips(value: list[dict[str, str]]) -> gr.HTML:
    """What differs from the defaults. Event: `reset` with the parameter's name as key."""
    return widget(HERE / "chips.js", value=value)


def choices(offered: list[dict[str, str]], label: str, **shown: Any) -> gr.HTML:
    """Buttons by key, those of a `group` behind one that unfolds it; `label` is what all are. Event: `choose` with
    the key."""
    return widget(HERE / "choices.js", {"choices": offered, "label": label}, **shown)


def skip_links(to: dict[str, str]) -> gr.HTML:
    """Links that only the keyboard meets: by their words, the part of the page each goes to, the first in sight."""
    links = "".join(f'<a class="skip" href="#" data-to="{part}">{words}</a>' for words, part in to.items())
    return gr.HTML(
        html_template=f'<div class="skips">{links}</div>', elem_id="skip", padding=False, apply_default_css=False
    )


def download(caption: str) -> gr.HTML:
    """A button that saves a text. Event: `click`; answer it with the value `{"name", "text"}`.

    Without a caption there is no button: something else is clicked.
    """
    return widget(HERE / "download.js", {"caption": caption})


def link_button(caption: str, **shown: Any) -> gr.HTML:
    """A button that copies a link. Event: `click`; answer it with the value `{"link"}`, or `{"name", "link"}` for one
    that is too long for an address and is saved as a file."""
    return widget(HERE / "link.js", {"caption": caption, "longest": LONGEST}, **shown)


def link_opener(kinds: Sequence[str], **shown: Any) -> gr.HTML:
    """Opens links of these kinds from the page's address or a file. Events: `open_` and the kind, with the `link`."""
    events = {kind: f"open_{kind}" for kind in kinds}
    return widget(HERE / "link_opener.js", {"events": events, "most": MOST_BYTES}, **shown)


def words(*, spoken: bool = False, **shown: Any) -> gr.HTML:
    """A sentence as it is, read out when it changes if it is `spoken`. Value: `status.sentence`."""
    return widget(HERE / "words.js", {"spoken": spoken}, value=sentence(""), **shown)


def tables(**shown: Any) -> gr.HTML:
    """Small tables. Value: a list of `{"caption", "head", "rows"}`."""
    return widget(HERE / "tables.js", value=[], **shown)


def widget(path: Path, fixed: dict[str, Any] | None = None, *, uses: Sequence[Path] = (), **properties: Any) -> gr.HTML:
    """A part of the page: this script draws the value into an empty frame, whose CSS class is the script's name.

    `uses` are scripts that several parts share.
    """
    PARTS[path.stem] = text = "\n".join(map(script, (*uses, path)))
    events = " ".join(sorted(set(re.findall(r'"[a-z_]+"', text))))  # Gradio looks for their names below, in quotes
    # `fixed` goes into the script: an update of an unmounted `gr.HTML` makes it forget properties of its own.
    return gr.HTML(
        html_template=f'<div class="{path.stem}"></div>',
        js_on_load=f"parts.{path.stem}({json.dumps(fixed or {})}, element, trigger, props, watch) // {events}",
        apply_default_css=False,
        **properties,
    )


def parts_script() -> str:
    """The scripts of all parts, for the head of a page: sent and read once, however often a part stands on it."""
    parts = "".join(f"{name}(fixed, element, trigger, props, watch) {{\n{text}\n}},\n" for name, text in PARTS.items())
    return f"{{\n{script(HERE / 'dom.js')}\nwindow.parts = {{\n{parts}}};\n}}"
