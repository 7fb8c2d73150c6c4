"""Puts what was learned, with its card, into a repository of a hub."""

import re
from pathlib import Path
from typing import Any, Protocol

from playground.errors import EndpointFailed, InvalidSetup
from playground.finetuning.taking_away.card import FILE, folder_of, write_card

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
HOW_TO_SIGN_IN = "Set HF_TOKEN to a token that may write, or sign in with `hf auth login`."


class Hub(Protocol):
    """What is asked of `huggingface_hub.HfApi`."""

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> Any: ...

    def upload_folder(self, *, repo_id: str, folder_path: Path, commit_message: str) -> Any: ...


def files_to_publish(path: Path) -> tuple[Path, tuple[Path, ...]]:
    """The folder that is published, and its files: of a training, or of a model that was merged.

    A training's card is written anew. Raises InvalidSetup for a folder without weights and a card.
    """
    if (path / "job.json").is_file() or (path.parent / "job.json").is_file():
        training = folder_of(path)
        if not training.result.is_dir():
            raise InvalidSetup(f"{path} has left nothing to publish yet: the training has not ended well.")
        write_card(training)
        path = training.result
    files = tuple(sorted(file for file in path.iterdir() if file.is_file())) if path.is_dir() else ()
    if not any(file.suffix == ".safetensors" for file in files) or path / FILE not in files:
        raise InvalidSetup(f"{path} holds no weights as safetensors with a {FILE}; give the folder of a training.")
    return path, files


def check_name(repository: str) -> None:
    """Raises InvalidSetup for what is no name of a repository."""
    if not NAME.fullmatch(repository):
        raise InvalidSetup(path=("to",), value=repository, rule="it must be OWNER/NAME, as the hub calls it.")


def publish(folder: Path, repository: str, hub: Hub, *, private: bool) -> str:
    """Upload a folder's files, into a new repository where there is none; returns the address of what came of it.

    Raises EndpointFailed where the hub refuses or is not reached. No error repeats what was sent to it.
    """
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    check_name(repository)
    try:
        hub.create_repo(repository, private=private, exist_ok=True)
        made = hub.upload_folder(
            repo_id=repository, folder_path=folder, commit_message="Published with the Prompt Playground"
        )
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise EndpointFailed(_refused(status, repository), status=status) from None
    except (httpx2.TransportError, OfflineModeIsEnabled, OSError) as error:
        raise EndpointFailed(
            f"The hub cannot be reached: {type(error).__name__}. Try again; what it has then is all or nothing."
        ) from None
    return str(getattr(made, "commit_url", made))


def _refused(status: int, repository: str) -> str:
    if status in (401, 403):
        return f"The hub does not let this token write to {repository} ({status}). {HOW_TO_SIGN_IN}"
    return f"The hub did not take it ({status or 'no status'}); try again later, or see its own messages there."
