"""Fetches one file from a hub in a process of its own, and resumes a fetch that was broken off."""

import sys
from collections.abc import Callable
from pathlib import Path

from playground.backends.local.files.child_process import last_line, listen_to_parent, run_module, run_watched
from playground.errors import ModelUnavailable
from playground.types import Progress

CONNECT_TIMEOUT = 5  # seconds for the hub to answer at all: the package index waits
SILENCE_TIMEOUT = 20  # seconds without a byte
MAX_FAILED_TRIES = 3  # in a row that bring nothing


def fetch_from_hub(
    repository: str, file: str, size: int, target: Path, log: Path, what: str, report: Callable[[Progress], None]
) -> None:
    """Fetch into `target`, going on with what is there. Raises ModelUnavailable saying why it could not be."""

    def look() -> Progress:
        done = target.stat().st_size if target.is_file() else 0
        return Progress(what=what, done=min(done, size) / 1e6, total=size / 1e6, unit="MB")

    command = run_module(__name__, repository, file, str(size), str(target))
    if run_watched(command, log, look, report) != 0:
        raise ModelUnavailable(last_line(log))


def main(repository: str, file: str, size: int, target: Path) -> str:
    """Fetch the file; gives what went wrong, empty if nothing."""
    import httpx2
    from huggingface_hub import constants, errors, get_hf_file_metadata, get_session, hf_hub_url

    place = constants.ENDPOINT
    try:
        url = hf_hub_url(repository, file)
        there = get_hf_file_metadata(url, timeout=CONNECT_TIMEOUT).size
        if there != size:
            return f"{place} has another {file}: {there} bytes where {size} were expected"
        tries = 0
        while (done := target.stat().st_size if target.is_file() else 0) < size:
            headers = {"Range": f"bytes={done}-", "Accept-Encoding": "identity"}
            try:
                with get_session().stream(
                    "GET",
                    url,
                    headers=headers,
                    follow_redirects=True,
                    timeout=httpx2.Timeout(SILENCE_TIMEOUT, connect=CONNECT_TIMEOUT),
                ) as response:
                    response.raise_for_status()
                    # A server that knows no ranges sends all of it again.
                    with target.open("ab" if response.status_code == 206 else "wb") as out:
                        for chunk in response.iter_bytes():
                            out.write(chunk)
                            out.flush()
                            if out.tell() > size:
                                return f"{place} sent more than the {size} bytes of {file}"
            except httpx2.TransportError:
                tries = 0 if target.is_file() and target.stat().st_size > done else tries + 1
                if tries >= MAX_FAILED_TRIES:
                    raise
            else:
                if target.stat().st_size <= done:
                    return f"{place} sent no more of {file} after {done} bytes"
    except (httpx2.TransportError, errors.OfflineModeIsEnabled) as error:
        return f"{place} cannot be reached ({type(error).__name__})"
    except (errors.HfHubHTTPError, httpx2.HTTPStatusError) as error:
        return f"{place} answered {error.response.status_code if error.response is not None else 'no status'}"
    except OSError as error:
        return f"{file} cannot be written: {error.strerror or type(error).__name__}"  # not its path
    return ""


if __name__ == "__main__":
    listen_to_parent()
    if said := main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])):
        sys.exit(said)
