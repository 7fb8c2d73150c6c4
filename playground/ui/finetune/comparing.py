"""What was learned is loaded into the list of models, and opened in Compare beside its base."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.finetuning.jobs.learned import loading_learned, weights_of
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.types import Message
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.event_options import QUIET, running
from playground.ui.handlers.messages import report_errors, tell
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.widgets.waiting_line import WaitingLine

SAMPLING = {"temperature": 0, "max_tokens": 60}


def task_of(prompt: Sequence[Message]) -> dict[str, str] | None:
    """The task that asks a prompt as it stands, with its system message as the role; None for one of several turns."""
    match [(message.role, message.content) for message in prompt]:
        case [("user", asked)]:
            return {"input": asked}
        case [("system", role), ("user", asked)]:
            return {"input": asked, "role": role}
    return None


def _by_effect(standing: Standing) -> list[Sequence[Message]]:
    """The fixed prompts, first those that the kept weights answered otherwise than the base."""
    prompts, looks = standing.job.prompts, standing.history.looks
    if not looks:
        return [*prompts]
    before, kept = looks[0].answers, next((look for look in reversed(looks) if look.best), looks[-1]).answers
    order = sorted(range(len(prompts)), key=lambda at: before[at : at + 1] == kept[at : at + 1])
    return [prompts[at] for at in order]


def comparison_of(standing: Standing) -> dict[str, Any]:
    """The base and what it learned, side by side on one of the prompts, as Compare's form is kept.

    One is taken that shows what was learned, if there is one. A prompt of several turns is none that its form can hold:
    without another it opens with nothing asked.
    """
    job, weights = standing.job, weights_of(standing)
    tuned = {"model": weights.model, **({"adapter": weights.adapter} if weights.adapter else {})}
    task = next((task for prompt in _by_effect(standing) if (task := task_of(prompt))), {})
    return {
        "setup": {"task": task, "sampling": SAMPLING},
        "rows": {"panes": [{"model": job.model}, tuned], "baseline": 0},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparingHandlers:
    """The handler. `line` says what it waits for."""

    panel: RunningPanel
    jobs: TrainingJobs
    shared: PageContext
    line: WaitingLine

    def compare(self, key: str, changes: int, request: gr.Request) -> Iterator[Updates]:
        shared, owner = self.shared, self.shared.sessions.visitor(request)
        standing, folder = self.jobs.standing(key, owner), self.jobs.result(key, owner)
        yield {shared.comparison_to_open: None}  # opened twice, it is news twice
        for _ in loading_learned(standing, folder, shared.sessions.of(request), shared.settings, tell):
            yield {shared.comparison_to_open: None}
        yield {shared.comparison_to_open: comparison_of(standing), shared.model_changes: changes + 1}


def wire(handlers: ComparingHandlers) -> None:
    """Attach the handler."""
    panel, shared, line = handlers.panel, handlers.shared, handlers.line
    line.attach(
        panel.compare.click, report_errors(handlers.compare), [panel.chosen, shared.model_changes],
        [shared.comparison_to_open, shared.model_changes], trigger_mode="once", **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    line.wire(gr.State(None))
