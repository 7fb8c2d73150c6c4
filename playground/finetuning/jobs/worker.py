"""The process in which one training runs: python -m playground.finetuning.jobs.worker FOLDER CACHE.

Its input is its line to whoever started it: a byte asks it to stop and to keep where it stands, and the end of the
input, which comes with the end of the other process, ends it at once.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from playground import deprecations
from playground.backends.local.files.child_process import listen_to_parent
from playground.backends.sources import HOME
from playground.errors import PlaygroundError, TrainingFailed, TrainingHopeless
from playground.finetuning.heads.card import score_words
from playground.finetuning.heads.plan import HeadPlan
from playground.finetuning.jobs.ending import Stop, write_down
from playground.finetuning.jobs.events_file import mend_torn, tell
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.jobs.priority import step_back
from playground.finetuning.jobs.standing import read_history
from playground.finetuning.methods import method_of
from playground.finetuning.preparation.rows import Row, TrainingRow
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import largest
from playground.finetuning.search.telling import is_out_of_memory, search_words
from playground.formats import format_duration
from playground.returning import Returning
from playground.settings import Settings


def main(folder: JobFolder, cache: Path) -> int:
    """Run the training of a folder from where it stands; returns the exit status, 0 once its end is written down."""
    deprecations.hide()
    step_back()
    stop = Stop(folder)
    listen_to_parent(stop.ask)
    try:
        end = _run(folder, cache, stop.asked, stop.has_begun.set)
    except PlaygroundError as error:
        words = _words_for_owner(str(error), folder, cache)
        end = End(ending="failed", words=words, hopeless=isinstance(error, TrainingHopeless))
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        end = End(ending="failed", words="There was not enough memory: choose a smaller batch, or shorter rows.")
    with stop.ending:
        stop.has_begun.set()  # how it ended is known: a stop changes nothing any more
        return write_down(folder, end)


def _words_for_owner(words: str, folder: JobFolder, cache: Path) -> str:
    """Words without the operator's folders where strangers train."""
    try:
        job = folder.read_job()
    except PlaygroundError:  # of which the words are
        return words
    if not job.owner:
        return words
    print(words, file=sys.stderr)  # for the log
    places = {
        folder.path: "its folder",
        cache: "the cache",
        Path(job.source.place): job.source.title,
        HOME: "the server",
    }
    for place, name in places.items():
        if place.is_absolute():
            words = words.replace(str(place), name)
    return words


def _run(folder: JobFolder, cache: Path, stopped: threading.Event, begun: Callable[[], None] = lambda: None) -> End:
    """How it ended. `begun` is called once there is something to keep, after which `stopped` is looked at."""
    job = folder.read_job()
    mend_torn(folder.events)
    with folder.events.open("ab", buffering=0) as events:  # what is held back would be written again as it is closed
        tell(events, {"kind": "stage", "words": "Starting PyTorch"})
        from playground.backends.local.fingerprints import contents
        from playground.finetuning.jobs.base_model import load_base, load_teacher, source_of
        from playground.finetuning.search.trying import Found, search_recipes
        from playground.finetuning.training.checkpoints import Checkpoints
        from playground.finetuning.training.loop import Watched, train
        from playground.finetuning.training.sealed import seal

        if job.head is not None:
            return _run_head(job, job.head, folder, cache, events, stopped, begun)
        tell(events, {"kind": "stage", "words": f"Loading {job.model_title}"})
        model, tokenizer = load_base(job, cache)
        _check_base(folder, job, contents(source_of(job), Settings(cache=cache)) or "")
        if job.teacher is not None:
            tell(events, {"kind": "stage", "words": f"Loading {job.teacher_title}, which teaches"})
        teacher, teacher_window = load_teacher(job, cache, model, tokenizer)
        rows, validation, held_out = folder.read_rows()
        if window := getattr(model.config, "max_position_embeddings", None):
            recipes = largest(job.recipe, job.search) if job.search else [job.recipe]
            _refuse_too_long([*rows, *validation, *held_out], recipes, tokenizer, window, teacher_window)
        if held_out:
            tell(events, {"kind": "stage", "words": "Reading the sealed rows with the model as it is"})
        sealed = seal(model, tokenizer, held_out, job.recipe, teacher) if held_out else None
        tell(events, {"kind": "stage", "words": "Looking at the model as it is"})
        if job.search:
            steps: Any = search_recipes(
                model, tokenizer, rows, job.recipe, job.search, validation, folder.checkpoints,
                read_history(folder).tries, teacher,
            )  # fmt: skip
        else:
            watched = Watched(rows=validation, prompts=job.prompts)
            steps = train(model, tokenizer, rows, job.recipe, watched, Checkpoints(folder.checkpoints), teacher)
        with Returning(steps) as work:
            late = _follow(work, job, events, stopped, begun)
        if not work.ended:
            return _stopped_end(folder, job, late=late)
        found = work.value
        trained = found.trained if isinstance(found, Found) else found
        trained.learner.save(folder.result, job.source.title)
        after = sealed.judge(trained.learner) if sealed else None
        judgement = sealed.words(after) if sealed and after is not None else ""
        if isinstance(found, Found):
            folder.write_job(replace(folder.read_job(), recipe=found.recipe))  # by which what is kept was made
            return End(
                ending="done", words=search_words(found.tries, found.won, judgement), step=trained.step,
                best_step=found.won.best_step, sealed=after,
            )  # fmt: skip
        kept = trained.best_step if trained.best_step not in (None, trained.step) else None
        words = " ".join(filter(None, [_ended(trained.step, kept, trained.step < job.recipe.steps), judgement]))
        return End(ending="done", words=words, step=trained.step, best_step=kept, sealed=after)


