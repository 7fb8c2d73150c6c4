"""Gradio's own script, in which components are found by a table where it searches the tree of all of them.

By hand, because Gradio 6.31 has no setting for it: half of the time of opening a page of this size is this search, and
with twice the parts it takes four times as long (`python -m benchmarks.page`).
"""

import re
from pathlib import Path

TABLE = Path(__file__).with_name("component_table.js").read_text("utf-8")
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
# Each word to a hidden component, also that it stays hidden, makes it look through all components of the page for those
# that are shown by now and not loaded yet: only what is in it can have changed.
LOADED = re.compile(
    r"(let (\w+)=\w+\(this\.root,\w+\);\2&&`visible`in (\w+)&&\(\2\.props\.shared_props\.visible=\3\.visible\)),"
    r"(\w+)\(this\.root,"
)


def with_table(script: str) -> tuple[str, bool]:
    """The script with the table in it, and whether it searches as it used to: it stays as it is where it does not."""
    script, searches = SEARCH.subn(r"function \1(\2,\3){return findComponent(\2,\3)}", script)
    script, events = EVENTS.subn(r"\1,\2){let \3=findEvents(\1,\2);", script)
    script, loads = LOADED.subn(r"\1,\2&&\4(\2,", script)
    return f"{script}\n{TABLE}", (searches, events, loads) == (1, 1, 1)
