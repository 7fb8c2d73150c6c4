"""Fetches a model or adapter from a hub: small files first, weights last, all or nothing.

The hub is the library's own (`HF_ENDPOINT`); so is the token, for gated models, if the person has logged in.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx2
import psutil  # type: ignore[import-untyped]
from huggingface_hub import HfApi, constants, errors, hf_hub_download

from playground.backends.loads import LoadReport
from playground.backends.local.files.headers import PICKLES
from playground.backends.memory import format_bytes
from playground.errors import ModelUnavailable
from playground.types import Progress

constants.HF_HUB_DISABLE_XET = True  # its own transfers cannot be stopped half-way; plain HTTP can

ENDPOINT = constants.ENDPOINT  # as `HF_ENDPOINT` says
TIMEOUT = 20  # seconds for metadata
COMMIT = re.compile(r"[0-9a-f]{40}")
CONFIG_FILES = re.compile(r"(config|generation_config|adapter_config|chat_template|tokenizer_config)\.json|README\.md")
TOKENIZER_FILES = re.compile(
    r"(tokenizer|special_tokens_map|added_tokens|vocab)\.json|(vocab|merges)\.txt|chat_template\.jinja"
    r"|(tokenizer|spiece|sentencepiece\.bpe)\.model|(source|target)\.spm|model\.safetensors\.index\.json"
)
MODEL_WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
ADAPTER_WEIGHTS = re.compile(r"adapter_model\.safetensors")
CheckFolder = Callable[[Path, int], None]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at the hub, at a revision unless that is empty."""

    id: str
    revision: str = ""

    def __str__(self) -> str:
        return f"{self.id}@{self.revision}" if self.revision else self.id


def fetch(
    repository: Repository,
    cache: Path,
    report: LoadReport,
    check: CheckFolder,
    weights: re.Pattern[str] = MODEL_WEIGHTS,
) -> Path:
    """The folder of a repository's files, fetched unless it is there already.

    `check(folder, size)` sees all but the weights, and how many bytes those are, before they are fetched; what it
    raises ends the fetch. `weights` are the names of the files of weights that are meant. Raises ModelUnavailable
    saying what is wrong; nothing is left behind then, nor when `report` raises.
    """
    reference = _reference_file(repository, cache, weights)
    home = reference.parent
    report(Progress(what=f"Asking the hub for {repository}"))
    with _describe_hub_errors(repository):
        try:
            info = HfApi(endpoint=ENDPOINT).model_info(
                repository.id, revision=repository.revision or None, files_metadata=True, timeout=TIMEOUT
            )
        except (httpx2.TransportError, errors.OfflineModeIsEnabled):
            last_folder = home / reference.read_text() if reference.is_file() else home
            if any(weights.fullmatch(path.name) for path in last_folder.glob("*")):
                return last_folder  # fetched before, and there is no network now
            raise
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
        names = _files_to_fetch(sizes, weights, repository)
        commit = info.sha or ""
        if not COMMIT.fullmatch(commit):
            raise ModelUnavailable(f"The hub names no commit for {repository}; set HF_ENDPOINT to another hub.")
        # A repository may hold both: an adapter beside a model would be read into it.
        target = home / (f"{commit}.adapter" if weights is ADAPTER_WEIGHTS else commit)
        if not all((target / name).is_file() for name in names):
            with _staging(cache) as work:
                _download_files(
                    work,
                    Repository(repository.id, commit),
                    {name: sizes[name] for name in names},
                    report,
                    check,
                    weights,
                )
                target.mkdir(parents=True, exist_ok=True)
                for name in names:  # beside other GGUF files of the repository, which may be loaded
                    (work / name).replace(target / name)
    reference.write_text(target.name)
    return target


def fetched_folder(repository: Repository, cache: Path, weights: re.Pattern[str] = MODEL_WEIGHTS) -> Path | None:
    """The folder that `fetch` gave last time, without asking the hub; None where there was none."""
    reference = _reference_file(repository, cache, weights)
    return reference.parent / reference.read_text() if reference.is_file() else None


def _reference_file(repository: Repository, cache: Path, weights: re.Pattern[str]) -> Path:
    """The file that names the folder of what was fetched last, beside that folder."""
    kind = "adapter" if weights is ADAPTER_WEIGHTS else "model"
    return cache / "hub" / repository.id.replace("/", "--") / f"{quote(repository.revision or 'main', safe='')}.{kind}"


def weights_pattern(gguf: str) -> re.Pattern[str]:
    """The names of a model's files of weights: its safetensors, or one GGUF file."""
    return re.compile(re.escape(gguf)) if gguf else MODEL_WEIGHTS


