"""The answers that are kept for whoever comes while the default model loads are those of its pinned weights."""

import json
import statistics
from dataclasses import replace
from typing import Any

import pytest

from playground import presets
from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.cli import first_answers as command
from playground.running import first_answers
from playground.settings import Settings
from playground.types import Sampling, Step


@pytest.fixture
def unloaded() -> Catalog:
    """What the app offers, nothing of it loaded."""
    return Catalog(offered_entries(Settings()))


def test_kept_answers_are_what_the_model_says_today(real_catalog: Catalog) -> None:
    """Each is the answer to what is asked today, and as likely as it was.

    Not word for word: another processor, or another torch in its range, rounds differently, and after one word that is
    as likely as the next the rest of an answer is another.
    """
    _, kept = first_answers.read()
    for then, now in zip(kept, first_answers.make(real_catalog), strict=True):
        assert (now.setup, now.steps[0].messages) == (then.setup, then.steps[0].messages)
    changes = [change for run in kept for step in run.steps for change in likelihood_changes(step, real_catalog)]
    assert max(changes) < 0.5
    assert statistics.mean(changes) < 0.05


def likelihood_changes(step: Step, catalog: Catalog) -> list[float]:
    """By how many nats the log-probability of each kept token is another today."""
    (written,) = step.completions
    backend = catalog.loaded_backend("default")
    assert backend is not None
    request = Request(messages=step.messages, prefill=step.prefix, sampling=Sampling())
    today = backend.score(request, [token.id for token in written.tokens])
    return [abs(then.logprob - now.logprob) for then, now in zip(written.tokens, today, strict=True)]


def test_each_example_that_is_offered_first_is_answered_while_the_model_loads(unloaded: Catalog) -> None:
    assert len(first_answers.examples()) == 4
    for setup in first_answers.examples():
        found = first_answers.find(setup, unloaded)
        assert found is not None
        assert (found.setup, found.status) == (setup, "done")
        assert all(c.tokens for step in found.steps for c in step.completions)


def test_nothing_is_known_of_another_setup(unloaded: Catalog) -> None:
    setup = presets.setup_presets()[presets.OPENING].setup
    for other in (
        replace(setup, task=replace(setup.task, input=f"{setup.task.input} ")),
        replace(setup, sampling=replace(setup.sampling, temperature=0.1)),
        replace(setup, sampling=replace(setup.sampling, top_logprobs=1)),
        replace(setup, adapter="pirate"),
        replace(setup, model="scripted"),
    ):
        assert first_answers.find(other, unloaded) is None


def test_nothing_is_known_of_other_weights(tmp_path: Any) -> None:
    setup = presets.setup_presets()[presets.OPENING].setup
    (tmp_path / "config.json").write_text("{}")
    for settings in (Settings(model=str(tmp_path)), Settings(precision="float32")):
        assert first_answers.find(setup, Catalog(offered_entries(settings))) is None


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"weights":"","runs":[{}]}'])
def test_without_a_file_that_can_be_read_a_run_goes_on(
    tmp_path: Any, unloaded: Catalog, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    file = tmp_path / "answers.json"
    if text is not None:
        file.write_text(text)
    for setup in first_answers.examples():
        assert first_answers.find(setup, unloaded, file) is None
    (said,) = caplog.records  # once
    assert str(file) in said.getMessage()


def test_weights_that_are_not_known_are_no_others(tmp_path: Any, unloaded: Catalog) -> None:
    setup, file = first_answers.examples()[0], tmp_path / "answers.json"
    file.write_text(json.dumps({**json.loads(first_answers.FILE.read_text("utf-8")), "weights": ""}))
    unknown = Catalog([replace(unloaded.entry("default"), identity=None)])
    assert first_answers.find(setup, unknown, file) is None


def test_once_it_is_loaded_the_model_itself_is_asked(real_catalog: Catalog) -> None:
    assert first_answers.find(presets.setup_presets()[presets.OPENING].setup, real_catalog) is None


def test_the_command_keeps_what_came(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    _, kept = first_answers.read()
    monkeypatch.setattr(first_answers, "make", lambda catalog: iter(kept))
    assert command.main(["--folder", str(tmp_path)]) == command.DONE
    file = tmp_path / first_answers.FILE.name
    assert first_answers.read(file) == first_answers.read()
    assert str(file) in capsys.readouterr().out
