"""An adapter is merged into its base: it opens and answers alike, is stopped without a trace, and refused in words."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock
from folders import Quiet
from trained_here import trained

from playground.backends.base import Request
from playground.backends.local.opening import open_model
from playground.backends.sources import ModelSource
from playground.errors import LimitReached, ModelUnavailable, NotSupported, TrainingFailed
from playground.finetuning.__main__ import main
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.methods import METHODS
from playground.finetuning.taking_away import merge_process, merging
from playground.finetuning.taking_away.merge_process import follow_merge
from playground.finetuning.taking_away.merging import merge_into, refuse_unmergeable
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Message, Sampling

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


@pytest.fixture(scope="module")
def lora(base: Path, tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return trained(base, tmp_path_factory.mktemp("trainings"))


@pytest.mark.parametrize("method", ["lora", "dora", "ia3"])
def test_a_merged_model_opens_and_answers_as_the_adapter(base: Path, tmp_path: Path, method: str) -> None:
    training = trained(base, tmp_path, method)
    with Returning(merge_into(training, tmp_path / "cache", tmp_path / "merged")) as work:
        said = list(work)
    assert said[0] == "Loading Tiny"
    assert "After 1 prompt of the training the log-probabilities of likely tokens differ" in work.value
    card = (tmp_path / "merged" / "README.md").read_text("utf-8")
    assert "library_name: transformers" in card
    assert "PeftModel" not in card
    settings, asked = Settings(precision="float32"), Request(
        messages=(Message("user", "Say one."),), sampling=Sampling(max_tokens=3, temperature=0)
    )  # fmt: skip
    merged = open_model(ModelSource(kind="folder", place=str(tmp_path / "merged")), "Merged", settings, Quiet())
    adapted: Any = open_model(ModelSource(kind="folder", place=str(base)), "Tiny", settings, Quiet())
    adapted.attach(training.result, "new", "New", "", Quiet())
    for backend in (merged, adapted):
        assert list(backend.stream(replace(asked, adapter="new" if backend is adapted else "")))
        backend.close()
    with pytest.raises(TrainingFailed, match="is there already; give a new folder"):
        list(merge_into(training, tmp_path / "cache", tmp_path / "merged"))


def test_what_stands_beside_the_weights_or_is_a_model_is_not_merged(lora: JobFolder) -> None:
    job = lora.read_job()
    said = {}
    for name in METHODS:
        try:
            refuse_unmergeable(replace(job, recipe=replace(job.recipe, method=name)))
        except NotSupported as error:
            said[name] = str(error)
    assert {*said} == {"full", "bottleneck", "prompt_tuning", "prefix_tuning"}
    assert said.pop("full").endswith("what it left is one already.")
    assert all("stands beside the weights" in words for words in said.values())


def test_a_merge_that_says_something_else_is_not_kept(
    lora: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playground.finetuning.methods import whole_model

    def spoiled(model: Any, tokenizer: Any, folder: Path) -> None:
        model.get_output_embeddings().weight.mul_(40)
        write(model, tokenizer, folder)

    write = whole_model.save_model
    monkeypatch.setattr(whole_model, "save_model", spoiled)
    with pytest.raises(TrainingFailed, match="says something else than the adapter does"):
        list(merge_into(lora, tmp_path / "cache", tmp_path / "merged"))
    assert not (tmp_path / "merged").exists()


def test_there_has_to_be_room_on_the_disk(lora: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging.shutil, "disk_usage", lambda place: SimpleNamespace(free=merging.SPARE + 1000))
    with pytest.raises(LimitReached, match=r"The merged model takes \d.+ are free on the disk"):
        list(merge_into(lora, tmp_path / "cache", tmp_path / "new" / "merged"))
    assert not (tmp_path / "new").exists()


def test_an_adapter_whose_base_has_changed_is_not_merged(lora: JobFolder, tmp_path: Path) -> None:
    before = lora.read_base()
    lora.write_base("of other weights")
    try:
        with pytest.raises(ModelUnavailable, match="was trained on other files than Tiny has now"):
            list(merge_into(lora, tmp_path / "cache", tmp_path / "merged"))
    finally:
        lora.write_base(before)


def test_the_command_says_what_it_does(lora: JobFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", str(lora.path), "--into", str(tmp_path / "merged")]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "Loading Tiny ..."
    assert last.startswith(f"{tmp_path / 'merged'} holds the model, as safetensors in bfloat16. After 1 prompt")


# ------------------------------------------------------------------------------------- in a process of its own
def left(folder: JobFolder) -> set[str]:
    return {path.name for path in folder.path.iterdir() if path.name.startswith("merged")}


@pytest.mark.usefixtures("warm_children")
def test_it_is_stopped_without_a_trace_then_made_and_a_second_time_is_there(lora: JobFolder, tmp_path: Path) -> None:
    with Returning(follow_merge(lora, tmp_path / "cache")) as stopped:
        while next(stopped) != "Loading Tiny":
            pass
        with pytest.raises(TrainingFailed, match="is being merged already"):
            next(follow_merge(lora, tmp_path / "cache"))
    assert left(lora) == set()
    with Returning(follow_merge(lora, tmp_path / "cache")) as work:
        said = list(dict.fromkeys(work))
    assert said[0] == "Starting PyTorch"
    assert left(lora) == {"merged"}
    assert work.value.startswith(f"{lora.merged} holds the model, as safetensors in bfloat16. After 1 prompt")
    assert list(follow_merge(lora, tmp_path / "cache")) == []


def test_one_that_is_closed_in_another_thread_can_be_merged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[None]:
        log.touch()
        while True:
            yield

    monkeypatch.setattr(merge_process, "watch", endless)
    folder = JobFolder(tmp_path)
    work = follow_merge(folder, tmp_path / "cache")
    with ThreadPoolExecutor(1) as other:
        assert other.submit(next, work).result() == "Starting PyTorch"
    work.close()
    with folder.merging:
        pass


@pytest.mark.usefixtures("warm_children")
def test_what_fails_there_is_told_and_leaves_nothing(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = trained(base, tmp_path)
    training.write_base("of other weights")
    with pytest.raises(TrainingFailed, match="was trained on other files than Tiny has now"):
        list(follow_merge(training, tmp_path / "cache"))
    monkeypatch.setattr(merge_process, "PROGRAM", "playground.no_such_program")
    with pytest.raises(TrainingFailed, match=r"The merge broke off: .*no_such_program.* Nothing of it is kept"):
        list(follow_merge(training, tmp_path / "cache"))
    assert left(training) == set()
    with FileLock(training.path / "merge.lock"):  # which is free again
        pass
