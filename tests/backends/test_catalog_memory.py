"""Adding, using and unloading: names, who holds what, what fits, and loads that are stopped half-way."""

import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from patience import PATIENCE

from playground.backends import memory
from playground.backends.base import Backend
from playground.backends.catalog import AdapterEntry, Catalog, LoadReport, ModelEntry
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.memory import MemoryBudget
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, LimitReached, ModelInUse, ModelUnavailable, UnknownModel
from playground.types import Progress

MB = 1_000_000
CAPABILITIES = ScriptedBackend().capabilities


@dataclass(eq=False)
class Weights:
    """Stands for a loaded model: so and so large, perhaps with adapters, closed or not."""

    size: int = MB
    closed: bool = False
    attached: list[str] = field(default_factory=list)
    capabilities: Any = CAPABILITIES

    @property
    def details(self) -> ModelDetails:
        return ModelDetails(
            source="s", architecture="A", parameters=1, stored="f", precision="f", device="cpu",
            memory_bytes=self.size, context_length=None, chat=False,
        )  # fmt: skip

    def detach(self, name: str) -> None:
        self.attached.remove(name)

    def close(self) -> None:
        self.closed = True


def entry(
    name: str, size: int = MB, *, added: bool = True, load: Callable[[LoadReport], Any] | None = None
) -> ModelEntry:
    def simple(report: LoadReport) -> Any:
        report.reserve(size)
        return Weights(size)

    return ModelEntry(
        name=name, title=name.title(), kind="local", load=load or simple, capabilities=CAPABILITIES, added=added
    )


def adapter(model: str, name: str, *, added: bool = True) -> AdapterEntry:
    def load(backend: Any, report: LoadReport) -> AdapterDetails:
        backend.attached.append(name)
        return AdapterDetails(name=name, title=name.title(), loaded=True, kind="LoRA")

    return AdapterEntry(model=model, name=name, title=name.title(), load=load, added=added)


def finish(loading: Generator[Any, None, Backend]) -> Any:
    while True:
        try:
            next(loading)
        except StopIteration as end:
            return end.value


def names(catalog: Catalog) -> list[str]:
    return [info.name for info in catalog.models()]


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 10**12)


def test_what_was_added_leaves_when_it_is_unloaded_and_what_is_offered_stays() -> None:
    catalog = Catalog([entry("offered", added=False), entry("mine")])
    weights = [finish(catalog.open(name)) for name in names(catalog)]
    for name in ("offered", "mine"):
        catalog.unload(name)
    assert names(catalog) == ["offered"]
    assert [w.closed for w in weights] == [True, True]
    assert not catalog.info("offered").loaded
    assert finish(catalog.open("offered")) is not weights[0]
    catalog.remove("offered")
    assert names(catalog) == []


def test_a_load_that_fails_leaves_no_trace_of_what_was_added() -> None:
    def fail(_: LoadReport) -> Any:
        raise ModelUnavailable("broken.safetensors is truncated")

    catalog = Catalog([entry("kept", added=False, load=fail)])
    catalog.add(entry("mine", load=fail))
    for name in ("mine", "kept"):
        with pytest.raises(ModelUnavailable, match="truncated"):
            finish(catalog.open(name))
    assert names(catalog) == ["kept"]
    catalog.add(entry("mine"))


def test_nothing_is_unloaded_while_it_is_used() -> None:
    catalog = Catalog([entry("m"), adapter("m", "a"), adapter("m", "b")])
    finish(catalog.open("m", "a"))
    finish(catalog.open("m", "b"))
    with catalog.keep_loaded("m", "a"):
        with pytest.raises(ModelInUse, match="The model 'm' is in use by 1 run; stop that"):
            catalog.unload("m")
        with pytest.raises(ModelInUse, match="The adapter 'a' of 'm' is in use"):
            catalog.unload("m", "a")
        catalog.unload("m", "b")
        assert catalog.info("m").users == 1
    catalog.unload("m", "a")
    catalog.unload("m")
    assert names(catalog) == []


