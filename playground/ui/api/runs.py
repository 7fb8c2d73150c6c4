"""The contract for programs: `/run`, `/strategies` and `/models`, in plain dicts."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from playground import runner
from playground.parameters import parameters
from playground.settings import Settings
from playground.setups import parse, run_to_dict, without_tokens
from playground.strategies import STRATEGIES
from playground.ui.api.models import model_to_dict
from playground.ui.handlers.event_options import running
from playground.ui.handlers.messages import plain, told
from playground.ui.handlers.sessions import Sessions


def publish(sessions: Sessions, settings: Settings) -> None:
    """Add the endpoints to the Blocks being built."""

    def run(setup: dict, request: gr.Request) -> Iterator[dict]:  # type: ignore[type-arg]  # gradio reads the bare type
        for so_far in runner.run(parse(setup), sessions.of(request), within=settings.max_seconds):
            ended = so_far.status in ("done", "failed")
            yield run_to_dict(so_far if ended else without_tokens(so_far))

    def strategies() -> list:  # type: ignore[type-arg]
        return [describe(name) for name in STRATEGIES]

    def models(request: gr.Request) -> list:  # type: ignore[type-arg]
        return [model_to_dict(info) for info in sessions.of(request).models()]

    gr.api(
        told(run, plain),
        api_name="run",
        api_description="Run a setup. Streams the Run as it grows; the last one is complete, with all tokens.",
        **running(settings),
    )
    gr.api(
        strategies, api_name="strategies", api_description="The techniques with their cards, task fields and options."
    )
    gr.api(models, api_name="models", api_description="The models that can be chosen, and what each of them honours.")


def describe(name: str) -> dict[str, Any]:
    """A technique as plain data: what it is, the task fields it uses, its options with type, default and range."""
    strategy = STRATEGIES[name]
    options = []
    for p in parameters(strategy):
        option: dict[str, Any] = {"name": p.name, "type": p.kind, "default": p.default, "help": p.help}
        if p.low is not None:
            option["range"] = [p.low, p.high]
        if p.choices:
            option["choices"] = list(p.choices)
        options.append(option)
    return {
        "name": name,
        "title": strategy.title,
        "card": asdict(strategy.card),
        "task_fields": list(strategy.task_fields),
        "options": options,
    }
