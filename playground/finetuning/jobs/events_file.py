"""What happens in a training, written down at once, a line of JSON each."""

import json
from pathlib import Path
from typing import IO, Any

from playground.errors import TrainingFailed


def mend_torn(events: Path) -> None:
    """Take off a last line that a full disk or a kill cut through, so that the next one is not written onto it."""
    if events.exists():
        with events.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def tell(events: IO[bytes], data: dict[str, Any]) -> None:
    """One line, at once. Raises TrainingFailed when the disk takes no more."""
    line = memoryview(f"{json.dumps(data)}\n".encode())
    try:
        while line:
            line = line[events.write(line) :]  # a disk that is nearly full takes a part of it
    except OSError as error:
        raise TrainingFailed(
            f"What happens cannot be written down: {error.strerror}. Make room on the disk and go on from the last "
            "checkpoint."
        ) from error
