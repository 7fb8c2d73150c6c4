"""Gradio's own script, in which components are found by a table where it searches the tree of all of them.

By hand, because Gradio 6.31 has no setting for it: half of the time of opening a page of this size is this search, and
with twice the parts it takes four times as long (`python -m benchmarks.page`).
"""

import logging
import re
from functools import cache
from pathlib import Path

import gradio as gr
from starlette.responses import Response

log = logging.getLogger(__name__)
ASSETS = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
TABLE = Path(__file__).with_name("component_table.js").read_text("utf-8")
CORE = r"/assets/core-[A-Za-z0-9_-]+\.js"
# What is replaced, as it stands in Gradio's script: the names of its variables change with each of its versions.
SEARCH = re.compile(
    r"function (\w+)\((\w+),(\w+)\)\{if\(\2\.id===\3\)return \2;if\(\2\.children\)for\(let (\w+) of \2\.children\)"
    r"\{let (\w+)=\1\(\4,\3\);if\(\5\)return \5\}return null\}"
)
EVENTS = re.compile(
    r"(?<=find_attached_events\()(\w+),(\w+)\)\{"
    r"let (\w+)=\2\.filter\(\2=>\2\.targets\.find\(\(\[\2\]\)=>\2===\1\.id\)\)"
    r"\.map\(\2=>\{let \3=\2\.targets\.find\(\(\[\2\]\)=>\2===\1\.id\);return \3\?\3\[1\]:null\}\)\.filter\(Boolean\);"
)


def with_table(script: str) -> str:
    """The script with the table in it; as it is, and said in the log, where it does not search as it used to."""
    script, searches = SEARCH.subn(r"function \1(\2,\3){return findComponent(\2,\3)}", script)
    script, events = EVENTS.subn(r"\1,\2){let \3=findEvents(\1,\2);", script)
    if (searches, events) != (1, 1):
        log.warning("This version of Gradio opens the page slowly: it searches otherwise than what is mended of it.")
    return f"{script}\n{TABLE}"


@cache
def _scripts() -> dict[str, Response]:
    headers = {"cache-control": "max-age=3600"}
    scripts = {path.name: with_table(path.read_text("utf-8")) for path in ASSETS.glob("core-*.js")}
    return {name: Response(text, media_type="text/javascript", headers=headers) for name, text in scripts.items()}


def script_at(path: str) -> Response | None:
    """The answer to the question for the script at this path; None for one that Gradio does not have."""
    return _scripts().get(path.rpartition("/")[2])
