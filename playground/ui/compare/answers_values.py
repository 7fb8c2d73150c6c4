"""A comparison -> what the panes show: whose words, what differs, what was found. Pure functions to plain values."""

from collections.abc import Sequence
from typing import Any

from playground.advice import why_no_answer
from playground.backends.catalog import ModelInfo
from playground.comparison import PaneRuns
from playground.evaluation.differences import are_too_long, differences
from playground.evaluation.likelihood import answer_step
from playground.evaluation.repetitions import Repetitions
from playground.formats import format_count
from playground.types import Completion, Finding, Origin, Run, Step
from playground.ui.compare import repeated_values
from playground.ui.compare.labels import LABELS
from playground.ui.compare.run import ComparisonRun, Stage
from playground.ui.language.texts import AsWritten
from playground.ui.run_view import answer_values
from playground.ui.run_view.measures import metrics
from playground.ui.setup_form.labels import labelled_run
from playground.ui.widgets.status import status

INPUT_ALONE = "Made for one task: it was given the prompt alone, without technique and sampling settings."
TOO_LONG = "Both are too long to be compared word by word."
FEW = 5  # of so many words at least one must be shared for texts to be read as versions of each other
UNSAID = "This model does not say which weights it used."
TO_RATE = "Rate the answers below"
WORDS: dict[Stage, str] = {
    "answering": "Answering", "measuring": "Measuring what differs", "done": "Done", "stopped": "Stopped",
    "failed": "Failed",
}  # fmt: skip


def comparison_value(now: ComparisonRun | None) -> dict[str, Any]:
    """All panes as they are now; without a comparison, the empty view."""
    if now is None:
        return {**status("empty"), "panes": [], **repeated_values.verdicts(None), "how": ""}
    said = None if now.hidden else repeated_values.evaluate(now)
    if now.hidden and now.stage != "answering":
        return {**comparison_value(None), **status(now.stage, TO_RATE)}
    stage = WORDS[now.stage] if now.stage != "done" else how_it_went(now.runs)
    ended = sum(repeated_values.ended_count(runs) == len(runs) for runs in now.every)
    return {
        **status(
            "failed" if now.stage == "done" and failed(now.runs) else now.stage,
            f"{stage}: {ended} of {format_count(len(now.runs), 'pane')} done"
            if now.stage == "answering" and now.runs
            else stage,
            # Announced when it changes: once at the start and once at the end.
            spoken="The panes are answering."
            if now.stage == "answering"
            else f"{stage}. {format_count(ended, 'pane')}.",
        ),
        "panes": [] if now.hidden else [_pane(now, at, said) for at in range(len(now.runs))],
        **repeated_values.verdicts(said),
        "how": said.how if said else "",
    }


def failed(runs: Sequence[Run]) -> int:
    return sum(run.status == "failed" for run in runs)  # of each pane, the first repetition


def how_it_went(runs: Sequence[Run]) -> str:
    """ "Done", or "1 of 2 panes failed"."""
    if bad := failed(runs):
        return f"{bad} of {format_count(len(runs), 'pane')} failed"
    return WORDS["done"]


def _pane(now: ComparisonRun, at: int, said: Repetitions | None) -> dict[str, Any]:
    run, baseline, runs = now.runs[at], now.runs[now.picked.baseline], now.every[at]
    answers = repeated_values.pane_value(said.panes[at] if said else None, runs)
    several = len(runs) > 1
    shown, text, info = answer_values.answer_value(run), words(run), now.models[at] if now.models else None
    ended, found = now.stage != "answering", findings(run)
    last = answer_step(run)
    comparable = ended and not found and not several and "failed" not in (run.status, baseline.status)
    return {
        "title": now.picked.titles[at],
        "baseline": at == now.picked.baseline,
        **(_status_of_several(runs) if several else _status_of_one(run, shown)),
        "clock": f"{repeated_values.ended_count(runs)} of {len(runs)}" if several else shown["clock"],
        "origin": origin(run, info),
        # What a technique or a task model concludes, where that is not the text itself.
        "answer": run.answer if not several and (found or run.answer.strip() != text.strip()) else "",
        "how": why_no_answer(run) or run.how or (INPUT_ALONE if info and info.capabilities.task else ""),
        "text": "" if found or answers["answers"] else text,
        "copied": run.answer or text,
        "cut": cut(last),
        "several": f"Path 1 of {len(last.completions)}" if last and len(last.completions) > 1 else "",
        **_against(words(baseline), text if comparable and at != now.picked.baseline else None),
        "findings": found,
        "metrics": repeated_values.repeated_metrics(runs) if several else measured(run),
        **answers,
        "prompts": repeated_values.prompts_value(now, at) if ended else {"note": "", "requests": []},
        "stoppable": not ended and repeated_values.ended_count(runs) < len(runs),
        "steps": any(one.steps for one in runs),
    }


def _status_of_one(run: Run, shown: dict[str, Any]) -> dict[str, Any]:
    words = "" if run.status == "done" else shown["status"]
    return status(run.status, words, share=shown["share"], error=labelled_run(run, LABELS))


