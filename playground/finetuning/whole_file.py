"""Writes files that are there whole or not at all, whenever somebody reads them."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def writing_whole(path: Path) -> Iterator[Path]:
    """A place beside the file to write to, which takes the file's place once it is whole; after an error it is gone."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        yield unfinished
        os.replace(unfinished, path)  # what was there before stays whole until this is
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_json_whole(path: Path, data: Mapping[str, Any]) -> None:
    """The data as JSON. Raises OSError when the disk takes no more."""
    with writing_whole(path) as unfinished:
        unfinished.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
