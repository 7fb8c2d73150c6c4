"""Below the answer: how the vote went, and how sure the model was of every token."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.types import Run
from playground.ui.run_view import answer_values, run_figure, tokens_values
from playground.ui.run_view.places import Pick
from playground.ui.run_view.step_groups import sample_title
from playground.ui.run_view.views import token_view

VOTE_HEADERS = ["Answer", "Paths", "Weight", "Which"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteSection:
    """How the vote went, as bars and as a table; `section` holds both."""

    section: Any
    plot: Any
    table: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of one output, with a plot of their entropy; `section` holds both."""

    section: Any
    view: Any
    entropy: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """Two sections, each hidden while there is nothing in it."""

    vote: VoteSection
    tokens: Tokens

    @property
    def outputs(self) -> list[Any]:
        vote, tokens = self.vote, self.tokens
        return [vote.section, vote.plot, vote.table, tokens.section, tokens.view, tokens.entropy]

    def hide(self) -> dict[Any, Any]:
        return {self.vote.section: gr.update(visible=False), self.tokens.section: gr.update(visible=False)}

    def show(self, run: Run, place: Pick | None = None) -> dict[Any, Any]:
        """The vote of a run that voted, and the tokens of the output at this place, else of its longest one."""
        vote = self.show_vote(run)
        at = (place.step, place.sample) if place else tokens_values.longest(run)
        return {**vote, **(self.inspect(run, *at) if at else {self.tokens.section: gr.update(visible=False)})}

    def show_vote(self, run: Run) -> dict[Any, Any]:
        """The vote of a run that voted, or none."""
        shown: dict[Any, Any] = {self.vote.section: gr.update(visible=bool(run.votes))}
        if run.votes:
            shown |= {self.vote.plot: run_figure.vote_figure(run), self.vote.table: answer_values.vote_table(run)}
        return shown

    def inspect(self, run: Run, step: int, sample: int) -> dict[Any, Any]:
        """The tokens of one completion."""
        completion = run.steps[step].completions[sample]
        many = len(run.steps[step].completions) > 1
        label = (
            f"{run.steps[step].label}, {sample_title(run.steps[step], sample).lower()}"
            if many
            else run.steps[step].label
        )
        entropy = run_figure.entropy_figure(completion)
        return {
            self.tokens.section: gr.update(visible=bool(completion.tokens)),
            self.tokens.view: tokens_values.tokens_value(label, completion, step, sample),
            self.tokens.entropy: gr.update(value=entropy, visible=entropy is not None),
        }


def build_vote() -> VoteSection:
    with gr.Column(visible=False, elem_id="vote", elem_classes="pane") as section:
        gr.Markdown("## Vote")
        plot = gr.Plot(show_label=False, container=False)
        with gr.Accordion("As a table", open=False):
            table = gr.Dataframe(
                headers=VOTE_HEADERS, datatype=["str", "number", "number", "str"], interactive=False, wrap=False,
                max_chars=60, show_label=False,
            )  # fmt: skip
    return VoteSection(section=section, plot=plot, table=table)


def build_tokens() -> Tokens:
    with gr.Column(visible=False, elem_id="tokens", elem_classes="pane") as section:
        view = token_view(tokens_values.tokens_value("", None))
        with gr.Accordion("Entropy per token", open=False):
            plot = gr.Plot(show_label=False, container=False)
    return Tokens(section=section, view=view, entropy=plot)
