"""What goes wrong with a training's base is said on the page: no number any more, other files, gone from the list."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest
from safetensors.torch import load_file, save_file
from tiny_base import tiny_base
from tiny_models import tiny_tokenizer

from playground.backends.catalog import Catalog
from playground.errors import ModelUnavailable, UnknownModel
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.probes.figures import ProbeStep
from playground.settings import Settings
from playground.ui.finetune import form, probing, running_panel
from playground.ui.finetune.comparing import ComparingHandlers
from playground.ui.finetune.probing import ProbesPanel, ProbingHandlers
from playground.ui.finetune.running_panel import TrainingHandlers
from playground.ui.handlers.one_at_a_time import Stoppable

pytestmark = pytest.mark.usefixtures("warm_trainings")


@dataclass(frozen=True)
class FineTuneTab:
    """The tab's handlers over a tiny model that is trained for real."""

    catalog: Catalog
    training: TrainingHandlers
    probes: ProbesPanel
    weights: Path

    def start(self, steps: int) -> str:
        filled, panel = self.training.form, self.training.panel
        (steps_box,) = [field.widget for field in filled.recipe.numbers if field.parameter.name == "steps"]
        values = {box: box.value for box in filled.inputs}
        shown = self.training.start({**values, panel.changes: 0, steps_box: steps}, Mock())
        return str(shown[panel.chosen])

    def look(self, key: str) -> dict[Any, Any]:
        return self.training.look(key, [], 0, Mock())

    def end(self, key: str) -> dict[Any, Any]:
        """How it looks when it has ended."""
        while (shown := self.look(key))[self.training.panel.status]["going"]:
            time.sleep(0.05)
        return shown

    def compare(self, key: str) -> list[Any]:
        training = self.training
        made = ComparingHandlers(panel=training.panel, jobs=training.jobs, shared=training.shared, line=Mock())
        return list(made.compare(key, 0, Mock()))

    def probe(self, key: str) -> str:
        training = self.training
        made = ProbingHandlers(panel=self.probes, running=training.panel, jobs=training.jobs, shared=training.shared)
        *_, last = made.probe({training.panel.chosen: key, self.probes.line.turn: Stoppable()}, Mock())
        return str(last[self.probes.state]["text"])

    def spoil(self, factor: float) -> None:
        """Other weights are in the base's file from now on."""
        weights = load_file(self.weights)
        save_file({name: factor * one for name, one in weights.items()}, self.weights, metadata={"format": "pt"})


def probe_for_ever() -> Iterator[ProbeStep]:
    while True:
        yield ProbeStep(what="forgetting", done=1, total=2)


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[FineTuneTab]:
    catalog = tiny_base(tiny_tokenizer(), tmp_path / "base")
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    with gr.Blocks() as page:
        page.waits_for = Mock()  # type: ignore[attr-defined]
        filled, acts = form.build(catalog), running_panel.build_acts(*running_panel.build_buttons())
        panel = running_panel.build(acts)
        probes = probing.build(*probing.build_progress(page, acts.probe, acts.stop_probing))
    shared: Any = SimpleNamespace(
        sessions=SimpleNamespace(visitor=lambda _: "", of=lambda _: catalog, address=lambda _: ""),
        settings=Settings(cache=tmp_path / "cache", max_experiment_seconds=1), comparison_to_open="comparison",
        model_changes="models",
    )  # fmt: skip
    training = TrainingHandlers(panel=panel, form=filled, jobs=jobs, shared=shared)
    yield FineTuneTab(catalog, training, probes, tmp_path / "base" / "model.safetensors")
    jobs.close()
    catalog.close()


def test_a_loss_that_is_no_number_ends_it_and_is_not_gone_on_with(tab: FineTuneTab) -> None:
    tab.spoil(float("nan"))
    shown = tab.end(tab.start(steps=5))
    status = shown[tab.training.panel.status]
    assert status["phase"] == "failed"
    assert "The loss is not a number any more at step 1: the learning rate of" in status["error"]
    assert shown[tab.training.panel.resume]["visible"] is False


def test_a_base_with_other_files_or_none_is_said_and_the_training_stays(
    tab: FineTuneTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tab.start(steps=2)
    assert tab.end(key)[tab.training.panel.status]["phase"] == "done"
    tab.catalog.unload("default")  # is loaded again when it is asked
    assert tab.compare(key)[-1]["comparison"]["rows"]["panes"][0] == {"model": "default"}
    monkeypatch.setattr(probing, "probes_for", lambda *_: [probe_for_ever()])
    assert tab.probe(key).startswith("Probing took 1 s, the most on this server, and was ended;")

    tab.spoil(2.0)
    with pytest.raises(ModelUnavailable, match="was trained on other files than Tiny has now"):
        tab.compare(key)

    going = tab.start(steps=5000)
    while not (shown := tab.look(going))[tab.training.panel.shown][2]:  # steps
        time.sleep(0.05)
    tab.catalog.remove("default")
    for again in (lambda: tab.compare(key), lambda: tab.start(steps=3)):
        with pytest.raises(UnknownModel, match="There is no model named 'default'"):
            again()
    assert tab.look(going)[tab.training.panel.status]["going"]  # it has what it needs
    assert shown[tab.training.panel.status]["going"]
    tab.training.stop(going, Mock())
    ended = tab.end(going)[tab.training.panel.status]
    assert ended["phase"] == "stopped"
    assert "it can go on from there" in ended["note"]