def test_who_waits_for_a_load_is_no_run() -> None:
    go = threading.Event()

    def load(_: LoadReport) -> Any:
        assert go.wait(PATIENCE)
        return Weights()

    catalog = Catalog([entry("m", load=load)])
    waiting = catalog.open("m")
    next(waiting)
    assert catalog.info("m").users == 0
    with catalog.keep_loaded("m"):
        assert catalog.info("m").users == 1
    go.set()
    finish(waiting)  # type: ignore[arg-type]
    with catalog.keep_loaded("m", run=False), pytest.raises(ModelInUse, match="is being loaded"):
        catalog.unload("m")


def test_a_model_that_is_being_loaded_is_not_unloaded() -> None:
    go = threading.Event()

    def load(_: LoadReport) -> Any:
        assert go.wait(PATIENCE)
        return Weights()

    catalog = Catalog([entry("m", load=load)])
    catalog.preload("m")
    with pytest.raises(ModelInUse, match="being loaded"):
        catalog.unload("m")
    waiting = begin(catalog, "m")
    with pytest.raises(ModelInUse, match="being loaded"):
        catalog.unload("m")
    go.set()
    finish(waiting)  # type: ignore[arg-type]
    catalog.unload("m")


def test_what_leaves_while_it_is_looked_up_is_unknown() -> None:
    closing, go = threading.Event(), threading.Event()

    class Lingering(Weights):
        def close(self) -> None:
            closing.set()
            assert go.wait(PATIENCE)

    catalog = Catalog([entry("m", load=lambda _: Lingering()), entry("other")])
    finish(catalog.open("m"))
    with ThreadPoolExecutor(2) as pool:
        unloading = pool.submit(catalog.unload, "m")
        assert closing.wait(PATIENCE)
        asking = pool.submit(catalog.info, "m")
        with pytest.raises(TimeoutError):
            asking.result(0.1)  # it waits for the lock
        go.set()
        unloading.result(PATIENCE)
        with pytest.raises(UnknownModel, match="no model named 'm'; choose one of other"):
            asking.result(PATIENCE)


def test_adapters_are_listed_before_they_are_loaded_and_go_with_their_model() -> None:
    catalog = Catalog([entry("m", added=False), adapter("m", "a", added=False), adapter("m", "b")])
    assert [(a.name, a.title, a.loaded) for a in catalog.info("m").adapters] == [("a", "A", False), ("b", "B", False)]
    weights = finish(catalog.open("m", "a"))
    finish(catalog.open("m", "a"))
    assert weights.attached == ["a"]
    assert [a.loaded for a in catalog.info("m").adapters] == [True, False]
    catalog.unload("m", "a")
    assert (weights.attached, [a.name for a in catalog.info("m").adapters]) == ([], ["a", "b"])
    finish(catalog.open("m", "a"))
    catalog.unload("m")
    assert [a.loaded for a in catalog.info("m").adapters] == [False, False]
    assert finish(catalog.open("m", "a")).attached == ["a"]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda c: finish(c.open("x")), "no model named 'x'; choose one of m"),
        (lambda c: finish(c.open("m", "x")), "'m' has no adapter named 'x'; choose one of a"),
        (lambda c: c.unload("m", "x"), "'m' has no adapter named 'x'"),
        (lambda c: c.unload("x"), "no model named 'x'"),
        (lambda c: c.add_adapter(adapter("x", "a")), "no model named 'x'"),
        (lambda c: c.keep_loaded("x").__enter__(), "no model named 'x'"),
    ],
)
def test_unknown_names(ask: Any, message: str) -> None:
    with pytest.raises(UnknownModel, match=message):
        ask(Catalog([entry("m"), adapter("m", "a")]))


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "x" * 61, "..", "\ud800"])
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(InvalidSetup, match="cannot be a name"):
        Catalog([entry(name)])