def _run_head(
    job: Job, plan: HeadPlan, folder: JobFolder, cache: Path, events: IO[bytes], stopped: threading.Event,
    begun: Callable[[], None],
) -> End:  # fmt: skip
    """The same for a head on an encoder."""
    from playground.backends.local.fingerprints import contents
    from playground.finetuning.heads.making import make_head
    from playground.finetuning.jobs.base_model import source_of
    from playground.finetuning.training.checkpoints import Checkpoints

    def say(words: str) -> None:
        tell(events, {"kind": "stage", "words": words})

    rows, _, held_out = folder.read_rows()
    work = make_head(
        plan, rows, held_out, job.data, folder.result, Checkpoints(folder.checkpoints), cache, say,
        lambda: _check_base(folder, job, contents(source_of(job), Settings(cache=cache)) or ""),
    )  # fmt: skip
    with Returning(work) as making:
        late = _follow(making, job, events, stopped, begun)
    if not making.ended:
        return _stopped_end(folder, job, late=late)
    words = f"{_ended(plan.steps, None, early=False)} {score_words(making.value)}"
    return End(ending="done", words=words, step=plan.steps)


def _follow(
    work: Returning[Any, Any], job: Job, events: IO[bytes], stopped: threading.Event, begun: Callable[[], None]
) -> bool:
    """Write down what happens until the end, or until it is stopped; whether that was because its time was over."""
    from playground.finetuning.training.events import Looking, TrainingStep, event_to_dict

    late = False
    while not (late or stopped.is_set()) and (event := next(work, None)):
        begun()
        if isinstance(event, Looking):
            continue
        tell(events, event_to_dict(event))
        if isinstance(event, TrainingStep) and job.most_seconds is not None:
            late = event.seconds >= job.most_seconds and event.step < event.steps
    return late


def _stopped_end(folder: JobFolder, job: Job, *, late: bool) -> End:
    """How one ended that was not through: asked to, or `late`, after all the time that it has today."""
    from playground.finetuning.training.checkpoints import Checkpoints

    history = read_history(folder)
    step = (
        (history.steps[-1].step if history.steps else 0) if job.search else Checkpoints(folder.checkpoints).read_step()
    )
    if late:
        words = f"Ended after {format_duration(job.most_seconds or 0)}, the most that this server allows you today."
    elif job.search:
        words = f"Stopped after {len(history.tries)} tries, which are kept; it can go on from there."
    else:
        words = f"Stopped after step {step:,}; it can go on from there." if step else "Stopped before its first step."
    return End(ending="stopped", words=words, step=step or 0)


def _refuse_too_long(
    rows: Sequence[Row], recipes: Sequence[Recipe], tokenizer: Any, window: int, teacher_window: int | None = None
) -> None:
    """Raises TrainingFailed for rows that do not fit the model's window, or its teacher's, with all before them."""
    from playground.finetuning.objectives.distillation import with_instruction
    from playground.finetuning.preparation.checks.lengths import find_lengths, measure_lengths

    instruction = recipes[0].instruction  # which no search changes
    taught = [with_instruction(row, instruction) for row in rows if isinstance(row, TrainingRow)]
    virtual = max(recipe.tokens if "tokens" in method_of(recipe).reads else 0 for recipe in recipes)
    # The teacher reads the instruction, and no virtual tokens.
    reads = instruction or teacher_window
    for read, room in ((rows, window - virtual), (taught if reads else [], teacher_window or window)):
        if read:
            lengths, sizes = measure_lengths(read, tokenizer)
            found = find_lengths(read, sizes, lengths, room)
            if stops := [finding.sentence for finding in found if finding.weight == "stop"]:
                raise TrainingFailed(" ".join(stops))


def _ended(step: int, best_step: int | None, early: bool) -> str:
    """What is said of a training that ended by itself."""
    parts = [f"Done after {step:,} steps."]
    if early:
        parts = [f"Stopped by itself after {step:,} steps: the validation loss had not fallen for a while."]
    if best_step is not None:
        parts.append(f"Kept are the weights of step {best_step:,}, where the validation loss was lowest.")
    return " ".join(parts)


def _check_base(folder: JobFolder, job: Job, now: str) -> None:
    """Raises TrainingHopeless where the weights are others than when the training began, and else remembers them."""
    if (before := folder.read_base()) and now != before:
        raise TrainingHopeless(
            f"The weights of {job.model_title} have changed since this training began, and what it has learned does "
            "not fit them: start it anew."
        )
    folder.write_base(now)


if __name__ == "__main__":
    sys.exit(main(JobFolder(Path(sys.argv[1])), Path(sys.argv[2])))
