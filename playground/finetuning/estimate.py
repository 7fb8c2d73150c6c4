"""What a training would take, said before it begins: seconds and memory, by its rows and by how others went."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import psutil  # type: ignore[import-untyped]

from playground.backends.catalog import ModelInfo
from playground.backends.memory import available_memory
from playground.finetuning.heads.plan import MOST_MEASURED, HeadPlan, Trains
from playground.finetuning.heads.rows import HeadRow, texts_of
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.methods import METHODS
from playground.finetuning.preparation.rows import Row, answers_of, prompt_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.proposing import expect_tries
from playground.finetuning.search.space import Search
from playground.finetuning.training_data import Parts

# Measured with the default model: seconds of one core for a token of a step, and bytes of a step's tokens.
CORE_SECONDS = {
    "lora": 0.0030, "rslora": 0.0030, "dora": 0.0037, "full": 0.0097, "bottleneck": 0.0030, "ia3": 0.0031,
    "prompt_tuning": 0.0029, "prefix_tuning": 0.0027,
}  # fmt: skip
PARAMETERS = 134_500_000  # of that model
STEP_BYTES = 2.1e6  # for each token of a batch: what a step remembers until it knows its gradient
PROCESS = 450e6  # bytes of PyTorch and what comes with it
TRAINED = 20.0  # bytes for each weight that is trained: itself, gradient, two of the optimiser, and a copy that is kept
A_RANK = {"query_value": 57_600, "attention": 115_200, "all": 305_280}  # weights of an adapter of that model
A_WIDTH = {
    "feed_forward": 34_600,
    "both": 69_200,
}  # weights of a bottleneck adapter of that model, for each of its width
A_TOKEN = {"prompt_tuning": 576, "prefix_tuning": 11_520}  # weights of a virtual token
FACTORS = 57_600  # weights of IA3
CHARACTERS, TEMPLATE = 4.0, 40  # to a token of English, and tokens that a chat template puts around
ANSWER_SECONDS = 5.0  # of one core for the sample answers of a look, with that model
FORWARD = 0.30  # of a step's time is its forward pass


# The same of a head on all-MiniLM-L6-v2, and its bytes: the encoder's, and of each weight that learns.
HEAD_SECONDS: dict[Trains, float] = {"encoder_and_head": 0.0017, "head_alone": 0.0006}
ENCODER_PARAMETERS = 22_713_216
HEAD_STEP_BYTES = 0.4e6  # for each token of a batch
READ_TOKENS = 2  # that an encoder puts around a text


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEstimate:
    """About how many seconds with all looks, and about how many bytes, of which `free` are there now.

    `measured`: the seconds are those of trainings of the same kind on this machine.
    """

    seconds: float
    bytes: float
    free: float
    measured: bool


def estimate(
    parts: Parts, recipe: Recipe, parameters: int, model: str, before: Iterable[Standing], *,
    prompts: int, cores: int | None = None, teacher: int = 0,
) -> TrainingEstimate:  # fmt: skip
    """Of a model with so many parameters; `before` are trainings that ended here, the newest first.

    `prompts` is how many are answered at each look; `teacher` is how many parameters another model has that teaches.
    """
    size, cores = parameters / PARAMETERS, cores or psutil.cpu_count(logical=False) or 1
    known = next((pace for one in before if _alike(one, recipe, model) and (pace := seconds_per_token(one))), None)
    pace = known or CORE_SECONDS[recipe.method] * size / cores
    sizes = _tokens(parts.training)
    mean, most = sum(sizes) / len(sizes), max(sizes)
    looks = 1 + math.ceil(recipe.steps / recipe.evaluate_every) if parts.validation or prompts else 0
    answering = ANSWER_SECONDS * size / cores if prompts else 0.0
    # A teacher reads every row once: less than a third of what a step of it would take.
    taught = FORWARD * CORE_SECONDS["lora"] * teacher / PARAMETERS / cores * sum(sizes)
    look = FORWARD * pace * sum(_tokens(parts.validation)) + answering
    return TrainingEstimate(
        seconds=recipe.steps * recipe.batch * mean * pace + looks * look + taught,
        bytes=PROCESS
        + 2.0 * (parameters + teacher)
        + TRAINED * trained_weights(recipe, parameters)
        + recipe.batch * most * STEP_BYTES * size**0.67,
        free=available_memory(),
        measured=known is not None,
    )


def estimate_search(
    parts: Parts, recipe: Recipe, search: Search, parameters: int, model: str, before: Sequence[Standing], *,
    cores: int | None = None, teacher: int = 0,
) -> tuple[TrainingEstimate, int]:  # fmt: skip
    """All tries one after the other, and how many those are; the memory is that of the largest. They answer no prompts.

    Raises InvalidSetup.
    """
    each = [
        estimate(parts, one, parameters, model, before, prompts=0, cores=cores, teacher=teacher)
        for one in expect_tries(search, recipe)
    ]
    together = replace(
        each[0], seconds=sum(one.seconds for one in each), bytes=max(one.bytes for one in each),
        measured=all(one.measured for one in each),
    )  # fmt: skip
    return together, len(each)


def parameters_of(info: ModelInfo) -> int | None:
    """How many parameters a model has, where that is known before it is loaded."""
    return info.details.parameters if info.details else info.suggestion.parameters if info.suggestion else None


def estimate_head(
    plan: HeadPlan, rows: Sequence[HeadRow], held_out: Sequence[HeadRow], before: Iterable[Standing],
    cores: int | None = None,
) -> TrainingEstimate | None:  # fmt: skip
    """The same of a head; None for another encoder than the playground's own, of which none was trained here yet."""
    known = next((pace for one in before if _same_encoder(one, plan) and (pace := seconds_per_token(one))), None)
    if plan.encoder_source and known is None:
        return None
    pace = known or HEAD_SECONDS[plan.trains] / (cores or psutil.cpu_count(logical=False) or 1)
    sizes, measured = (
        [sum(len(text) / CHARACTERS + READ_TOKENS for text in texts_of(row)) for row in some]
        for some in (rows, held_out[:MOST_MEASURED])
    )
    learned = ENCODER_PARAMETERS if plan.trains == "encoder_and_head" else 0
    return TrainingEstimate(
        seconds=plan.steps * plan.batch * sum(sizes) / len(sizes) * pace + 2 * FORWARD * pace * sum(measured),
        bytes=PROCESS + 4.0 * ENCODER_PARAMETERS + TRAINED * learned + plan.batch * max(sizes) * HEAD_STEP_BYTES,
        free=available_memory(),
        measured=known is not None,
    )


