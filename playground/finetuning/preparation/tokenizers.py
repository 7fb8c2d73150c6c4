"""Opens the tokenizer of a model by itself, to count and show tokens without its weights."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from playground.backends.loads import Unwatched
from playground.backends.sources import ModelSource
from playground.errors import ModelUnavailable
from playground.settings import Settings

DEFAULT_WINDOW = 2048  # tokens, of a model that says of none


@dataclass(frozen=True, slots=True)
class OpenTokenizer:
    """A tokenizer, and the window of its model in tokens."""

    tokenizer: Any
    window: int


@lru_cache(maxsize=4)
def open_tokenizer(source: ModelSource, title: str, settings: Settings) -> OpenTokenizer:
    """The model is fetched if it has to be. Raises ModelUnavailable, which names no folder of a shared server."""
    from playground.backends.local.opening import find_files, hide_server_paths

    with hide_server_paths(source, settings):
        folder, gguf = find_files(source, title, settings, Unwatched())
        return read_tokenizer(folder, gguf)


def read_tokenizer(folder: Path, gguf: str = "") -> OpenTokenizer:
    """The tokenizer in a folder. Raises ModelUnavailable naming it."""
    from transformers import AutoConfig, AutoTokenizer

    where = {"local_files_only": True, **({"gguf_file": gguf} if gguf else {})}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **where)
        window = getattr(AutoConfig.from_pretrained(folder, **where), "max_position_embeddings", DEFAULT_WINDOW)
    except Exception as error:  # whatever the libraries raise at a file that is not as they expect it
        raise ModelUnavailable(f"No tokenizer can be read in {folder}", error) from error
    return OpenTokenizer(tokenizer, window)
