"""Gradio's own scripts as the page is given them: without what they do twice, for ever, or in too long a search.

By hand, because Gradio 6.31 has no setting for any of it.
"""

import logging
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import gradio as gr
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from playground.ui.gate.scripts.component_search import with_table

log = logging.getLogger(__name__)
ASSETS = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
# Where the page is built, all of it is at once built anew, as if its Python file had changed and been read again: the
# number of times that this has happened is asked for, and not looked at.
BUILT_AGAIN = re.compile(r"(\(\(\)=>\{\w+\(\)),(?=\w+\(\(\)=>\{\w+\.reload\(\w+\.components,)")
# A handler that has missed an event is to run once more. The event was sent again, to all of its handlers: where one of
# these ends in what the first waits for, such as an answer that is read anew, they were asked for each other for ever.
MISSED = re.compile(r"(this\.queue\.has\((\w+)\.id\)&&\(this\.queue\.delete\(\2\.id\),this\.dispatch\()(\w+)(?=\)\))")
# The seconds for which something is awaited are counted at each frame until it is there. Where what shows them has gone
# before, as what stands there while the page is built, they would be counted as long as the page is open.
COUNTED_ON = re.compile(
    r"(\w+)(?=\(\(\)=>\{\w+\.status===`pending`\?\w+\(\):\w+\(\(\)=>\{(\w+)\(\)\}\)\}\))"  # at a change: begin or stop
)

# What could not be done is said under a title, which comes by this name.
TITLE = re.compile(r"(\w+\?)\._title(?=\?\?`Error`)")


def built_once(script: str) -> tuple[str, bool]:
    """The script in which the page is built anew only after a change, and whether it used to be."""
    script, found = BUILT_AGAIN.subn(r"\1&&", script)
    return script, found == 1


def sent_to_who_missed_it(script: str) -> tuple[str, bool]:
    """The script in which a missed event goes to the one handler that missed it, and whether it used to go to all."""
    script, found = MISSED.subn(r"\1{...\3,type:`fn`,fn_index:\2.id}", script)
    return script, found == 2


def titled(script: str) -> tuple[str, bool]:
    """The script in which an error is said under its own title, and whether it used to be under Gradio's."""
    script, found = TITLE.subn(r"\1.title", script)
    return script, found == 1


def counted_while_shown(script: str) -> tuple[str, bool]:
    """The script in which counting stops with what shows it, and whether it used to go on."""
    script, found = COUNTED_ON.subn(r"\1(()=>\2),\1", script)
    return script, found == 1


MENDED: dict[str, tuple[Callable[[str], tuple[str, bool]], ...]] = {
    "core": (with_table,),
    "Blocks": (built_once, sent_to_who_missed_it, titled),
    "statustracker": (counted_while_shown,),
}
PATH = rf"/assets/({'|'.join(MENDED)})-[A-Za-z0-9_-]+\.js"


def mend(name: str, script: str) -> str:
    """Said in the log where Gradio does it otherwise than what is mended of it."""
    for mending in MENDED[name]:
        script, fits = mending(script)
        if not fits:
            log.warning("This version of Gradio has another script %r: %s does not fit.", name, mending.__name__)
    return script


@cache
def _scripts() -> dict[str, str]:
    files = [(name, path) for name in MENDED for path in ASSETS.glob(f"{name}-*.js")]
    return {path.name: mend(name, path.read_text("utf-8")) for name, path in files}


def script_at(path: str) -> ASGIApp | None:
    """The answer to the question for the script at this path; None for one that Gradio does not have."""
    if (text := _scripts().get(path.rpartition("/")[2])) is None:
        return None
    # A response of its own for each asking: packing it writes into its headers.
    return GZipMiddleware(Response(text, media_type="text/javascript", headers={"cache-control": "max-age=3600"}))
