"""Defaults of the place that runs the app: a Space, its shared GPU, or a container."""

import logging
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from playground.errors import InvalidSetup

INSIDE = "10.0.0.0/8; 172.16.0.0/12; 192.168.0.0/16; 100.64.0.0/10; 127.0.0.0/8; ::1; fc00::/7"
# A Space is a page for strangers in a container: it must listen outside and trust nobody. It is reached through
# Hugging Face's proxies only, and shown inside their page.
SPACE = {"public": "1", "host": "0.0.0.0", "proxies": INSIDE, "framed_by": "https://huggingface.co"}
SPACE_NAME = re.compile(r"[\w.-]+/[\w.-]+")
BUCKET = Path("/data")  # storage of a Space that outlives a restart is mounted here, if its owner has added any
NAME = "prompt-playground"
log = logging.getLogger(__name__)


def on_space(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a Space of Hugging Face."""
    return bool(environ.get("SPACE_ID"))


def duplicate_address(environ: Mapping[str, str] = os.environ) -> str:
    """Where a visitor makes a copy of this Space; "" where its name is none."""
    name = environ.get("SPACE_ID", "")
    return f"https://huggingface.co/spaces/{name}?duplicate=true" if SPACE_NAME.fullmatch(name) else ""


def on_zero_gpu(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the Space lends a GPU for moments only: torch then claims one that the main process does not have."""
    return environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def default_values(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What holds here unless a `PLAYGROUND_*` variable says otherwise, by the name of the setting.

    Raises InvalidSetup for a PORT, which many hosts set, that is no number.
    """
    values = {}
    if port := environ.get("PORT", "").strip():
        if not port.isdecimal():
            raise InvalidSetup(f"PORT is {port!r}; it must be a whole number. PLAYGROUND_PORT goes before it.")
        values["port"] = port
    if on_space(environ):
        values |= SPACE
        if keeps_files():
            values["store"] = str(BUCKET / "experiments.sqlite")
    return values


def keeps_files() -> bool:
    """Whether a Space has storage that outlives a restart."""
    return BUCKET.is_dir() and os.access(BUCKET, os.W_OK)


def cache_folder() -> Path:
    """The user's cache folder, or one of the temporary folder's where there is no home that can be written.

    Raises InvalidSetup where somebody else has made that one. Nothing is created.
    """
    folder = Path(platformdirs.user_cache_dir(NAME, appauthor=False))
    if folder.is_absolute() and _can_be_made(folder):
        return folder
    user = os.getuid() if hasattr(os, "getuid") else 0
    instead = Path(tempfile.gettempdir()) / f"{NAME}-{user}"
    if instead.exists() and instead.stat().st_uid != user:
        raise InvalidSetup(f"{instead} belongs to another user; set PLAYGROUND_CACHE to a folder of your own.")
    os.environ.setdefault("MPLCONFIGDIR", str(instead / "matplotlib"))  # which looks for a home of its own, and says so
    log.warning("%s cannot be written, so files go to %s; PLAYGROUND_CACHE chooses another folder.", folder, instead)
    return instead


def _can_be_made(folder: Path) -> bool:
    # Not Path.exists, which raises for what lies in a folder that may not be entered: the home of another user's image.
    there = next(parent for parent in (folder, *folder.parents) if os.path.exists(parent))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
