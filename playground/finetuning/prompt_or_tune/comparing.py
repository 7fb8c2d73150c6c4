"""The comparison as it goes on: prompts are searched and asked, adapters trained and asked."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TypeVar

from playground.backends.catalog import Catalog
from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.summary import summaries
from playground.evaluation.plan import Expectation, Technique
from playground.evaluation.results import Table
from playground.finetuning.held_out.answering import Answering, answers_text
from playground.finetuning.held_out.prompt_search import search_prompts
from playground.finetuning.held_out.sealed_part import without_learned
from playground.finetuning.held_out.tasks import Task, validation_part
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.learned import loading_learned, weights_of
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.plan import Plan
from playground.finetuning.prompt_or_tune.queued import INTERVAL, follow_training
from playground.finetuning.prompt_or_tune.trainings import Training, trainings_of
from playground.finetuning.prompt_or_tune.ways import Preparation, best_of, merged, way_of
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it runs. `allow` says for how many seconds a job may be trained on its rows, or raises, and `turns` is
    held from there until the training has begun.
    """

    answering: Answering
    jobs: TrainingJobs
    settings: Settings
    model: str = "default"
    allow: Callable[[Job, Sequence[TrainingRow]], float | None] = field(default=lambda *_: None)
    turns: Lock = field(default_factory=Lock)
    address: str = ""  # of whoever asks, as a training keeps it

    @property
    def catalog(self) -> Catalog:
        return self.answering.catalog

    @property
    def owner(self) -> str:
        """Whose the trainings are: who asks, where several people share the server."""
        return self.answering.visitor


News = TypeVar("News")
Value = TypeVar("Value")


def compare_prompting_and_tuning(task: Task, plan: Plan, place: Place) -> Generator[Compared, None, Compared]:
    """Yield what is known as it grows; closing stops what goes on, and what is done is found again another time.

    Raises PlaygroundError for what cannot begin, such as a training that is not allowed.
    """
    going = _Going(task, plan, place)
    yield from going.run()
    return going.known