def _status_of_several(runs: PaneRuns) -> dict[str, Any]:
    """Of all repetitions together: they go on as long as one does, and the first error stands for all."""
    bad = [run for run in runs if run.status == "failed"]
    of = f"{len(bad)} of {format_count(len(runs), 'repetition')} failed"
    error = f"{of}: {labelled_run(bad[0], LABELS)}" if bad else ""
    ended = repeated_values.ended_count(runs)
    if ended < len(runs):
        return status("running", "Running", share=ended / len(runs), error=error)
    if len(bad) == len(runs):
        return status("failed", "Failed", error=error)
    return (
        status("stopped", "Stopped", error=error)
        if any(r.status == "stopped" for r in runs)
        else status("done", error=error)
    )


def cut(step: Step | None) -> str:
    """That the text ends at the limit, not where its model would have ended it."""
    if step is None or step.completions[0].finish_reason != "length":
        return ""
    return f"Cut at {format_count(step.completions[0].completion_tokens, 'token')} (max tokens)."


def words(run: Run) -> str:
    """What a pane's model wrote last; the first sample of several."""
    step = answer_step(run)
    return step.completions[0].text.lstrip() if step else ""


def measured(run: Run) -> list[tuple[str, str]]:
    """A run's measures; of a model that gives no tokens, at least the time."""
    if found := metrics(run):
        return found
    return [("Total", f"{run.seconds:.2f} s")] if run.status == "done" else []


# ------------------------------------------------------------------------------------------- whose words
def origin(run: Run, info: ModelInfo | None) -> dict[str, Any]:
    """What the engine says it used, and whether that is what was asked for (None where that cannot be told)."""
    asked = [c for step in run.steps if not step.tool for c in step.completions]
    completions = [c for c in asked if c.text or c.tokens or c.findings]
    said = {c.origin for c in completions if c.origin is not None}
    if not completions:
        return {"said": "", "agrees": None}
    if not said or any(c.origin is None for c in completions):
        return {"said": UNSAID, "agrees": None}
    if len(said) > 1:
        return {"said": f"Several weights answered: {'; '.join(sorted(map(describe_origin, said)))}", "agrees": False}
    (made,) = said
    return {"said": describe_origin(made), "agrees": agrees(made, run, info)}


def describe_origin(made: Origin) -> str:
    """ "SmolLM2 135M Instruct + pirate, scale 0.5"; "..., no adapter"."""
    if not made.adapter:
        return f"{made.weights}, no adapter"
    said = f"{made.weights} + {made.adapter}, scale {made.scale:g}"
    return f"{said}. This adapter has no effect: these are the base model's words" if made.without_effect else said


def agrees(made: Origin, run: Run, info: ModelInfo | None) -> bool | None:
    """Whether these are the weights that the run asked for. A server elsewhere names its models as it likes."""
    adapter = run.setup.adapter if run.setup.scale else ""
    if made.adapter != adapter or (adapter and made.scale != run.setup.scale):
        return False
    if made.without_effect or info is None or info.kind != "local":
        return None
    return made.weights == info.title


# ----------------------------------------------------------------------------------------- what differs
def _against(baseline: str, text: str | None) -> dict[str, Any]:
    """Both texts as one, word by word, and how much they share; None where there is nothing to compare."""
    if text is None:
        return {"segments": None, "shared": "", "alike": True}
    if are_too_long(baseline, text):
        return {"segments": None, "shared": TOO_LONG, "alike": True}
    segments = differences(baseline, text)
    same, added, removed = (
        sum(len(s.text.split()) for s in segments if s.change == change) for change in ("same", "added", "removed")
    )
    words = f"{same} of {format_count(same + added, 'word')} as in the baseline."
    return {
        "segments": [{"text": s.text, "change": s.change} for s in segments],
        "shared": "The same words as the baseline." if baseline == text else words,
        "alike": same * FEW >= same + added + removed,  # else what is struck out would bury what is there
    }


# -------------------------------------------------------------------------------------- what was found
def findings(run: Run) -> dict[str, Any] | None:
    """Labels with their probabilities, or spans set apart in the text they were found in."""
    found = [f for step in run.steps for c in step.completions for f in c.findings]
    if not found:
        return None
    text = last_user_text(run)
    if any(f.start is None or f.end is None for f in found):
        return {"pieces": [], "rows": [{"label": AsWritten(f.label), "text": "", "p": f.probability} for f in found]}
    rows = [{"label": AsWritten(f.label), "text": text[f.start : f.end], "p": f.probability} for f in found]
    return {"pieces": _pieces(text, found), "rows": rows}


def last_user_text(run: Run) -> str:
    """What places of findings count in: the last thing that the user said."""
    messages = run.steps[-1].messages if run.steps else ()
    return next((m.content for m in reversed(messages) if m.role == "user"), "")


def _pieces(text: str, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """The text in order, with the likeliest of spans that overlap."""
    kept: list[tuple[int, int, Finding]] = []
    for f in sorted(found, key=lambda f: -f.probability):
        start, end = f.start or 0, f.end or 0
        if start < end and all(end <= before or start >= after for before, after, _ in kept):
            kept.append((start, end, f))
    pieces: list[dict[str, Any]] = []
    at = 0
    for start, end, f in sorted(kept, key=lambda span: span[0]):
        pieces.append({"text": text[at:start], "label": "", "p": None})
        pieces.append({"text": text[start:end], "label": f.label, "p": f.probability})
        at = end
    return [piece for piece in [*pieces, {"text": text[at:], "label": "", "p": None}] if piece["text"]]


def first_completion(run: Run) -> Completion | None:
    """The completion that `words` are of."""
    step = answer_step(run)
    return step.completions[0] if step else None
