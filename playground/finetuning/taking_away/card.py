"""All that is known of a training, as the README.md in the folder of what was learned, for people and for hubs."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from playground.backends.packaged_models import find_packaged
from playground.backends.sources import HUB_NAME, ModelSource
from playground.errors import TrainingFailed
from playground.evaluation.report.cells import escape_markdown
from playground.finetuning.heads.card import head_card
from playground.finetuning.heads.kept import read_trained
from playground.finetuning.held_out.kept import read_held_out
from playground.finetuning.held_out.report import as_markdown as held_out_markdown
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.jobs.standing import read_history
from playground.finetuning.methods import method_of
from playground.finetuning.probes.kept import read_probes
from playground.finetuning.probes.report import as_markdown
from playground.finetuning.recipe_files import write_recipe
from playground.finetuning.taking_away import card_sections

FILE, RECIPE = "README.md", "recipe.yaml"
log = logging.getLogger(__name__)


def write_card(folder: JobFolder) -> None:
    """Put the card, and the recipe as a file, beside what was learned; the card that was there is replaced.

    Raises TrainingFailed when it cannot be written.
    """
    try:
        if (head := read_trained(folder.result)) is not None:
            (folder.result / FILE).write_text(head_card(head), "utf-8")
            return
        (folder.result / FILE).write_text(card_text(folder), "utf-8")
        (folder.result / RECIPE).write_text(
            write_recipe(card_sections.recipe_used(folder.read_job(), folder.read_rows()[0])), "utf-8"
        )
    except OSError as error:
        log.warning("The card cannot be kept in %s.", folder.result, exc_info=True)  # a path is not for strangers
        raise TrainingFailed(f"The card cannot be kept with what was learned: {error.strerror}.") from error


def card_text(folder: JobFolder, *, merged: bool = False) -> str:
    """The card: a head that hubs read, and a section for each thing that is known. `merged` into the base's weights, it
    is that of a model."""
    job, end, history = folder.read_job(), folder.read_end(), read_history(folder)
    is_model = merged or method_of(job.recipe).makes_model
    head = yaml.safe_dump(dict(_head(job, is_model=is_model)), sort_keys=False, allow_unicode=True, width=110)
    sealed = read_held_out(folder.result)
    sections = [
        card_sections.recipe(job, folder.read_rows()[0]),
        card_sections.data(job, folder),
        card_sections.base(job, folder.read_base()),
        card_sections.course(history, end),
        card_sections.tries(history.tries),
        held_out_markdown(sealed) if sealed else "",
        as_markdown(read_probes(folder.result)),
        card_sections.limits(job, scored=sealed is not None),
        card_sections.use(base_name(job.source), is_model=is_model, of_peft=method_of(job.recipe).of_peft),
    ]
    title = escape_markdown(job.title)
    body = "\n\n".join(section.strip() for section in sections if section)
    return f"---\n{head}---\n\n# {title}\n\n{card_sections.about(job, is_model=is_model)}\n\n{body}\n"


def _head(job: Job, *, is_model: bool) -> Mapping[str, Any]:
    """What a hub sorts models by. Whose licence holds is for whoever publishes it to say: it is not known here."""
    method = method_of(job.recipe)
    hub_name = base_name(job.source)
    return {
        **({"base_model": hub_name} if hub_name else {}),
        **({"library_name": "transformers" if is_model else "peft"} if method.of_peft else {}),
        "pipeline_tag": "text-generation",
        "tags": ["prompt-playground", method.name.replace("_", "-")],
    }


def base_name(source: ModelSource) -> str:
    """What the base is called at a hub; empty for one that is in no hub as far as is known."""
    if source.kind == "packaged":
        return find_packaged(source.place).published
    return source.place if source.kind == "hub" and HUB_NAME.fullmatch(source.place) else ""


def folder_of(path: Path) -> JobFolder:
    """The training of a folder, which may be that of what it left. Raises TrainingFailed where there is none."""
    for place in (path, path.parent):
        if (place / "job.json").is_file():
            return JobFolder(place)
    raise TrainingFailed(f"{path} holds no training; give the folder that a training was kept in.")
