"""The one owner of loaded models: one load for all who wait, and a second try after a failure."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from patience import PATIENCE

from playground.backends.base import Backend
from playground.backends.catalog import Catalog, LoadReport, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import ModelUnavailable, UnknownModel
from playground.types import Progress

BACKEND = ScriptedBackend()


def catalog_with(load: "callable") -> Catalog:  # type: ignore[valid-type]
    return Catalog([ModelEntry(name="m", title="M", kind="local", load=load, capabilities=BACKEND.capabilities)])


def finish(catalog: Catalog) -> Backend:
    opening = catalog.open("m")
    while True:
        try:
            next(opening)
        except StopIteration as end:
            backend: Backend = end.value
            return backend


def test_many_who_open_a_model_share_one_load() -> None:
    loads: list[int] = []
    ready = threading.Event()

    def load(report: LoadReport) -> Backend:
        loads.append(1)
        assert ready.wait(PATIENCE)
        return BACKEND

    catalog = catalog_with(load)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(finish, catalog) for _ in range(8)]
        assert not catalog.info("m").loaded
        ready.set()
        assert {id(f.result(PATIENCE)) for f in waiting} == {id(BACKEND)}
    assert len(loads) == 1
    assert catalog.loaded_backend("m") is BACKEND
    assert catalog.info("m").loaded


def test_progress_is_seen_while_it_loads() -> None:
    reported, go = threading.Event(), threading.Event()

    def load(report: LoadReport) -> Backend:
        report(Progress(what="Fetching", done=34, total=93, unit="MB"))
        reported.set()
        assert go.wait(PATIENCE)
        return BACKEND

    catalog = catalog_with(load)
    catalog.preload("m")
    assert reported.wait(PATIENCE)
    assert next(catalog.open("m")) == Progress(what="Fetching", done=34, total=93, unit="MB") == catalog.status("m")
    go.set()
    finish(catalog)
    assert catalog.status("m") is None


def test_a_failed_load_says_why_and_is_tried_again() -> None:
    attempts: list[int] = []

    def load(report: LoadReport) -> Backend:
        attempts.append(1)
        if len(attempts) == 1:
            raise ModelUnavailable("no network")
        return BACKEND

    catalog = catalog_with(load)
    with pytest.raises(ModelUnavailable, match="no network"):
        finish(catalog)
    assert finish(catalog) is BACKEND


def test_a_bug_while_loading_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    def load(report: LoadReport) -> Backend:
        raise KeyError("/secret/path")

    with pytest.raises(ModelUnavailable, match="M could not be loaded; the server's log says why"):
        finish(catalog_with(load))
    assert "/secret/path" in caplog.text


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownModel, match=r"no model named '\\ud800'; choose one of m"):
        catalog_with(lambda _: BACKEND).info("\ud800")
