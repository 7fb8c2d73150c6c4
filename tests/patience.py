"""How long a test waits for what must come: as long as the slowest machine needs, since what comes early ends it."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 120.0  # seconds


def until(true: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Wait for it to be true; it fails the test when it never is."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"waited {patience:g} seconds in vain"
        time.sleep(0.002)