def test_what_does_not_fit_names_the_least_recently_used() -> None:
    catalog = Catalog([entry(name, 40 * MB) for name in "abc"], budget=MemoryBudget(100 * MB))
    for name in "ab":
        finish(catalog.open(name))
    with catalog.keep_loaded("a"):
        pass
    message = "C needs 40 MB of memory; 20 MB of the 100 MB for models is left. Unload 'b' .40 MB., the least recently"
    with pytest.raises(LimitReached, match=message):
        finish(catalog.open("c"))
    assert catalog.loaded_backend("b") is not None
    catalog.add(entry("c", 40 * MB))
    with catalog.keep_loaded("b"), pytest.raises(LimitReached, match="Unload 'a'"):
        finish(catalog.open("c"))
    catalog.add(entry("c", 40 * MB))
    with ExitStack() as stack:
        stack.enter_context(catalog.keep_loaded("a"))
        stack.enter_context(catalog.keep_loaded("b"))
        with pytest.raises(LimitReached, match="All loaded models are in use"):
            finish(catalog.open("c"))
    catalog.unload("b")
    catalog.add(entry("c", 40 * MB))
    finish(catalog.open("c"))


def test_two_loads_at_once_are_counted_together() -> None:
    go, reserved = threading.Event(), threading.Event()

    def load(report: LoadReport) -> Any:
        report.reserve(60 * MB)
        reserved.set()
        assert go.wait(PATIENCE)
        return Weights(60 * MB)

    catalog = Catalog([entry("a", load=load), entry("b", 60 * MB)], budget=MemoryBudget(100 * MB))
    catalog.preload("a")
    assert reserved.wait(PATIENCE)
    with pytest.raises(LimitReached, match="40 MB of the 100 MB"):
        finish(catalog.open("b"))
    go.set()
    finish(catalog.open("a"))


def test_a_second_reservation_takes_the_place_of_the_first() -> None:
    def load(report: LoadReport) -> Any:
        report.reserve(40 * MB)  # as it lies on disk
        report.reserve(60 * MB)  # as it will be held
        return Weights(60 * MB)

    finish(Catalog([entry("m", load=load)], budget=MemoryBudget(90 * MB)).open("m"))


def test_what_was_loaded_half_does_not_outlive_the_error() -> None:
    made: list[Any] = []

    def load(report: LoadReport) -> Any:
        weights = Weights()
        weights.attached = [weights]  # type: ignore[list-item]  # models refer to themselves in circles
        made.append(weakref.ref(weights))
        report.reserve(MB)
        raise ModelUnavailable("a tensor is missing")

    catalog = Catalog([entry("m", load=load)])
    catalog.preload("m")
    deadline = time.monotonic() + PATIENCE
    while not isinstance(catalog.status("m"), ModelUnavailable) or made[0]() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_memory_that_is_not_there_is_not_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 5 * MB)
    with pytest.raises(LimitReached, match=r"M needs 40 MB of memory; 5 MB is free\. Choose a smaller model"):
        finish(Catalog([entry("m", 40 * MB)]).open("m"))


@dataclass
class Slow:
    """A load that goes on until it is stopped, or told to end."""

    stopped: threading.Event = field(default_factory=threading.Event)
    end: threading.Event = field(default_factory=threading.Event)
    made: list[Weights] = field(default_factory=list)

    def __call__(self, report: LoadReport) -> Any:
        try:
            while not self.end.wait(0.001):
                report(Progress(what="Fetching", done=1, total=2, unit="MB"))
        except BaseException:
            self.stopped.set()
            raise
        self.made.append(Weights())
        return self.made[-1]


def begin(catalog: Catalog, name: str) -> Iterator[Any]:
    loading = catalog.open(name)
    next(loading)
    return loading


