"""What the README beside the weights of a head says."""

from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.plan import TrainedHead


def head_card(head: TrainedHead) -> str:
    """In Markdown."""
    kind, plan = HEADS[head.plan.kind], head.plan
    lines = [
        f"# {kind.title}", "", f"A head on {head.encoder}, made by Prompt Playground.", "",
        f"- What is trained: {kind.trained} {head.trained:,} of {head.parameters:,} weights.",
        f"- Data: {head.data}",
        f"- {plan.steps} steps of {plan.batch} rows, learning rate {plan.recipe.rate:g}, seed {plan.seed}, "
        f"{head.seconds:.0f} s.",
        f"- When it fails: {kind.fails}", "",
        "| Measure | Before | After | Rows held out |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    rows = [
        f"| {one.name} | {figure_text(one.before)} | {figure_text(one.after)} | {one.rows} |" for one in head.scores
    ]
    return "\n".join([*lines, *rows, ""])


def figure_text(figure: tuple[float, float, float]) -> str:
    """A value with its interval."""
    value, low, high = figure
    return f"{value:.1%} ({low:.1%} to {high:.1%})"


def score_words(head: TrainedHead) -> str:
    """What came of it, in a sentence."""
    score = head.scores[0]
    return (
        f"{score.name} on {score.rows} rows held out: {figure_text(score.after)}; before it had learned anything "
        f"{score.before[0]:.1%}."
    )
