"""A real Dask cluster of worker processes on loopback: what it answers, and what is lost with a worker: nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import dask.config
import pytest
from distributed import LocalCluster
from patience import PATIENCE

from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.backends.packaged_models import default_model
from playground.cli import experiment as command
from playground.errors import EndpointFailed, NotSupported
from playground.evaluation import experiments, running
from playground.evaluation.results import Table
from playground.evaluation.running import cells, cluster, same_code
from playground.evaluation.store import Store
from playground.settings import Settings

SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
PLAN = experiments.parse(
    {
        "data": {"name": "word_problems", "size": 20},
        "techniques": [
            {"strategy": "zero_shot"},
            {"strategy": "self_consistency", "options": {"paths": 3}, "sampling": {"temperature": 0.7}},
        ],
        "models": [{"model": "scripted"}],
    }
)
CELLS = 40


def local(workers: int, **options: Any) -> LocalCluster:
    return LocalCluster(
        n_workers=workers, threads_per_worker=4, processes=True, host="127.0.0.1", scheduler_port=0,
        dashboard_address="127.0.0.1:0", **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def two() -> Iterator[LocalCluster]:
    # Else a worker that dies is looked for 15 seconds later, and if it has died again just then, none takes its place.
    with dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}), local(2) as found:
        yield found


@pytest.fixture
def asked(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Iterator[Table]]]:
    """Run the plan on a cluster, or here without one; every call with the same store."""
    with closing(Store(tmp_path / "store.sqlite")) as store:

        def run(executor: cluster.Cluster | None = None) -> Iterator[Table]:
            parallel = executor.parallel if executor else 64
            return running.run(PLAN, Catalog(offered_entries(settings)), store, executor=executor, parallel=parallel)

        yield run


def said(table: Table) -> dict[tuple[str, str], str]:
    return {(result.column, result.item): result.answer for result in table.results}


def process() -> tuple[int, int]:
    """On a worker: its process, and how many catalogs it made."""
    return os.getpid(), cells._catalog.cache_info().misses


def change_precision() -> None:
    """On a worker: what would have been set where it was started."""
    os.environ["PLAYGROUND_PRECISION"] = "float32"


def leave() -> None:
    """On a worker: what an exhausted memory does to it."""
    os._exit(1)


def test_a_worker_killed_in_the_middle_loses_nothing(
    two: LocalCluster, asked: Callable[..., Iterator[Table]], tmp_path: Path, settings: Settings
) -> None:
    with cluster.connect_cluster(two.scheduler_address) as executor:
        client, killed = executor._places._client, 0
        for table in asked(executor):
            if not killed and len(table.results) >= 5:
                assert len(table.results) < CELLS
                workers = client.run(process)
                assert len(workers) == 2
                assert {made for _, made in workers.values()} == {1}  # four threads each, one catalog
                killed = min(workers.values())[0]
                os.kill(killed, signal.SIGKILL)
        assert killed
        client.wait_for_workers(2, timeout=PATIENCE)
        assert killed not in [pid for pid, _ in client.run(process).values()]
    assert table.status == "done"
    assert [result.note for result in table.results if result.outcome == "failed"] == []
    with closing(Store(tmp_path / "elsewhere.sqlite")) as other:
        *_, here = running.run(PLAN, Catalog(offered_entries(settings)), other, parallel=64)
    assert len(table.results) == CELLS
    assert said(table) == said(here)
    *_, again = asked()
    assert again.stored_count == CELLS  # all of it is in the store of this process


def test_a_stop_keeps_what_the_workers_sent(two: LocalCluster, asked: Callable[..., Iterator[Table]]) -> None:
    with cluster.connect_cluster(two.scheduler_address) as executor:
        tables = asked(executor)
        for table in tables:
            if table.results:
                break
        tables.close()
    first = next(table for table in asked() if table.results)
    assert first.stored_count >= len(table.results) > 0


def test_the_command_line_runs_on_a_cluster(
    two: LocalCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(experiments.write_yaml(PLAN))
    arguments = [str(file), "--dask", two.scheduler_address, "--store", str(tmp_path / "store.sqlite"), "--quiet"]
    assert command.main(arguments) == command.DONE
    assert "Self-consistency" in capsys.readouterr().out


def test_a_cell_that_kills_every_worker_fails_alone(two: LocalCluster) -> None:
    two.scheduler.allowed_failures = 0
    try:
        with cluster.connect_cluster(two.scheduler_address) as executor:
            found = executor.submit(leave).result(timeout=PATIENCE)
            executor._places._client.wait_for_workers(2, timeout=PATIENCE)
    finally:
        two.scheduler.allowed_failures = 3
    assert "Its worker was lost each time it was asked (1)" in found.error


def test_a_lost_scheduler_ends_the_run_in_words(asked: Callable[..., Iterator[Table]]) -> None:
    with local(1) as lost, cluster.connect_cluster(lost.scheduler_address) as executor:
        closed = False
        for table in asked(executor):
            if table.results and not closed:
                lost.close()
                closed = True
    assert (table.status, table.message) == ("failed", running.PROCESSES_LOST)
    assert 0 < len(table.results) < CELLS


def test_what_is_withdrawn_before_it_begins_is_cancelled_there(two: LocalCluster) -> None:
    with cluster.connect_cluster(two.scheduler_address) as executor:
        futures = [executor.submit(cells.ask_in_process, cell, 60.0) for cell in many()]
        assert futures[-1].cancel()
        assert futures[0].result(timeout=PATIENCE).record


def many() -> list[Any]:
    from playground import setups

    task = {"input": "Are you there?"}
    return [setups.parse({"model": "scripted", "task": task, "sampling": {"seed": i}}) for i in range(40)]


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense://x", ""):
        with pytest.raises(EndpointFailed, match="No Dask scheduler answers"), cluster.connect_cluster(address):
            pass


def test_a_scheduler_without_the_playground_is_said(tmp_path: Path) -> None:
    """It unpacks what it passes on: without the package every cell would end in a traceback."""
    file = tmp_path / "scheduler.json"
    code = f"import sys; sys.modules['playground'] = None; {SCHEDULER}"
    options = [
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--dashboard-address",
        "127.0.0.1:0",
        "--scheduler-file",
        str(file),
    ]
    with subprocess.Popen([sys.executable, "-c", code, *options], stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not (file.exists() and file.read_text()):
                assert time.monotonic() < end
                time.sleep(0.05)
            address = json.loads(file.read_text())["address"]
            with pytest.raises(EndpointFailed, match="cannot read what it is sent"), cluster.connect_cluster(address):
                pass
        finally:
            process.kill()


def test_workers_that_cannot_work_are_told_from_none() -> None:
    with (
        local(1, env={"PLAYGROUND_PORT": "many"}) as wrong,
        pytest.raises(EndpointFailed, match=r"cannot run the playground: PLAYGROUND_PORT is 'many'"),
        cluster.connect_cluster(wrong.scheduler_address),
    ):
        pass
    with (
        local(0) as empty,
        pytest.raises(EndpointFailed, match="has no workers"),
        cluster.connect_cluster(empty.scheduler_address),
    ):
        pass


@pytest.mark.parametrize(
    ("variable", "value"), [("PLAYGROUND_PRECISION", "float32"), ("PLAYGROUND_MODELS", "default=x/y")]
)
def test_a_worker_that_would_answer_otherwise_is_refused(
    variable: str, value: str, two: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)  # here, after the workers have begun
    with (
        pytest.raises(EndpointFailed, match=f"would answer otherwise, .* differs in {variable}"),
        cluster.connect_cluster(two.scheduler_address),
    ):
        pass


def test_a_worker_with_other_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "there"):
        (tmp_path / name / default_model().name).mkdir(parents=True)
        (tmp_path / name / default_model().name / "model.safetensors").write_text(name)
    monkeypatch.setenv("PLAYGROUND_CACHE", str(tmp_path / "here"))
    with local(1, env={"PLAYGROUND_CACHE": str(tmp_path / "there")}) as other:
        with (
            pytest.raises(EndpointFailed, match=r"would answer otherwise, .* differs in the weights of 'default'\."),
            cluster.connect_cluster(other.scheduler_address, (("default", "pirate"), ("scripted", ""))),
        ):
            pass
        with cluster.connect_cluster(other.scheduler_address, (("scripted", ""),)):
            """Those that are not asked may differ."""


def test_a_worker_that_comes_later_and_would_answer_otherwise_is_refused_too() -> None:
    with local(1) as one, cluster.connect_cluster(one.scheduler_address) as executor:
        executor._places._client.run(change_precision)
        found = executor.submit(cells.ask_in_process, many()[0], 60.0).result(timeout=PATIENCE)
    assert found.record is None
    assert "would answer otherwise" in found.error
    assert "PLAYGROUND_PRECISION" in found.error


@pytest.mark.parametrize(
    ("plan", "models"),
    [
        ({}, [("default", "")]),
        ({"models": [{"model": "a"}, {"model": "a", "adapter": "x", "scale": 0.5}]}, [("a", ""), ("a", "x")]),
        (
            {"models": [{"model": "a"}], "scorer": {"name": "judge", "options": {"model": "b", "rubric": "Is it?"}}},
            [("a", ""), ("b", "")],
        ),
    ],
)
def test_what_must_be_the_same_there_is_what_is_asked(plan: Any, models: Any) -> None:
    experiment = experiments.parse({"techniques": [{"strategy": "zero_shot"}], **plan})
    assert [*same_code.models_of(experiment)] == models


def test_a_model_that_only_one_side_has_yet_is_no_difference_but_another_one_is() -> None:
    ours = {"code": "1", "the weights of 'default'": "a"}
    assert same_code.differences(ours, {"code": "1"}) == []  # fetched there when it is first asked
    assert same_code.differences(ours, {"code": "2", "the weights of 'default'": "a"}) == ["code"]
    assert same_code.differences(ours, {**ours, "the weights of 'default'": "b"}) == ["the weights of 'default'"]
    assert same_code.differences(ours, {**ours, "the weights of 'default'": ""}) == ["the weights of 'default'"]


def test_a_line_of_code_more_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(same_code.FOLDER, tmp_path / "playground", ignore=shutil.ignore_patterns("adapters", "__pycache__"))
    monkeypatch.setattr(same_code, "FOLDER", tmp_path / "playground")
    before = same_code.code_digest()
    with (tmp_path / "playground" / "strategies" / "role.py").open("a") as file:
        file.write("# another\n")
    after = same_code.code_digest()
    assert [what for what in before if before[what] != after[what]] == ["the playground's code"]


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NotSupported, match="pip install"), cluster.connect_cluster("tcp://127.0.0.1:8786"):
        pass


def test_a_cancelled_future_of_the_cluster_breaks_the_executor() -> None:
    ours: Future[Any] = Future()
    theirs: Future[Any] = Future()
    theirs.cancel()
    cluster._copy_result(ours, Mock(status="running"), theirs)
    assert isinstance(ours.exception(), BrokenExecutor)


@pytest.mark.parametrize(
    ("status", "kind"), [("connecting", BrokenExecutor), ("closed", BrokenExecutor), ("running", TypeError)]
)
def test_an_error_is_the_schedulers_loss_once_it_is_lost(status: str, kind: type[Exception]) -> None:
    ours: Future[Any] = Future()
    theirs: Future[Any] = Future()
    theirs.set_exception(TypeError("of the library"))
    cluster._copy_result(ours, Mock(status=status), theirs)
    assert isinstance(ours.exception(), kind)
