"""Gradio fetches no address and copies no file that a value names: nothing on this page needs either."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from gradio import processing_utils
from gradio.context import LocalContext
from gradio.utils import abspath, get_upload_folder, is_in_or_equal

from playground.ui.handlers.messages import toast

NO_ADDRESS = "This server fetches no file from an address; upload it instead."
NO_FILE = "This file is not here; upload it first."


async def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise toast(NO_ADDRESS)


def _only_own_folder(path: str | Path, check_in_upload_folder: bool) -> None:
    """In place of Gradio's check, which lets an answer name any file of the folders of the app and of the system."""
    page = LocalContext.blocks.get(None)
    if page is not None and not is_in_or_equal(abspath(path), getattr(page, "GRADIO_CACHE", get_upload_folder())):
        raise toast(NO_FILE)


def _only_uploads(values: Any) -> None:
    """In place of Gradio's check of events, which prints where it was raised for each file that is not here."""
    for path in _paths(values):
        if not _uploaded(path):
            raise toast(NO_FILE)


def _uploaded(path: str) -> bool:
    try:
        return bool(is_in_or_equal(path, get_upload_folder()))
    except (OSError, ValueError):  # a name that no file can have
        return False


def _paths(values: Any) -> Iterator[str]:
    rest = [values]
    while rest:
        value = rest.pop()
        if isinstance(value, Mapping):
            if isinstance(path := value.get("path"), str) and path:
                yield path
            rest += value.values()
        elif isinstance(value, list | tuple):
            rest += value


def close_off() -> None:
    """Replace what Gradio fetches and copies with, for the whole process."""
    processing_utils.check_all_files_in_cache = _only_uploads
    processing_utils.async_ssrf_protected_get = _refuse
    processing_utils.async_ssrf_protected_download = _refuse
    processing_utils._check_allowed = _only_own_folder
