"""A head from its form to what it finds, and a reward model that judges answers: the handlers, over a tiny encoder."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest
from test_head_training import encoder

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.settings import Settings
from playground.ui.finetune import running_panel
from playground.ui.finetune.heads import best_of_n_panel, panel
from playground.ui.finetune.heads.drawing import BestOfNHandlers
from playground.ui.finetune.heads.training_heads import HeadsHandlers
from playground.ui.gate.values import check_outputs
from playground.ui.handlers.one_at_a_time import Stoppable

PAIRS = "prompt,chosen,rejected\n" + "\n".join(f"was it bad {n} ?,it was good,it was bad" for n in range(12))
MOODS = "text,label\n" + "\n".join(f"it was a {m} film {n},{m}" for n in range(12) for m in ("good", "bad"))


def answers(request: Request, rng: random.Random) -> str:
    return rng.choice(["it was good", "it was bad"]) if request.sampling.temperature else "it was bad"


@pytest.fixture
def shared(catalog_of: Callable[..., Catalog], tmp_path: Path, warm_trainings: None) -> Any:
    catalog = catalog_of(answers)
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path)
    yield Mock(settings=Settings(cache=tmp_path), sessions=Mock(of=lambda _: catalog), trainings=jobs)
    jobs.close()


def last(updates: Iterator[Any]) -> Any:
    """All that a handler changes, the last of each; each goes through the gate."""
    found: dict[Any, Any] = {}
    for one in updates:
        check_outputs(one)
        found |= one
    return found


@pytest.fixture
def train(shared: Any, tmp_path: Path) -> Callable[..., tuple[HeadsHandlers, Any]]:
    source = str(encoder("bert", tmp_path / "encoder"))

    def begin(kind: str, rows: str) -> tuple[HeadsHandlers, Any]:
        with gr.Blocks() as page:
            acts = running_panel.build_acts(*running_panel.build_buttons())
            form, looked_at = panel.build(page), running_panel.build(acts)
        handlers = HeadsHandlers(panel=form, training=looked_at, shared=shared)
        fields = {field.parameter.name: field.widget for field in form.numbers}
        values = {widget: widget.value for widget in form.inputs}
        values |= {
            looked_at.changes: 0,
            form.kind: kind,
            form.data: "own",
            form.given: rows,
        }
        values |= {fields["encoder_source"]: source, fields["steps"]: 60, fields["rate"]: 2e-3, fields["batch"]: 6}
        shown = last(iter([handlers.train_head(values)]))
        with pytest.raises(gr.Error, match="learns the same rows"):  # the second of two clicks in one instant
            handlers.train_head(values)
        while (standing := shared.trainings.standing(shown[looked_at.chosen])).going:
            time.sleep(0.05)
        assert standing.phase == "done", standing.end
        shown |= last(iter([handlers.offer_heads(None, shown[looked_at.chosen])]))
        return handlers, {**shown, **last(iter([handlers.show_head(shown[form.trained]["value"])]))}

    return begin


def test_a_head_is_trained_and_reads_a_text(train: Any, shared: Any) -> None:
    handlers, shown = train("classification", MOODS)
    form = handlers.panel
    assert shown[form.scores][0]["rows"][0]["head"] == "Accuracy"
    key = shown[form.trained]["value"]
    ((title, listed),) = shown[form.trained]["choices"]
    assert (listed, title.startswith("Label a text: own rows")) == (key, True)
    assert last(iter([handlers.show_head(key)]))[form.scores] == shown[form.scores]

    def read(key: str, text: str, changes: int) -> Any:
        given = {form.trained: key, form.text: text, shared.model_changes: changes, form.reading.turn: Stoppable()}
        return last(handlers.read_with_head(given, Mock()))

    found = read(key, "it was a good film", 0)
    assert found[form.found][0]["rows"][0]["head"] == "good"
    assert found[handlers.shared.model_changes] == 1
    again = read(key, "it was a bad film", 1)  # it is loaded already
    assert again[form.found][0]["rows"][0]["head"] == "bad"
    with pytest.raises((InvalidSetup, gr.Error), match="not there any more"):
        read("../../etc", "it was", 0)


def test_a_reward_model_picks_the_best_of_some_answers(train: Any, shared: Any) -> None:
    heads, shown = train("reward", PAIRS)
    with gr.Blocks() as page:
        form = best_of_n_panel.build(page)
    handlers = BestOfNHandlers(panel=form, shared=shared)
    assert shown[heads.panel.scores][0]["rows"][0]["cells"][1].startswith("100.0%")
    offered = last(iter([handlers.offer_answering(None, None, None, Mock())]))
    assert offered[form.reward]["value"] == shown[heads.panel.trained]["value"]
    values = {widget: widget.value for widget in form.inputs}
    values |= {
        form.line.turn: Stoppable(),
        form.model: "default",
        form.reward: offered[form.reward]["value"],
        form.prompt: "was it bad ?",
    }
    table, _ = last(handlers.draw_and_judge(values, Mock()))[form.found]
    rows = {row["head"]: row["cells"] for row in table["rows"]}
    assert rows["Base, best of 8"][0] == "it was good", rows
    assert float(rows["Base, best of 8"][1]) > float(rows["Base, likeliest answer"][1])
    assert rows["Base, likeliest answer"][0] == "it was bad"
    for changed, match in (({form.prompt: " "}, "Write a prompt"), ({form.reward: "none"}, "not there any more")):
        with pytest.raises((InvalidSetup, gr.Error), match=match):
            last(handlers.draw_and_judge(values | changed, Mock()))
    judged, texts = last(handlers.draw_and_judge(values | {form.asked: "rows"}, Mock()))[form.found]
    found = {row["head"]: row["cells"] for row in judged["rows"]}
    assert judged["caption"].startswith("On 2 rows held out")
    assert float(found["Base, best of 8"][0]) > float(found["Base, likeliest answer"][0])
    assert found["Base, best of 8"][1].startswith("+")
    assert float(found["The preferred answer of the row"][0]) > float(found["The other answer of the row"][0])
    assert [row["cells"][0].split(" (")[0] for row in texts["rows"]] == ["it was bad"] * 2
    going = Stoppable()
    work = handlers.draw_and_judge(values | {form.asked: "rows", form.line.turn: going}, Mock())
    while form.found not in next(work):
        pass
    going.halt.set()
    assert last(work)[form.state]["text"] == best_of_n_panel.STOPPED
