"""The sections of the card of what was learned, each a function of what it is about, in Markdown."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from playground.evaluation.report.cells import escape_markdown, grid
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.jobs.standing import History
from playground.finetuning.methods import method_of, rate_of
from playground.finetuning.preparation.rows import PreferenceRow, Row
from playground.finetuning.recipe import Recipe
from playground.finetuning.recipe_files import read_part
from playground.finetuning.search.telling import COLUMNS, cells_of, values_text
from playground.finetuning.training.events import TryEnded
from playground.formats import format_count, format_duration
from playground.parameters import parameters

PARTS = {"rows.jsonl": "learned", "validation.jsonl": "looked at", "held_out.jsonl": "sealed for the end"}


def about(job: Job, *, is_model: bool) -> str:
    """The first sentence."""
    method, kind = method_of(job.recipe), "A model" if is_model else "An adapter"
    return (
        f"{kind} made by {method.title} ({method.paper}) from {escape_markdown(job.model_title)}, with the Prompt "
        "Playground."
    )


def recipe(job: Job, learned: Sequence[Row]) -> str:
    """All numbers that were read when it learned these rows, in the words of the form."""
    labels = {parameter.name: parameter.label for parameter in parameters(Recipe)}
    unread = _unread(job, learned)
    used = read_part(recipe_used(job, learned))
    read = {name: value for name, value in used.items() if value != "" and name not in unread}
    rows = [(labels[name], escape_markdown(str(value))) for name, value in read.items()]
    taught = (
        f"Its teacher, whose probabilities it learned: {escape_markdown(job.teacher_title)}. " if job.teacher else ""
    )
    return f"## Recipe\n\n{grid(('', ''), rows)}\n\n{taught}As a file: `recipe.yaml`."


def recipe_used(job: Job, learned: Sequence[Row]) -> Recipe:
    """The recipe with the learning rate that was taken where it leaves that open: another version may take another."""
    from playground.finetuning.objectives.preferences import SLOWER

    return replace(job.recipe, rate=rate_of(job.recipe, SLOWER if _of_preferences(learned) else 1.0))


def _of_preferences(learned: Sequence[Row]) -> bool:
    return any(isinstance(row, PreferenceRow) for row in learned)


def _unread(job: Job, learned: Sequence[Row]) -> set[str]:
    """Beta is read for preferences only, and the temperature where an instruction or another model teaches."""
    taught = bool(job.recipe.instruction) or job.teacher is not None
    return {*(() if _of_preferences(learned) else ("beta",)), *(() if taught else ("temperature",))}


def data(job: Job, folder: JobFolder) -> str:
    """What it learned from, and by which rows of it one knows the parts again."""
    parts = dict(zip(PARTS, folder.read_rows(), strict=True))
    rows = [(PARTS[name], f"{len(part):,}", f"`{_digest(folder.path / name)}`") for name, part in parts.items() if part]
    return (
        f"## Data\n\n{escape_markdown(job.data)}, parted by the seed {job.recipe.seed}.\n\n"
        f"{grid(('rows', 'how many', 'sha256 of their file'), rows)}"
    )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def base(job: Job, digest: str) -> str:
    """What it stands on: with other weights it is another model."""
    known = f", whose files have the digest `{digest}`" if digest else ""
    return f"## Base\n\n{escape_markdown(job.model_title)} ({escape_markdown(job.source.title)}){known}."


def course(history: History, end: End | None) -> str:
    """How the curves ended, and what the sealed rows said."""
    losses = [(look.loss, look.step) for look in history.looks if look.loss is not None]
    steps = history.steps
    facts = [escape_markdown(end.words)] if end else []
    if losses:
        lowest, at = min(losses)
        facts.append(
            f"Validation loss {losses[0][0]:.3f} before the first step, {lowest:.3f} at its lowest (step {at:,}), "
            f"{losses[-1][0]:.3f} at the end."
        )
    if steps:
        recent = history.recent
        facts.append(
            f"Loss on its own rows {sum(step.loss for step in recent) / len(recent):.3f}, the mean of the last "
            f"{format_count(len(recent), 'step')}. It took {format_duration(steps[-1].seconds)}."
        )
    return "## How it went\n\n" + " ".join(facts)


def tries(made: Sequence[TryEnded]) -> str:
    """All that were made before this one was kept; none where no search was."""
    if not made:
        return ""
    rows = [(str(one.number), *map(escape_markdown, (values_text(one.values), *cells_of(one)))) for one in made]
    return f"## Search\n\n{grid(('try', 'with', *COLUMNS), rows)}"


def limits(job: Job, *, scored: bool) -> str:
    """When the method fails, and what nobody has measured; `scored` if answers to sealed items were."""
    known = "what was measured above, on these items, and nothing else" if scored else "not known: none was scored"
    return (
        f"## Limits\n\n{method_of(job.recipe).fails} A lower loss is no better answer. What the answers are worth is "
        f"{known}. What the base gets wrong or holds against people, this may do as well, and more."
    )


def use(base_name: str, *, is_model: bool, of_peft: bool) -> str:
    """How to load it."""
    if not of_peft:
        return (
            "## Use\n\nGive its folder to the Models tab of the playground; PEFT has no such adapter. Of each module "
            "that its config names, what it puts out, y, becomes y + up(relu(down(y))): its tensors are named so."
        )
    lines = _model_lines() if is_model else _adapter_lines(base_name)
    return (
        "## Use\n\n```python\n" + "\n".join(lines) + "\n```\n\nOr give its folder to the Models tab of the playground."
    )


def _model_lines() -> Iterator[str]:
    yield "from transformers import AutoModelForCausalLM, AutoTokenizer"
    yield ""
    yield 'model = AutoModelForCausalLM.from_pretrained("this folder")'
    yield 'tokenizer = AutoTokenizer.from_pretrained("this folder")'


def _adapter_lines(base_name: str) -> Iterator[str]:
    named = base_name or "the base's folder"
    yield "from peft import PeftModel"
    yield "from transformers import AutoModelForCausalLM, AutoTokenizer"
    yield ""
    yield f'base = AutoModelForCausalLM.from_pretrained("{named}")'
    yield f'tokenizer = AutoTokenizer.from_pretrained("{named}")'
    yield 'model = PeftModel.from_pretrained(base, "this folder")'
