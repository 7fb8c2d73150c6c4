"""A run as a Markdown report: what was asked under which settings, every prompt and output, and what came of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playground import setups
from playground.evaluation.report.cells import escape_markdown, grid
from playground.formats import format_count
from playground.strategies import STRATEGIES
from playground.types import Completion, Run, Setup, Step
from playground.ui.run_view.answer_values import FROM_HISTORY, PHASES, verdict, vote_table
from playground.ui.run_view.measures import dollars, mean_probability, metrics
from playground.ui.run_view.step_groups import sample_title
from playground.ui.run_view.steps_values import ENDINGS, made_by, prompt
from playground.ui.setup_form.labels import LABELS, labelled_run

READ = ("collection", "answer", "labels", "form", "form_text")  # parts of a task that stand in no prompt


def settings_lines(setup: Setup) -> list[str]:
    """Technique, model, and every setting that is not at its default, a line each."""
    own = setups.changed_settings(setup)
    task = {name: value for name, value in own.get("task", {}).items() if name in READ}
    lines = [f"Technique: {STRATEGIES[setup.strategy].title}", f"Model: {setup.model_title}"]
    for part, values in (("options", own.get("options", {})), ("task", task), ("sampling", own.get("sampling", {}))):
        lines += [f"{LABELS[(part, name)]}: {_format(value)}" for name, value in values.items()]
    return lines


def run_report(run: Run, title: str, *, given: Sequence[Step] = (), past: bool = False, level: int = 1) -> str:
    """The whole run as Markdown, in which no text of a person's or a model's is markup. Headings begin at `level`."""
    head, below = "#" * level, "#" * (level + 1)
    measures = grid(["Measure", "Value"], [[name, escape_markdown(value)] for name, value in metrics(run, given)])
    votes = [[escape_markdown(str(cell)) for cell in row] for row in vote_table(run)]
    rules = [f"- {verdict(run, c)}: {escape_markdown(c.rule)} {escape_markdown(c.found)}" for c in run.checks]
    parts = [
        f"{head} {escape_markdown(title)}",
        f"> {FROM_HISTORY}" if past else "",
        f"{below} Answer",
        f"{PHASES[run.status]}. {escape_markdown(labelled_run(run))}".rstrip(),
        fence(run.answer) if run.answer else "",
        escape_markdown(run.how),
        "\n".join(rules),
        measures,
        f"{below} Asked with",
        "\n".join(f"- {escape_markdown(line)}" for line in settings_lines(run.setup)),
        *([f"{below} Vote", grid(["Answer", "Paths", "Weight", "Which"], votes)] if votes else []),
        *(part for number, step in enumerate(run.steps, 1) for part in _step(step, number, below)),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def fence(text: str, language: str = "") -> str:
    """Markdown that shows a text as it is: behind more backticks than stand side by side in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def _step(step: Step, number: int, head: str) -> list[str]:
    turns = prompt(step)["messages"]
    sent = [part for turn in turns for part in (f"**{escape_markdown(turn.get('who') or turn['role'])}**", _text(turn))]
    begun = ["**assistant prefill**", fence(step.prefix)] if step.prefix else []
    outputs = [part for at, one in enumerate(step.completions) for part in _output(step, at, one)]
    return [f"{head} {number}. {escape_markdown(step.label)}", *sent, *begun, *outputs]


def _text(turn: Mapping[str, Any]) -> str:
    return fence("".join(piece["text"] for piece in turn["pieces"]))


def _output(step: Step, at: int, completion: Completion) -> list[str]:
    name = sample_title(step, at) if len(step.completions) > 1 else "Output"
    p = mean_probability(completion.tokens)
    facts = [
        "edited by hand" if completion.edited else made_by(completion.origin),
        format_count(completion.completion_tokens, "token") if completion.completion_tokens else "",
        f"mean probability {p:.2f}" if p is not None else "",
        dollars(completion.cost) if completion.cost is not None else "",
        ENDINGS[completion.finish_reason],
        *(f"{found.label}: {found.probability:.3f}" for found in completion.findings),
    ]
    thought = ["Thought:", fence(completion.reasoning)] if completion.reasoning else []
    line = f"**{escape_markdown(name)}** {escape_markdown(', '.join(filter(None, facts)))}".rstrip()
    return [line, *thought, fence(completion.text)]


def _format(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {amount}" for key, amount in value.items())
    return ", ".join(map(repr, value)) if isinstance(value, list) else str(value)