def _same_encoder(standing: Standing, plan: HeadPlan) -> bool:
    head = standing.job.head
    return head is not None and (head.encoder_source, head.trains) == (plan.encoder_source, plan.trains)


def trained_weights(recipe: Recipe, parameters: int) -> float:
    """About how many weights a method trains in a model with so many parameters."""
    if METHODS[recipe.method].makes_model:
        return parameters
    if recipe.method in A_TOKEN:
        default = A_TOKEN[recipe.method] * recipe.tokens
    elif recipe.method == "bottleneck":
        default = A_WIDTH[recipe.places] * recipe.width
    else:
        default = FACTORS if recipe.method == "ia3" else A_RANK[recipe.layers] * recipe.rank
    return float(default * (parameters / PARAMETERS) ** 0.67)


def seconds_per_token(standing: Standing) -> float | None:
    """The pace of a training between its looks; None before it has taken some steps."""
    steps = standing.history.steps
    paces = [
        (after.seconds - step.seconds) / after.tokens
        for step, after in pairwise(steps)
        if after.tokens and after.step == step.step + 1
    ]
    return median(paces) if len(paces) > 4 else None


def _alike(standing: Standing, recipe: Recipe, model: str) -> bool:
    return standing.job.recipe.method == recipe.method and standing.job.model == model


def _tokens(rows: Sequence[Row]) -> list[float]:
    """Tokens of each row, about: the model's own tokenizer may not be here yet. Both answers of a pair are read."""
    return [
        sum((len(prompt_of(row)) + len(answer)) / CHARACTERS + TEMPLATE for answer in answers_of(row)) for row in rows
    ]
