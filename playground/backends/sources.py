"""Parses where a model comes from: a hub's name, a folder, a GGUF file or a packaged model."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from playground.backends.packaged_models import SCHEME, find_packaged
from playground.errors import InvalidSetup

HOME = Path(__file__).parents[2]  # the playground's own folder, with what comes with it
HUB_NAME = re.compile(r"(?P<place>[\w.-]+/[\w.-]+)(/(?P<file>[\w.-]+\.gguf))?(@(?P<revision>[\w./-]+))?")
SOURCE_FORMS = "a hub's name (org/name or org/name@revision), the folder of a model, or a GGUF file"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """Where something lies. `place` is a path or a hub's name; `file` is a GGUF file in a hub's repository."""

    kind: Literal["hub", "folder", "gguf", "packaged"]
    place: str
    revision: str = ""
    file: str = ""

    def __str__(self) -> str:
        file = f"/{self.file}" if self.file else ""
        return f"{self.place}{file}@{self.revision}" if self.revision else self.place + file

    @property
    def title(self) -> str:
        """What people read: a hub's name in full, of a path the last part."""
        return str(self) if self.kind == "hub" else Path(self.place).name

    @property
    def name(self) -> str:
        """A name for what lies there, of the characters that names may have."""
        last = Path(self.file or self.place).name.lower().removesuffix(".gguf")
        return re.sub(r"[^a-z0-9._-]+", "-", last).strip("-._")[:60] or "model"


def shown_source(source: ModelSource, public: bool) -> ModelSource:
    """A source without what only this machine has: what comes with the playground lies in its folder, wherever that
    is, and where else an operator keeps things, strangers need not know."""
    path = Path(source.place)
    if source.kind not in ("folder", "gguf") or not path.is_absolute():
        return source
    if path.is_relative_to(HOME):
        return replace(source, place=path.relative_to(HOME).as_posix())
    return replace(source, place=path.name) if public else source


def parse_source(text: str) -> ModelSource:
    """The source that a person typed. Raises InvalidSetup saying what is wrong with it and what it could be."""
    text = text.strip()
    if text.startswith(SCHEME):
        return ModelSource(kind="packaged", place=find_packaged(text.removeprefix(SCHEME)).name)
    if not text or len(text) > 1000 or "\0" in text:
        raise InvalidSetup(f"Give a source: {SOURCE_FORMS}.")
    try:
        return _parse_path(text, Path(text).expanduser())
    except RuntimeError:  # a home of somebody who is not there
        raise InvalidSetup(f"There is no user with the folder {text[:100]!a}.") from None
    except (OSError, UnicodeError):  # a name that no file can have, or a place that may not be looked at
        raise InvalidSetup(f"{text[:100]!a} cannot be looked at; give {SOURCE_FORMS}.") from None


def _parse_path(text: str, path: Path) -> ModelSource:
    if ".." in re.split(r"[/\\]", text):
        raise InvalidSetup(f"{text!a} leads upwards with `..`; give the folder itself.")
    if path.is_dir():
        return ModelSource(kind="folder", place=str(path))
    if path.is_file():
        if path.suffix.lower() == ".gguf":
            return ModelSource(kind="gguf", place=str(path))
        raise InvalidSetup(f"{text!a} is a file, and no GGUF file; give {SOURCE_FORMS}.")
    if text.startswith(("/", "~", ".")) or "\\" in text:
        raise InvalidSetup(f"There is no folder or file {text!a}.")
    if found := HUB_NAME.fullmatch(text):
        return ModelSource(kind="hub", place=found["place"], revision=found["revision"] or "", file=found["file"] or "")
    raise InvalidSetup(f"{text[:100]!a} is neither {SOURCE_FORMS}.")
