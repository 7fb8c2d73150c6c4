"""Answers are drawn and judged, to one prompt or to rows that the reward model has not learned."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.finetuning.heads.best_of_n import best_of_n
from playground.finetuning.heads.kept import KeptHead, find_head, kept_heads
from playground.finetuning.heads.on_rows import compare_on_rows
from playground.finetuning.heads.rows import PreferredAnswer
from playground.finetuning.jobs.learned import loading_learned, name_of
from playground.types import MAX_TEXT, Weights
from playground.ui.finetune.heads.best_of_n_panel import NOBODY, PROMPT, ROWS, STOPPED, BestOfNPanel, Draws
from playground.ui.finetune.heads.values import best_of_n_value, on_rows_value, title_of
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.weights_values import choices_of, find_weights, offered_weights
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form.fields import read_fields
from playground.ui.widgets.status import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfNHandlers:
    """The handlers."""

    panel: BestOfNPanel
    shared: PageContext

    @report_errors
    def draw_and_judge(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        panel, catalog, going = self.panel, self.shared.sessions.of(request), values[self.panel.line.turn]
        prompt, draws, weights, tuned = self._read(values, catalog)
        head = find_head(self.shared.trainings, values[panel.reward])
        if head.head.plan.kind != "reward":
            raise InvalidSetup("This head is no reward model; train one on pairs of answers first.")
        yield {panel.state: sentence("Opening the models.")}
        drawing = self._draw(catalog, weights, tuned, head, prompt, draws)
        yield from run_in_place(drawing, going, panel.state, lambda: {panel.state: sentence(STOPPED)})

    def _draw(
        self,
        catalog: Catalog,
        weights: Weights,
        tuned: Weights | None,
        head: KeptHead,
        prompt: str | None,
        draws: Draws,
    ) -> Generator[Updates, None, Updates]:  # fmt: skip
        panel, shared = self.panel, self.shared
        opening = [
            catalog.open(weights.model, weights.adapter),
            loading_learned(head.standing, head.folder, catalog, shared.settings),
        ]
        if tuned is not None:
            opening.append(catalog.open(tuned.model, tuned.adapter))
        for one in opening:
            for _ in one:
                yield {panel.state: gr.skip()}
        asked = catalog, weights, tuned, name_of(head.standing)
        if prompt is None:
            rows, count = self._held_out(head)[: draws.rows], draws.count
            for judged in compare_on_rows(*asked, rows, count, draws.seed):
                yield (
                    {panel.state: sentence(judged)} if isinstance(judged, str) else {panel.found: on_rows_value(judged)}
                )
            return {panel.state: sentence("Done.")}
        for found in best_of_n(*asked, prompt, draws.count, draws.seed):
            yield {panel.state: sentence(found)} if isinstance(found, str) else {panel.found: best_of_n_value(found)}
        return {panel.state: sentence("Done.")}

    def _held_out(self, head: KeptHead) -> tuple[PreferredAnswer, ...]:
        """Rows with two answers that the reward model has not learned."""
        rows = self.shared.trainings.rows(head.key)[2]
        return tuple(row for row in rows if isinstance(row, PreferredAnswer))

    def _read(self, values: Mapping[Any, Any], catalog: Catalog) -> tuple[str | None, Draws, Weights, Weights | None]:
        """Without a prompt, rows are asked. Raises InvalidSetup, UnknownModel, NotSupported."""
        panel, asked = self.panel, values[self.panel.asked]
        if asked not in (PROMPT, ROWS):
            raise InvalidSetup(path=("asked",), value=asked, rule=f"it must be {PROMPT} or {ROWS}.")
        prompt = payloads.words(values[panel.prompt], "prompt").strip() if asked == PROMPT else None
        if asked == PROMPT and (not prompt or len(prompt) > MAX_TEXT):
            raise InvalidSetup(f"Write a prompt to answer, of at most {MAX_TEXT:,} characters.")
        draws: Draws = setups.build(Draws, read_fields(panel.draws, values), ("draws",))
        (_, weights), tuned = find_weights(catalog, values[panel.model]), values[panel.tuned]
        return prompt, draws, weights, None if tuned == NOBODY else find_weights(catalog, tuned)[1]

    @report_errors
    def ask_for(self, asked: object) -> Updates:
        """What is to be given for what is answered."""
        return {
            self.panel.prompt: gr.update(visible=asked == PROMPT),
            self.panel.rows: gr.update(visible=asked == ROWS),
        }

    @report_errors
    def offer_answering(self, chosen: object, tuned: object, reward: object, request: gr.Request) -> Updates:
        """The language models there are, with their adapters, and the reward models that were trained."""
        panel = self.panel
        names = choices_of(offered_weights(self.shared.sessions.of(request)))
        beside = [("Nothing beside it", NOBODY), *names]
        rewards = [
            (title_of(head), head.key) for head in kept_heads(self.shared.trainings) if head.head.plan.kind == "reward"
        ]
        return {
            panel.model: gr.update(choices=names, value=_kept(chosen, names)),
            panel.tuned: gr.update(choices=beside, value=_kept(tuned, beside)),
            panel.reward: gr.update(choices=rewards, value=_kept(reward, rewards)),
        }


def _kept(chosen: object, offered: list[tuple[str, str]]) -> str | None:
    """What was chosen, as long as it is offered; else the first one."""
    return next((value for _, value in offered if value == chosen), offered[0][1] if offered else None)


def wire(handlers: BestOfNHandlers, trainings: Any) -> None:
    """Attach the handlers; `trainings` counts what was begun, ended or deleted."""
    panel, shared = handlers.panel, handlers.shared
    panel.line.attach(
        panel.ask.click, handlers.draw_and_judge, panel.inputs, [panel.state, panel.found],
        preprocess=False, trigger_mode="once", **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    panel.line.wire()
    panel.asked.change(handlers.ask_for, panel.asked, [panel.prompt, panel.rows], preprocess=False, **AT_ONCE)
    on_opening_and(
        shared.opening, [shared.model_changes.change, trainings.change], handlers.offer_answering,
        [panel.model, panel.tuned, panel.reward], [panel.model, panel.tuned, panel.reward], preprocess=False,
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