def _files_to_fetch(sizes: dict[str, int], weights: re.Pattern[str], repository: Repository) -> list[str]:
    """The files to fetch, what tells of the model first. All lie in the top folder: no name leads elsewhere."""
    if not (weight_names := [name for name in sizes if weights.fullmatch(name)]):
        raise ModelUnavailable(
            f"{repository} has no weights as safetensors that could be loaded: {_describe_contents(sizes)}."
        )
    if "model.safetensors" in weight_names:
        weight_names = ["model.safetensors"]
    if any(name.endswith(".gguf") for name in weight_names):
        return ["README.md"] * ("README.md" in sizes) + weight_names
    about = [
        name for name in sizes if CONFIG_FILES.fullmatch(name) and (weights is ADAPTER_WEIGHTS or "adapter" not in name)
    ]
    return about + [name for name in sizes if TOKENIZER_FILES.fullmatch(name)] + weight_names


def _describe_contents(names: Iterable[str]) -> str:
    """What a repository has where safetensors were looked for."""
    top = [name for name in names if "/" not in name]
    if "adapter_config.json" in top:
        return "it holds an adapter; load its base, then the adapter for it"
    if others := [name for name in top if name.endswith((".safetensors", ".gguf"))]:
        return f"it has {others[0]}"
    if pickles := [name for name in top if any(Path(name).match(pattern) for pattern in PICKLES)]:
        return f"it has {pickles[0]}, and such files can run code when they are read"
    return "there are none in its top folder"


def _download_files(
    work: Path,
    source: Repository,
    sizes: dict[str, int],
    report: LoadReport,
    check: CheckFolder,
    weights: re.Pattern[str],
) -> None:
    total = sum(sizes.values())
    if (free := shutil.disk_usage(work).free) < total:
        raise ModelUnavailable(
            f"{source.id} is {format_bytes(total)} large, and {format_bytes(free)} of disk is free in {work.parent}."
        )
    done, checked = 0, False
    for name, size in sizes.items():
        if weights.fullmatch(name) and not checked:
            check(work, sum(size for name, size in sizes.items() if weights.fullmatch(name)))
            checked = True
        meter = _progress_bar(report, f"Fetching {source.id}", done, total)
        hf_hub_download(
            source.id,
            name,
            revision=source.revision,
            local_dir=work,
            endpoint=ENDPOINT,
            etag_timeout=TIMEOUT,
            tqdm_class=meter,
        )
        done += size
        report(Progress(what=f"Fetching {source.id}", done=done / 1e6, total=total / 1e6, unit="MB"))
    shutil.rmtree(work / ".cache", ignore_errors=True)  # the library's notes of what it fetched


def _progress_bar(report: LoadReport, what: str, before: int, total: int) -> Any:
    """A progress bar, as the library asks for one, that reports instead of drawing."""

    class Meter:
        def __init__(self, **_: Any) -> None:
            self._done = before

        def update(self, count: int) -> None:
            self._done += count
            report(Progress(what=what, done=min(self._done, total) / 1e6, total=total / 1e6, unit="MB"))

        def __enter__(self) -> "Meter":
            return self

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
        ) -> None:
            """There is nothing to clear away."""

    return Meter


@contextmanager
def _staging(cache: Path) -> Iterator[Path]:
    """A folder that is gone afterwards; those of processes that were killed go first."""
    for left in (cache / "hub").glob("fetching-*"):
        if not psutil.pid_exists(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)
    (cache / "hub").mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"fetching-{os.getpid()}-", dir=cache / "hub"))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _describe_hub_errors(repository: Repository) -> Iterator[None]:
    """The hub's refusals as messages for the person."""
    place = ENDPOINT
    try:
        yield
    except errors.GatedRepoError:
        page = f"{place}/{repository.id}"
        message = f"{repository} is gated: accept its terms at {page}, log in with `hf auth login`, try again."
        raise ModelUnavailable(message) from None
    except errors.RevisionNotFoundError:
        raise ModelUnavailable(f"{repository.id} has no revision {repository.revision!a} at {place}.") from None
    except errors.RepositoryNotFoundError:
        message = f"There is no model {repository.id} at {place}, or it is private and you are not logged in to it."
        raise ModelUnavailable(message) from None
    except (httpx2.TransportError, errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError) as error:
        raise ModelUnavailable(
            f"{repository} could not be fetched: {place} cannot be reached ({type(error).__name__}). Check the "
            "network, or give the folder of a model you have."
        ) from None
    except errors.HfHubHTTPError as error:
        code = error.response.status_code if error.response is not None else "no status"
        raise ModelUnavailable(
            f"{repository} could not be fetched: {place} answered {code}. Try again later."
        ) from None
    except errors.HFValidationError:
        raise ModelUnavailable(
            f"{repository.id!a} cannot be the name of a model at a hub; it is like org/name."
        ) from None
    except OSError as error:
        raise ModelUnavailable(f"{repository} could not be fetched", error) from None
