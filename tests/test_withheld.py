"""A run whose answer was withheld says so, keeps what came, and goes on from there when it is asked again."""

from collections.abc import Iterator

import pytest
from faulty import Faulty, Handler, fine, serving

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.endpoints import connection
from playground.backends.endpoints.endpoint import parse_endpoint
from playground.running import runner
from playground.settings import Settings
from playground.types import Run
from playground.ui.playground import editing
from playground.ui.run_view.steps_values import steps_value

SETUP = setups.parse({"model": "mine/tiny", "task": {"input": "Hi"}})


@pytest.fixture
def server() -> Iterator[Faulty]:
    with serving() as server:
        yield server


def catalog_of(server: Faulty) -> Catalog:
    connecting = connection.connect(parse_endpoint("mine", server.url, "", Settings()))
    while True:
        try:
            next(connecting)
        except StopIteration as end:
            return Catalog(connection.endpoint_entries(end.value))


def last(server: Faulty, catalog: Catalog, *words: str, **delta: str) -> Run:
    def withheld(handler: Handler) -> None:
        handler.begin()
        for word in words:
            handler.say(word)
        if delta:
            handler.event({"choices": [{"index": 0, "delta": delta}]})
        handler.end(reason="content_filter")

    server.fault = withheld
    return list(runner.run(SETUP, catalog))[-1]


@pytest.mark.parametrize("words", [(), ("I think", " 7")])
def test_a_withheld_answer_is_shown_as_one_and_gives_no_answer(server: Faulty, words: tuple[str, ...]) -> None:
    run = last(server, catalog_of(server), *words)
    assert (run.status, run.answer) == ("failed", "")
    assert "mine withheld the answer or a part of it (content_filter)" in run.error
    (completion,) = run.steps[0].completions
    assert (completion.text, completion.finish_reason) == ("".join(words), "refused")
    (group,) = steps_value(run)["steps"]
    assert group["state"] == "refused"
    assert "withheld by the server" in group["facts"]


def test_a_withheld_answer_is_asked_for_again_when_the_run_goes_on(server: Faulty) -> None:
    catalog = catalog_of(server)
    run = last(server, catalog)
    server.fault = fine
    (*_, again) = runner.run(SETUP, catalog, earlier_steps=editing.resume(run))
    assert (again.status, again.answer) == ("done", "one two three four")


def test_reasoning_that_came_before_a_failure_is_kept(server: Faulty) -> None:
    catalog = catalog_of(server)

    def breaks(handler: Handler) -> None:
        handler.begin()
        handler.event({"choices": [{"index": 0, "delta": {"reasoning": "Hm."}}]})
        handler.drop()

    server.fault = breaks
    (*_, run) = runner.run(SETUP, catalog)
    assert (run.status, run.steps[0].completions[0].reasoning) == ("failed", "Hm.")
