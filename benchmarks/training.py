"""What a training costs: a step beside TRL's, what it leaves to others, and what it made, loaded.

python -m benchmarks.training          prints the table and writes benchmarks/results/training.json
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import datasets
import torch
from peft import LoraConfig
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from benchmarks.engine_rig import Bench, Result, by_itself
from playground.backends import commands, offered_entries
from playground.backends.catalog import Catalog
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training.loop import train
from playground.returning import Returning
from playground.settings import Settings

RESULTS = Path(__file__).parent / "results" / "training.json"
BATCH, TOKENS, RANK, STEPS = 8, 64, 8, 8
RATE = 2e-3
ANSWER = "It was a quiet day at the harbour, and nobody was in a hurry."


def rows_of(tokenizer: Any, count: int) -> list[TrainingRow]:
    """Rows of exactly so many tokens each, with everything around them."""
    found = []
    for number in range(count):
        words = [str(number)]
        while len(encode_row(tokenizer, row := made(words)).ids) < TOKENS:
            words.append("word")
        assert len(encode_row(tokenizer, row).ids) == TOKENS
        found.append(row)
    return found


def made(words: list[str]) -> TrainingRow:
    return TrainingRow(messages=messages_of(" ".join(words)), answer=ANSWER)


def our_step(bench: Bench, rows: list[TrainingRow]) -> float:
    """Median seconds of a step, of which the first is left out: it makes the optimiser's memory."""

    def steps() -> list[float]:
        recipe = Recipe(steps=STEPS, batch=BATCH, rank=RANK, rate=RATE)
        with Returning(train(bench.model, bench.tokenizer, rows, recipe)) as run:
            seconds = [event.seconds for event in run if isinstance(event, TrainingStep)]
        run.value.learner.detach()
        return seconds

    ends = by_itself(steps)
    return statistics.median(end - start for start, end in pairwise(ends))


class Clock(TrainerCallback):  # type: ignore[misc]
    """When each step of TRL's trainer ends."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.ends.append(time.perf_counter())


def step_of_trl(bench: Bench, rows: list[TrainingRow]) -> float:
    """The same with a plain script: what SFTTrainer does with the same rows, adapter and settings."""
    data = [
        {
            "prompt": [{"role": turn.role, "content": turn.content} for turn in row.messages],
            "completion": [{"role": "assistant", "content": row.answer}],
        }
        for row in rows
    ]
    clock = Clock()

    def steps() -> list[float]:
        with tempfile.TemporaryDirectory() as folder:
            config = SFTConfig(
                output_dir=folder, max_steps=STEPS, per_device_train_batch_size=BATCH, learning_rate=RATE,
                completion_only_loss=True, bf16=False, use_cpu=True, gradient_checkpointing=False, report_to="none",
                save_strategy="no", logging_strategy="no", disable_tqdm=True,
            )  # fmt: skip
            trainer = SFTTrainer(
                model=bench.model, args=config, train_dataset=datasets.Dataset.from_list(data),
                processing_class=bench.tokenizer, callbacks=[clock],
                peft_config=LoraConfig(
                    task_type="CAUSAL_LM", r=RANK, lora_alpha=2 * RANK, target_modules=["q_proj", "v_proj"]
                ),
            )  # fmt: skip
            trainer.train()
            trainer.model.unload()
        return clock.ends

    ends = by_itself(steps)
    return statistics.median(end - start for start, end in pairwise(ends))


def steps_side_by_side(bench: Bench) -> list[Result]:
    rows = rows_of(bench.tokenizer, 2 * BATCH)
    ours, theirs = bench.compare(lambda: our_step(bench, rows), lambda: step_of_trl(bench, rows))
    detail = f"{ours:.2f} against {theirs:.2f} s a step of {BATCH} x {TOKENS} tokens, {torch.get_num_threads()} threads"
    return [
        Result("seconds of a step of LoRA, rank 8, bfloat16", ours, 1.2, "at most", detail),
        Result("time of TRL's step against ours", theirs / ours, 1.0, "at least", detail),
    ]


@contextmanager
def training(folder: Path, settings: Settings, rows: list[TrainingRow]) -> Iterator[None]:
    """One goes on, as the page starts it, from its second step on."""
    jobs = TrainingJobs(folder, settings.cache)
    entry = offered(settings).entry("default")
    job = Job(
        id="", title="Benchmark", model="default", model_title=entry.title, source=entry.source, data="", prompts=(),
        recipe=Recipe(steps=5000, batch=BATCH, rank=RANK, evaluate_every=1000), made=0.0,
    )  # type: ignore[arg-type]  # fmt: skip
    key = jobs.start(job, rows, ())
    try:
        while len((standing := jobs.standing(key)).history.steps) < 2:
            assert standing.going, standing.end
            time.sleep(0.1)
        yield
    finally:
        jobs.close()


def offered(settings: Settings) -> Catalog:
    return Catalog(offered_entries.offered_entries(settings))


def others_meanwhile(bench: Bench) -> Result:
    """Tokens a second of four answers, alone before and after, and while somebody trains."""
    settings, rows = Settings.from_environment(), rows_of(bench.tokenizer, 2 * BATCH)

    def speed() -> float:
        return statistics.median(bench.ours("auto", 4) for _ in range(bench.repeats))

    bench.ours("auto", 4)
    before = speed()
    with tempfile.TemporaryDirectory() as folder, training(Path(folder) / "trainings", settings, rows):
        meanwhile = speed()
    alone = (before + speed()) / 2
    detail = f"{meanwhile:.0f} against {alone:.0f} tokens/s"
    return Result("answers to others while somebody trains, of their speed", meanwhile / alone, 0.5, "at least", detail)


def loading(bench: Bench, folder: Path) -> Result:
    """From what a training left on the disk to the list of models, on a base that is loaded."""
    rows = rows_of(bench.tokenizer, BATCH)
    with Returning(train(bench.model, bench.tokenizer, rows, Recipe(steps=1, batch=BATCH, rank=RANK))) as run:
        list(run)
    run.value.learner.save(folder, "SmolLM2-135M-Instruct")
    run.value.learner.detach()
    settings = Settings.from_environment()
    catalog = offered(settings)
    for _ in catalog.open("default"):
        pass
    found = []
    for number in range(bench.repeats):
        start = time.perf_counter()
        for _ in commands.load_adapter(catalog, settings, "default", str(folder), f"learned-{number}"):
            pass
        found.append(time.perf_counter() - start)
    catalog.close()
    seconds = statistics.median(found)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    return Result("seconds to load what was trained", seconds, 1.0, "at most", f"{size:.2f} MB, its effect measured")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    bench = Bench(parser.parse_args().repeats)
    results = steps_side_by_side(bench)
    with tempfile.TemporaryDirectory() as folder:
        results.append(loading(bench, Path(folder)))
    results.append(others_meanwhile(bench))
    for result in results:
        mark = "" if result.met else "  MISSED"
        print(f"{result.what:68} {result.ratio:7.2f} {result.good:>9} {result.goal:4g}   {result.detail}{mark}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"results": [asdict(r) | {"met": r.met} for r in results]}, indent=2) + "\n")
    for backend in bench.backends.values():
        backend.close()


if __name__ == "__main__":
    main()