def test_closing_stops_a_load_that_nobody_else_waits_for() -> None:
    slow = Slow()
    catalog = Catalog([entry("m", load=slow)])
    first, second = begin(catalog, "m"), begin(catalog, "m")
    first.close()  # type: ignore[attr-defined]
    assert not slow.stopped.wait(0.05)
    assert names(catalog) == ["m"]
    second.close()  # type: ignore[attr-defined]
    assert slow.stopped.wait(PATIENCE)
    assert names(catalog) == []


def test_a_preloaded_model_is_loaded_for_those_to_come() -> None:
    slow = Slow()
    catalog = Catalog([entry("m", added=False, load=slow)])
    catalog.preload("m")
    begin(catalog, "m").close()  # type: ignore[attr-defined]
    slow.end.set()
    assert finish(catalog.open("m")) is slow.made[0]


def test_what_was_loaded_after_it_was_stopped_is_closed() -> None:
    loading, go, made = threading.Event(), threading.Event(), Weights()

    def load(_: LoadReport) -> Any:  # deaf while it reads a file
        loading.set()
        assert go.wait(PATIENCE)
        return made

    catalog = Catalog([entry("m", added=False, load=load)])
    opening = begin(catalog, "m")
    assert loading.wait(PATIENCE)
    opening.close()  # type: ignore[attr-defined]
    go.set()
    deadline = time.monotonic() + PATIENCE
    while not made.closed:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert not catalog.info("m").loaded


def test_a_load_begins_when_the_one_that_was_stopped_has_ended() -> None:
    deaf, go, loads = threading.Event(), threading.Event(), []

    def attach(backend: Any, report: LoadReport) -> AdapterDetails:
        loads.append(len(loads))
        report.reserve(60 * MB)
        if len(loads) == 1:
            deaf.set()
            assert go.wait(PATIENCE)
        backend.attached.append("a")
        return AdapterDetails(name="a", title="A", loaded=True)

    catalog = Catalog(
        [entry("m"), replace(adapter("m", "a", added=False), load=attach), entry("other", 60 * MB)],
        budget=MemoryBudget(100 * MB),
    )
    weights = finish(catalog.open("m"))
    opening = catalog.open("m", "a")
    next(opening)
    assert deaf.wait(PATIENCE)
    opening.close()
    with pytest.raises(LimitReached, match="39 MB of the 100 MB"):  # it still holds what it reserved
        finish(catalog.open("other"))
    again = catalog.open("m", "a")
    while "stopped" not in next(again).what:
        pass
    assert loads == [0]
    go.set()
    finish(again)
    assert (loads, weights.attached) == ([0, 1], ["a"])


def test_a_visitors_own_catalog_lies_over_the_shared_one() -> None:
    shared = Catalog([entry("m"), adapter("m", "a")])
    own = Catalog([replace(entry("mine"), kind="endpoint")], shared=shared)
    assert names(own) == ["mine", "m"]
    assert finish(own.open("m", "a")) is shared.loaded_backend("m") is own.loaded_backend("m")
    with own.keep_loaded("m"), pytest.raises(ModelInUse):
        shared.unload("m")
    with pytest.raises(InvalidSetup, match="already a model named 'm'"):
        own.add(entry("m"))
    with pytest.raises(UnknownModel, match="no model named 'mine'; choose one of m"):
        shared.info("mine")
    with pytest.raises(UnknownModel, match="no model named 'x'; choose one of mine, m"):
        own.info("x")
    own.add_adapter(adapter("m", "b"))
    assert [a.name for a in shared.info("m").adapters] == ["a", "b"]


def test_many_threads_add_open_use_and_unload() -> None:
    catalog = Catalog([entry("shared", added=False)])
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(2):
                name = f"m{number}-{turn}"
                catalog.add(entry(name))
                with catalog.keep_loaded("shared"):
                    finish(catalog.open("shared"))
                    finish(catalog.open(name))
                catalog.unload(name)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failures == []
    assert names(catalog) == ["shared"]
    assert catalog.info("shared").users == 0