class _Going:
    """A comparison that goes on."""

    def __init__(self, task: Task, plan: Plan, place: Place) -> None:
        self._task, self._plan, self._place = task, plan, place
        part = task.sealed(plan.asked, plan.shots, plan.seed)
        self._trainings = trainings_of(task, plan, part)
        items = without_learned(part.items, [row for one in self._trainings for row in one.rows])
        if not items:
            raise InvalidSetup("Every item of the sealed part is among those that are learned; nothing can be asked.")
        self._part = replace(part, items=items)
        self._began = time.monotonic()
        self._tables: list[Table] = []
        self._prepared: list[Preparation] = []
        stages = 2 + 2 * len(self._trainings)
        self.known = Compared(task=task.title, stages=stages, left_out=len(part.items) - len(items))

    def run(self) -> Generator[Compared, None, None]:
        place = self._place
        base = Weights(model=place.model)
        if not isinstance(place.catalog.entry(place.model).source, ModelSource):
            raise NotSupported(f"{place.model} cannot be trained here; choose a language model of this machine.")
        yield self._now("Loading the model")
        for progress in place.catalog.open(place.model):
            yield self._now(progress.what)
        while stopping := [one for one in place.jobs.standings(place.owner) if one.stopping]:  # of the Stop before this
            yield self._now(f"{stopping[0].job.title}: keeps where it stands, to go on from there")
            time.sleep(INTERVAL)
        for training in self._trainings:  # refuses before anything is asked
            place.allow(self._job(training), training.rows)
        yield from self._search(base)
        yield from self._ask(*self._prompted(), base, "Asking with prompts")
        self._next()
        for training in self._trainings:
            standing = yield from self._train(training)
            yield from self._ask_tuned(training, standing)
        yield self._now("")

    def _search(self, base: Weights) -> Generator[Compared, None, None]:
        _, validation = self._task.learnable(self._plan.validation, self._part.shots, self._plan.seed)
        part = validation_part(self._part, validation)
        if validation:
            search = search_prompts(part, self._task.instructions, base, self._place.answering)
            found = yield from self._following(search, lambda table: f"Searching a prompt: {answers_text(table)}")
            self.known = replace(self.known, prompt=found)
        self._next()

    def _prompted(self) -> tuple[list[Technique], list[Preparation]]:
        """The ways without a training."""
        part, found = self._part, self.known.prompt
        shots = len(part.shots)
        techniques = [part.technique("Bare"), part.technique("Instructed", part.template)]
        prepared = [Preparation(kind="prompted"), Preparation(kind="prompted")]
        if shots:
            techniques.append(part.technique("Few-shot", part.template, shots=True))
            prepared.append(Preparation(kind="prompted", examples=shots))
        if found:
            techniques.append(part.technique(f"Best of {found.tries} prompts", found.template, shots=found.shots))
            prepared.append(
                Preparation(
                    kind="prompted", examples=found.items + (shots if found.shots else 0), search_tokens=found.tokens,
                    tries=found.tries,
                )
            )  # fmt: skip
        return techniques, prepared

    def _train(self, training: Training) -> Generator[Compared, None, Standing]:
        place = self._place
        job, rows = self._job(training), training.rows
        work = follow_training(place.jobs, job, rows, lambda: place.allow(job, rows), place.turns)
        standing = yield from self._following(work, lambda now: f"{training.name}: {_steps(now)}")
        self._next()
        return standing

    def _job(self, training: Training) -> Job:
        place = self._place
        info, source = place.catalog.info(place.model), place.catalog.entry(place.model).source
        assert isinstance(source, ModelSource)  # as was seen at the beginning
        return Job(
            id="", title=f"{self._task.title}, {training.name}", model=info.name, model_title=info.title, source=source,
            recipe=training.recipe, data=self._task.title, prompts=(), made=time.time(), owner=place.owner,
            address=place.address,
        )  # fmt: skip

    def _ask_tuned(self, training: Training, standing: Standing) -> Generator[Compared, None, None]:
        place, part = self._place, self._part
        yield self._now(f"{training.name}: loading what was learned")
        folder = place.jobs.result(standing.job.id, place.owner)
        for _ in loading_learned(standing, folder, place.catalog, place.settings):
            pass
        seconds = standing.history.steps[-1].seconds
        prepared = Preparation(kind="tuned", examples=len(training.rows), training_seconds=seconds)
        ways, costs = [part.technique(training.name)], [prepared]
        largest = max((one for one in self._trainings if one.recipe == self._plan.tuned), key=lambda one: len(one.rows))
        if training is largest:
            found = self.known.prompt
            template, shots = (found.template, found.shots) if found else (part.template, False)
            ways.append(part.technique(f"{training.name}, prompted", template, shots=shots))
            both = replace(prepared, kind="both")
            costs.append(replace(both, search_tokens=found.tokens, tries=found.tries) if found else both)
        yield from self._ask(ways, costs, weights_of(standing), f"{training.name}: asking")
        self._next()

    def _ask(
        self, techniques: Sequence[Technique], prepared: Sequence[Preparation], weights: Weights, stage: str
    ) -> Generator[Compared, None, None]:
        asking = self._place.answering.ask(self._part, techniques, [weights])
        table = yield from self._following(asking, lambda growing: f"{stage}: {answers_text(growing)}")
        self._tables.append(table)
        self._prepared += prepared
        self._count()

    def _count(self) -> None:
        """Bring the figures up to what has been asked."""
        backend = self._place.catalog.loaded_backend(self._place.model)
        at_once = backend.capabilities.parallel if backend else 1
        table = merged(self._tables)
        ways = tuple(
            way_of(summary, prepared, at_once)
            for summary, prepared in zip(summaries(table), self._prepared, strict=True)
        )
        prompted, tuned = best_of(ways, tuned=False), best_of(ways, tuned=True)
        if prompted and tuned:  # the pair that the sentence is about is tested as well
            asked = (Expectation(column=tuned.name, better_than=prompted.name),)
            table = replace(table, experiment=replace(table.experiment, expectations=asked))
        self.known = replace(self.known, ways=ways, comparisons=compare(table))

    # ----------------------------------------------------------------------------------------------- telling
    def _following(
        self, work: Generator[News, None, Value], words: Callable[[News], str]
    ) -> Generator[Compared, None, Value]:
        """Tell what goes on in the words for it; closing ends the work."""
        with Returning(work) as news:
            for one in news:
                yield self._now(words(one))
        return news.value

    def _next(self) -> None:
        self.known = replace(self.known, done=self.known.done + 1)

    def _now(self, stage: str) -> Compared:
        self.known = replace(self.known, stage=stage, seconds=time.monotonic() - self._began)
        return self.known


def _steps(standing: Standing) -> str:
    """How far a training is."""
    if standing.place is not None:
        return "waits for its turn"
    steps = standing.history.steps
    if not steps:
        return standing.history.stage or "getting ready"
    return f"step {steps[-1].step:,} of {steps[-1].steps:,}, loss {steps[-1].loss:.2f}"
