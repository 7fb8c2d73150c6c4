"""The answer of a Run, its state and its measures as plain values for the page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from playground.advice import why_no_answer
from playground.strategies import STRATEGIES
from playground.strategies.parts.passages import read_passages
from playground.task import SEARCH
from playground.types import Check, Progress, Run, Step
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.measures import metrics, sureness
from playground.ui.run_view.step_groups import waits_for_person
from playground.ui.setup_form.labels import labelled_run
from playground.ui.widgets.status import share_of, status

PHASES = {"waiting": "Getting ready", "running": "Running", "done": "Done", "stopped": "Stopped", "failed": "Failed"}
YOUR_TURN = "Your turn"  # of a conversation that waits for what the person writes
STAYS = "What is below is from the run before."
FROM_HISTORY = (
    "From this browser\u2019s history, as it was kept there: shown as it is, and no evidence of what a model wrote."
)
EARLIER = "Answered earlier by the same weights; the model is still loading."
KEPT = "It ended before there was an answer; what had come is kept below."


def answer_value(
    run: Run | None, given: Sequence[Step] = (), *, back: bool = False, failed: Run | None = None, past: bool = False
) -> dict[str, Any]:
    """State, answer and measures of a run that began with the `given` steps; without a run, the empty pane.

    `back`: there is another to go back to. `failed` is a later run of which nothing came, so that this one is shown.
    `past`: it, or what it goes on from, came out of a browser, which may have been told anything.
    """
    if run is None:
        nothing = {
            "past": "",
            "clock": "",
            "answer": "",
            "how": "",
            "checks": [],
            "passages": [],
            "metrics": [],
            "resumable": False,
            "back": False,
        }
        return {**status("empty"), **nothing}
    if failed is not None:
        phase = PHASES[failed.status]
        error = f"{labelled_run(failed) or 'Stopped before anything came.'} {STAYS}"
        kept = answer_value(run, given, back=back, past=past)
        return {**kept, **status(failed.status, phase, error=error, spoken=f"{phase}. {error}")}
    progress = run.progress if run.status in ("waiting", "running") else None
    phase, doing = PHASES[run.status], run.steps[-1].label if run.steps else ""
    phase = YOUR_TURN if run.status == "done" and any(map(waits_for_person, run.steps)) else phase
    what = _first_lower(progress.what) if progress else doing if run.status == "running" else ""
    broken_off = run.status in ("stopped", "failed") and run.completion_tokens > 0
    return {
        **status(
            run.status,
            f"{phase}: {what}" if what else phase,
            share=share_of(progress),
            error=labelled_run(run),
            # Announced when it changes, so without numbers that tick.
            spoken=AsWritten(f"{translated(phase)}. {run.answer[:300]}".strip()),
        ),
        "past": FROM_HISTORY if past else "",
        "clock": _measure(progress) if progress else "",
        "answer": run.answer,
        "how": why_no_answer(run) or run.how or (KEPT if broken_off else ""),
        "checks": [_check(run, check) for check in run.checks],
        "passages": passages(run),
        "metrics": metrics(run, given),
        "resumable": broken_off,
        "back": back and run.status not in ("waiting", "running"),
    }


def earlier_answer(run: Run, earlier: Run) -> dict[str, Any]:
    """The state of a run whose model is loading, over what the same weights answered before to the same."""
    value = answer_value(replace(earlier, status=run.status, progress=run.progress))
    return {
        **value,
        "past": EARLIER,
        "metrics": [],
        "spoken": AsWritten(f"{translated(EARLIER)} {earlier.answer[:300]}"),
    }


def _check(run: Run, check: Check) -> dict[str, Any]:
    sure = _sureness(run, check)
    found = check.found if sure is None else f"{check.found}; the model gave its tokens {sure:.2f} on average"
    return {"rule": check.rule, "word": verdict(run, check), "kept": check.kept, "found": found}


def verdict(run: Run, check: Check) -> str:
    """What is said of a check before what it is about."""
    held, broken = STRATEGIES[run.setup.strategy].verdicts
    return held if check.kept else broken


def _sureness(run: Run, check: Check) -> float | None:
    """How sure the model was of what is checked, where that is a sentence of its reply."""
    last = next((step.completions[-1] for step in reversed(run.steps) if step.completions and not step.tool), None)
    return sureness(check.rule, last) if last and last.tokens else None


def passages(run: Run) -> list[dict[str, str]]:
    """The passages that the answer may cite, by their numbers: of the one search that there was."""
    found = [step.completions[0].text for step in run.steps if step.tool == SEARCH and step.completions]
    numbered = read_passages(found[0]) if len(found) == 1 else {}
    return [{"number": number, "text": text} for number, text in numbered.items()]


def amount(steps: Sequence[Step]) -> int:
    """How much these steps hold: more of it, and something has come."""
    outputs = [completion for step in steps for completion in step.completions]
    return sum(len(c.text) + len(c.reasoning) + len(c.tokens) + len(c.findings) for c in outputs)


def _measure(progress: Progress) -> str:
    if progress.total:
        return f"{progress.done:,.0f} of {progress.total:,.0f} {progress.unit}".rstrip()
    return f"{progress.done:,.0f} {progress.unit}" if progress.unit else ""


def _first_lower(text: str) -> str:
    return text[0].lower() + text[1:] if text[:1].isupper() and text[1:2].islower() else text


def vote_table(run: Run) -> list[list[Any]]:
    """Answer, paths, weight, and which paths, counted from 1 as everywhere on the page."""
    return [[v.answer, v.count, round(v.weight, 3), ", ".join(str(p + 1) for p in v.paths)] for v in run.votes]
