"""The scripts of the page's own parts: short lines, no hidden assignments, and why each is written by hand."""

import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from playground.ui import look

UI = Path(look.__file__).parent
SCRIPTS = sorted(UI.rglob("*.js"))
COMPARED = re.compile(r"[=!]==? *\(\w+ = |\(\w+ = [^()]*\) *[=!]==?")  # `a !== (a = b)`
OF_GRADIO = {"change", "input", "click", "stop", "load", "upload"}  # events that mean what Gradio means by them


def named(path: Path) -> str:
    return str(path.relative_to(UI))


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_says_why_it_is_written_by_hand_in_lines_that_can_be_read(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    head = " ".join(line.removeprefix("//").strip() for line in lines[: _code(lines)])
    assert re.search(r"\bby hand\b", head, re.IGNORECASE)
    assert [line for line in lines if len(line) > 120] == []
    assert [line for line in lines if COMPARED.search(line)] == []


def _code(lines: list[str]) -> int:
    """The number of the first line that is no comment."""
    return next(at for at, line in enumerate(lines) if not line.startswith("//"))


def test_events_of_our_own_parts_say_what_happens(page: Any) -> None:
    own = {key for key, block in page.blocks.items() if type(block) is gr.HTML}
    heard = {event for fn in page.fns.values() for of, event in fn.targets if of in own}
    assert heard & {"select", "edit", "clear", "submit", "apply", "like", "blur", "unload"} == set()
    assert {"open_setup", "save_preset", "reset", "turn_page", "take_token", "nudge_bias", "continue_run"} <= heard


def test_every_event_that_a_script_sends_is_heard(page: Any) -> None:
    heard = {event for fn in page.fns.values() for _, event in fn.targets}
    for path in SCRIPTS:
        sent = set(re.findall(r"""\b(?:trigger|send)\("(\w+)\"""", path.read_text("utf-8")))
        assert sent <= heard | OF_GRADIO, path


def test_what_is_for_the_whole_page_comes_before_what_belongs_to_one_tab() -> None:
    sheets = [named(path) for path in look.stylesheets()]
    assert sorted(sheets) == sorted(named(path) for path in UI.rglob("*.css"))
    folders = [sheet.split("/")[0] for sheet in sheets]
    assert sheets[0] == "widgets/page.css"
    assert folders == sorted(
        folders, key=lambda name: look.SHARED.index(name) if name in look.SHARED else len(look.SHARED)
    )
