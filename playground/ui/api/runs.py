"""The contract for programs: `/run`, `/export`, `/export_comparison`, `/strategies`, `/models`, in plain dicts."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from playground import comparison
from playground.export.kinds import COMPARED, KINDS, kind_of, write_code, write_comparison_code
from playground.parameters import parameters
from playground.running import runner
from playground.settings import Settings
from playground.setups import parse, without_tokens
from playground.strategies import STRATEGIES
from playground.ui.api.endpoint import publish as publish_endpoint
from playground.ui.handlers.event_options import running
from playground.ui.handlers.sessions import Sessions


def publish(sessions: Sessions, settings: Settings) -> None:
    """Add the endpoints to the Blocks being built."""

    def run(setup: dict, request: gr.Request) -> Iterator[dict]:  # type: ignore[type-arg]  # gradio reads the bare type
        for so_far in runner.run(parse(setup), sessions.of(request), max_seconds=settings.max_seconds):
            ended = so_far.status in ("done", "failed")
            yield asdict(so_far if ended else without_tokens(so_far))

    def strategies() -> list:  # type: ignore[type-arg]
        return [describe(name) for name in STRATEGIES]

    def models(request: gr.Request) -> list:  # type: ignore[type-arg]
        return [asdict(info) for info in sessions.of(request).models()]

    def export(setup: dict, kind: str, request: gr.Request) -> str:  # type: ignore[type-arg]
        return write_code(parse(setup), kind_of(kind), sessions.of(request))

    def export_comparison(setup: dict, panes: list, kind: str, request: gr.Request) -> str:  # type: ignore[type-arg]
        chosen = comparison.parse_panes(parse(setup), panes, settings.max_panes)
        return write_comparison_code(chosen, kind_of(kind), sessions.of(request))

    about = "Run a setup. Streams the Run as it grows; the last one is complete, with all tokens."
    publish_endpoint(run, "run", about, **running(settings))
    about = f"A setup as code that repeats it elsewhere, as text. The kind is one of {', '.join(KINDS)}."
    publish_endpoint(export, "export", about, concurrency_id="reading", concurrency_limit=1)
    about = (
        f"All panes of a comparison, as /compare takes them, as one script. The kind is one of {', '.join(COMPARED)}."
    )
    publish_endpoint(export_comparison, "export_comparison", about, concurrency_id="reading", concurrency_limit=1)
    publish_endpoint(strategies, "strategies", "The techniques with their cards, task fields and options.")
    publish_endpoint(models, "models", "The models that can be chosen, and what each of them honours.")


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
        "task_fields": list(strategy.fields_of_task()),
        "options": options,
    }
