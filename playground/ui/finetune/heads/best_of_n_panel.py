"""Best of n beside the base and what was tuned, as a reward model judges them."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, NotSupported
from playground.finetuning.heads.best_of_n import best_of_n
from playground.finetuning.heads.kept import KeptHead, find_head, kept_heads
from playground.finetuning.jobs.learned import loading_learned, name_of
from playground.finetuning.recipe import MAX_SEED
from playground.parameters import STRICT, number
from playground.types import MAX_TEXT, Weights
from playground.ui import widgets
from playground.ui.finetune.heads.values import best_of_n_value, title_of
from playground.ui.finetune.in_place import run_in_place
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

ABOUT = (
    "**Reward and best of n.** RLHF has two halves: a reward model learns what people prefer, and a model is trained "
    "towards its marks. Here the first half is at work without the second: the base answers several times, and the "
    "reward model picks. Beside it stands what was tuned on the same pairs with DPO, which needs no reward model."
)
NOBODY = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """How many answers there are to choose from."""

    __pydantic_config__ = STRICT
    count: int = number(8, 2, 32, step=1, label="Answers to draw", help="Each is drawn at temperature 1.")
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of the draws.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfNPanel:
    """The widgets."""

    model: Any
    tuned: Any
    reward: Any
    prompt: Any
    draws: tuple[Field, ...]
    line: WaitingLine
    ask: Any
    state: Any
    found: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.model, self.tuned, self.reward, self.prompt, *(field.widget for field in self.draws)}


def build(page: Any) -> BestOfNPanel:
    """Lay out the panel."""
    gr.Markdown(ABOUT, elem_classes="card-line")
    with gr.Row(elem_classes="halves", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            reward = gr.Dropdown([], label="Reward model", filterable=False, elem_id="reward-model")
            model = gr.Dropdown([], label="Model that answers", filterable=False, elem_id="best-of-n-model")
            tuned = gr.Dropdown(
                [("Nothing beside it", NOBODY)], value=NOBODY, label="Tuned, beside it", filterable=False,
                info="An adapter of that model, or a model: what was learned from the same pairs, for example.",
            )  # fmt: skip
            prompt = gr.Textbox(
                label="Prompt to answer", value="What is the capital of Peru?", lines=2, elem_id="best-of-n-prompt"
            )
            draws = pick(Draws, "count", "seed")
            with gr.Row(elem_classes="acts"):
                ask = gr.Button("Draw and judge", elem_id="draw-and-judge")
                stop = gr.Button("Stop drawing", interactive=False, elem_classes="stops")
            line = waiting_line.build(page, ask, stop)
            state = widgets.words(spoken=True, elem_id="best-of-n-state")
        with gr.Column(elem_classes="seeing", min_width=0):
            found = widgets.tables(elem_id="best-of-n-found")
    return BestOfNPanel(
        model=model,
        tuned=tuned,
        reward=reward,
        prompt=prompt,
        draws=draws,
        line=line,
        ask=ask,
        state=state,
        found=found,
    )


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
        yield from run_in_place(drawing, going, panel.state, lambda: {panel.state: sentence("Stopped.")})

    def _draw(
        self, catalog: Catalog, weights: Weights, tuned: Weights | None, head: KeptHead, prompt: str, draws: Draws
    ) -> Generator[Updates, None, Updates]:
        panel, shared = self.panel, self.shared
        opening = [catalog.open(weights.model), loading_learned(head.standing, head.folder, catalog, shared.settings)]
        if tuned is not None:
            opening.append(catalog.open(tuned.model, tuned.adapter))
        for one in opening:
            for _ in one:
                yield {panel.state: gr.skip()}
        for news in best_of_n(catalog, weights, tuned, name_of(head.standing), prompt, draws.count, draws.seed):
            shown = {panel.state: sentence(news)} if isinstance(news, str) else {panel.found: best_of_n_value(news)}
            yield shown
        return {panel.state: sentence("Done.")}

    def _read(self, values: Mapping[Any, Any], catalog: Catalog) -> tuple[str, Draws, Weights, Weights | None]:
        """Raises InvalidSetup, UnknownModel, and NotSupported for what gives no answers."""
        panel = self.panel
        prompt = payloads.words(values[panel.prompt], "prompt").strip()
        if not prompt or len(prompt) > MAX_TEXT:
            raise InvalidSetup(f"Write a prompt to answer, of at most {MAX_TEXT:,} characters.")
        draws: Draws = setups.build(Draws, read_fields(panel.draws, values), ("draws",))
        weights = _weights(payloads.words(values[panel.model], "model"), catalog)
        named = payloads.words(values[panel.tuned], "tuned")
        return prompt, draws, weights, None if named == NOBODY else _weights(named, catalog)

    @report_errors
    def offer_answering(self, chosen: object, tuned: object, request: gr.Request) -> Updates:
        """The language models there are, with their adapters, and the reward models that were trained."""
        panel = self.panel
        models = [one for one in self.shared.sessions.of(request).models() if not one.capabilities.task]
        names = [(one.title, one.name) for one in models]
        adapters = [
            (f"{one.title} + {adapter.title}", f"{one.name}/{adapter.name}")
            for one in models
            for adapter in one.adapters
        ]
        beside = [("Nothing beside it", NOBODY), *adapters, *names]
        rewards = [
            (title_of(head), head.key) for head in kept_heads(self.shared.trainings) if head.head.plan.kind == "reward"
        ]
        return {
            panel.model: gr.update(choices=names, value=_kept(chosen, names)),
            panel.tuned: gr.update(choices=beside, value=_kept(tuned, beside)),
            panel.reward: gr.update(choices=rewards, value=rewards[0][1] if rewards else None),
        }


def _kept(chosen: object, offered: list[tuple[str, str]]) -> str | None:
    """What was chosen, as long as it is offered; else the first one."""
    return next((value for _, value in offered if value == chosen), offered[0][1] if offered else None)


def _weights(named: str, catalog: Catalog) -> Weights:
    """A model, or an adapter after the model and a slash."""
    known = {info.name for info in catalog.models()}
    model, _, adapter = (named, "", "") if named in known else named.rpartition("/")
    info = catalog.info(model)
    if info.capabilities.task:
        raise NotSupported(f"{info.title} is made for one task and answers no prompt; choose a language model.")
    return Weights(model=model, adapter=adapter)


def wire(handlers: BestOfNHandlers, trained: Any) -> None:
    """Attach the handlers; `trained` is the list of heads, which changes when one was trained."""
    panel, shared = handlers.panel, handlers.shared
    panel.line.attach(
        panel.ask.click, handlers.draw_and_judge, panel.inputs, [panel.state, panel.found],
        preprocess=False, trigger_mode="once", **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    panel.line.wire()
    on_opening_and(
        shared.page.load, [shared.model_changes.change, trained.change], handlers.offer_answering,
        [panel.model, panel.tuned], [panel.model, panel.tuned, panel.reward], preprocess=False,
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
