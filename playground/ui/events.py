"""How the page's handlers are attached."""

from typing import Any

from playground.settings import Settings

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "concurrency_limit": None}  # for what never waits for a model

# For what reads a file or a long text: one after the other, so that many at once take no more memory than one.
READING: dict[str, Any] = {**QUIET, "concurrency_id": "reading", "concurrency_limit": 1}


def running(settings: Settings) -> dict[str, Any]:
    """For all that runs a setup: tabs and programs share one cap."""
    return {"concurrency_id": "run", "concurrency_limit": settings.max_users}
