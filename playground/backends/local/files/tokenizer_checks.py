"""Checks a tokenizer's files and vocabulary before the model is used."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playground.errors import ModelUnavailable

# Files in SentencePiece's format, and what reads them: package -> module.
SENTENCEPIECE = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "source.spm")
READERS = {"sentencepiece": "sentencepiece", "protobuf": "google.protobuf"}


def check_packages(folder: Path) -> None:
    """Raises ModelUnavailable naming the packages that are missing for a tokenizer that has no tokenizer.json."""
    if (folder / "tokenizer.json").is_file():
        return
    file = next((folder / name for name in SENTENCEPIECE if (folder / name).is_file()), None)
    if file is None or not _is_sentencepiece(file):
        return
    missing = [package for package, module in READERS.items() if not _installed(module)]
    if missing:
        raise ModelUnavailable(
            f"{file} is a SentencePiece file and there is no tokenizer.json beside it; to read it, "
            f"{' and '.join(missing)} must be installed (pip install {' '.join(missing)})."
        )


def check_vocabulary(model: Any, tokenizer: Any, folder: Path | str) -> None:
    """Raises ModelUnavailable where ordinary tokens have no row in the model; added ones may be without until used."""
    rows = embedding_rows(model)
    added = set(tokenizer.added_tokens_decoder)
    beyond = [token for token in tokenizer.get_vocab().values() if token not in added and rows and token >= rows]
    if beyond:
        raise ModelUnavailable(
            f"The tokenizer in {folder} has {max(beyond) + 1:,} tokens and the model {rows:,}: they do not belong "
            "together. Take the tokenizer that the model was made with."
        )


def embedding_rows(model: Any) -> int:
    """How many tokens a model has; 0 where it does not say."""
    try:
        return int(model.get_input_embeddings().weight.shape[0])
    except (NotImplementedError, AttributeError):
        return 0


def _is_sentencepiece(file: Path) -> bool:
    """Its first field is a piece of the vocabulary; the other format of this name is lines of base64."""
    with file.open("rb") as opened:
        return opened.read(1) == b"\n"


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it is part of
        return False
