"""How the page's handlers are attached, and what of the server each kind of them may use."""

from typing import Any

from playground.settings import Settings

RUN, EXPERIMENT = "run", "experiment"  # what runs a model; everything else is the page's own
EXPERIMENTS = 16  # at once over all visitors: each keeps as many samples on their way as its models have room for
# The page says itself what goes on. Gradio would tell each output of each event so far that another event has begun or
# ended, and search the whole page for it: half the time of opening a page. An empty list spares all of that.
QUIET: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "concurrency_limit": None}  # for what never waits for a model

# For what reads a file or a long text: one after the other, so that many at once take no more memory than one.
READING: dict[str, Any] = {**QUIET, "concurrency_id": "reading", "concurrency_limit": 1}


def running(settings: Settings) -> dict[str, Any]:
    """For all that runs a setup: tabs and programs share one cap."""
    return {"concurrency_id": RUN, "concurrency_limit": settings.max_users}


def experimenting() -> dict[str, Any]:
    """For experiments, which take long: they have places of their own, so that no run waits for one."""
    return {"concurrency_id": EXPERIMENT, "concurrency_limit": EXPERIMENTS}
