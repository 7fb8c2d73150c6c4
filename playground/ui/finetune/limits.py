"""How much may be trained here: as much as somebody likes on a server of their own, on a shared one what is allowed."""

import time
from collections.abc import Sequence

from playground.backends.catalog import ModelInfo
from playground.backends.memory import format_bytes
from playground.errors import LimitReached, NotSupported
from playground.finetuning.estimate import estimate, parameters_of, trained_weights
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.learned import MOST_LISTED
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import DAY
from playground.finetuning.methods import method_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import largest
from playground.finetuning.training_data import Parts
from playground.formats import format_duration
from playground.parameters import parameters
from playground.settings import Settings

ADDRESS_GOING = 4  # trainings of one address that go on or wait: the others have their turn between them
NOBODY = "This server is shared, and its operator lets nobody train on it (PLAYGROUND_TRAINING_MINUTES)."


def may_train(settings: Settings) -> bool:
    """Whether anybody may train here."""
    return not settings.public or settings.training_minutes > 0


def limits_text(settings: Settings) -> str:
    """What a visitor of a shared server is told before anything is begun."""
    if not settings.public:
        return ""
    if not may_train(settings):
        return NOBODY
    each = format_duration(settings.training_minutes * 60)
    return (
        f"This server is shared: you can train {each} a day, one training at a time, and up to "
        f"{settings.training_weights:,} weights. What you made is in your list of models alone; the {MOST_LISTED} "
        "newest of all visitors stay there, and others come back when they are compared."
    )


def seconds_left(
    settings: Settings, own: Sequence[Standing], recipe: Recipe, of_address: Sequence[Standing] = ()
) -> float | None:
    """The seconds that a visitor may still train today; None for any number.

    `own` are the visitor's trainings, `of_address` those of all who come from there. Raises NotSupported where nobody
    trains, or for a method that makes whole models on a shared server, and LimitReached when a share is used up.
    """
    if not settings.public:
        return None
    if not may_train(settings):
        raise NotSupported(NOBODY)
    method = method_of(recipe)
    if method.makes_model:
        raise NotSupported(f"{method.title} makes a whole model, which is too large for a shared server.")
    if going := [standing for standing in own if standing.going]:
        if going[0].stopping:
            raise LimitReached("A training of yours is being stopped; try again in a moment.")
        raise LimitReached("A training of yours goes on; stop it or wait for it.")
    if sum(standing.going for standing in of_address) >= ADDRESS_GOING:
        raise LimitReached(f"{ADDRESS_GOING} trainings from the address you come from go on or wait, the most for one.")
    each = settings.training_minutes * 60
    left = each - sum(map(_seconds_today, own))
    if left <= 0:
        raise LimitReached(f"You have trained {format_duration(each)} today, the most on this server; go on tomorrow.")
    together = max(settings.address_training_minutes * 60, each)
    left_there = together - sum(map(_seconds_today, of_address))
    if left_there <= 0:
        raise LimitReached(
            f"From the address you come from {format_duration(together)} were trained today, or are promised to those "
            "who train now, the most for one address; go on tomorrow."
        )
    return min(left, left_there)


def check_size(settings: Settings, job: Job, parts: Parts, info: ModelInfo) -> None:
    """Raises LimitReached for a training that is larger than a shared server allows, of a search the largest try, and
    NotSupported while nobody knows how large the model is."""
    if not settings.public:
        return
    if (size := parameters_of(info)) is None:
        raise NotSupported(f"How large {info.title} is shows when it has been loaded; ask it something first.")
    for recipe in largest(job.recipe, job.search) if job.search else [job.recipe]:
        weights = trained_weights(recipe, size)
        if weights > settings.training_weights:
            raise LimitReached(
                f"This recipe trains about {weights:,.0f} weights; {settings.training_weights:,} are the most on this "
                f"server (PLAYGROUND_TRAINING_WEIGHTS). {_smaller(recipe)}"
            )
        takes = estimate(parts, recipe, size, info.name, (), prompts=len(job.prompts)).bytes
        if takes > settings.training_memory_megabytes * 2**20:
            raise LimitReached(
                f"This training would take about {format_bytes(takes)} of memory; "
                f"{format_bytes(settings.training_memory_megabytes * 2**20)} are the most on this server "
                "(PLAYGROUND_TRAINING_MEMORY_MEGABYTES). Choose a smaller batch."
            )


def _smaller(recipe: Recipe) -> str:
    """What to do about too many weights."""
    read = next((name for name in ("rank", "width", "tokens") if name in method_of(recipe).reads), "")
    label = next((one.label.lower() for one in parameters(Recipe) if one.name == read), "")
    return f"Choose a lower number for {label}." if label else "Choose another method."


def _seconds_today(standing: Standing) -> float:
    """What a training took of the last day, and what one that goes on may still take."""
    job = standing.job
    promised = (job.most_seconds or 0) - sum(took for _, took in job.sittings) if standing.going else 0.0
    return max(promised, 0.0) + sum(took for ended, took in job.sittings if time.time() - ended < DAY)


def used_seconds(standing: Standing) -> float:
    """How long a training has taken so far, as it counts itself: from before the first step, and of a search with all
    tries that are over."""
    history = standing.history
    return max(sum(one.seconds for one in history.tries), history.steps[-1].seconds if history.steps else 0.0)


def check_delete(settings: Settings, standing: Standing) -> None:
    """Raises NotSupported where a day's share would be forgotten with a training."""
    if settings.public and time.time() - standing.job.last_used < DAY:
        raise NotSupported("On a shared server a training can be deleted a day after it last went on.")
