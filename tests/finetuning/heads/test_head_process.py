"""A head is trained in a process of its own: what it leaves, what is left of one that is ended or cannot begin."""

from pathlib import Path

import pytest
from test_head_training import ROWS, encoder

from playground.errors import TrainingFailed
from playground.finetuning.heads import worker
from playground.finetuning.heads.plan import HeadFolder, HeadPlan, trained_heads
from playground.finetuning.heads.process import follow
from playground.finetuning.training.events import TrainingStep
from playground.returning import Returning


def prepared(tmp_path: Path, encoder_source: str, steps: int = 3) -> HeadFolder:
    folder = HeadFolder(tmp_path / "heads" / "one")
    rows = tuple(ROWS["classification"])
    folder.write(HeadPlan(encoder_source=encoder_source, steps=steps, batch=2), (rows, rows), "some rows")
    return folder


def test_it_leaves_a_model_with_its_card_and_scores(tmp_path: Path) -> None:
    folder = prepared(tmp_path, str(encoder("bert", tmp_path / "encoder")))
    told: list[dict[str, object]] = []
    assert worker.main(folder, tmp_path / "cache", told.append) == 0
    assert [event["kind"] for event in told].count("step") == 3
    assert told[-1] == {"kind": "done"}
    (head,) = trained_heads(tmp_path / "heads")
    assert [score.name for score in head.scores] == ["Accuracy", "F1, mean over labels"]
    assert head.trained == head.parameters > 1000
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= {path.name for path in folder.result.iterdir()}
    card = (folder.result / "README.md").read_text("utf-8")
    assert "| Accuracy | " in card
    assert "some rows" in card


@pytest.mark.parametrize(
    ("source", "match"), [("/nowhere/at/all", "nowhere"), ("x.gguf", "no encoder with safetensors|gguf")]
)
def test_what_is_no_encoder_is_said(tmp_path: Path, source: str, match: str) -> None:
    folder = prepared(tmp_path, source)
    told: list[dict[str, object]] = []
    assert worker.main(folder, tmp_path / "cache", told.append) == 0
    assert told[-1]["kind"] == "failed"
    assert any(word in str(told[-1]["words"]) for word in match.split("|"))


def test_closed_it_ends_its_process_and_leaves_nothing(tmp_path: Path) -> None:
    folder = prepared(tmp_path, str(encoder("bert", tmp_path / "encoder")), steps=3000)
    with Returning(follow(folder, tmp_path / "cache")) as work:
        while not isinstance(next(work), TrainingStep):
            pass
    assert not folder.path.exists()


def test_one_that_breaks_off_says_why(tmp_path: Path) -> None:
    folder = prepared(tmp_path, str(encoder("bert", tmp_path / "encoder")))
    (folder.path / "plan.json").unlink()
    with pytest.raises(TrainingFailed, match=r"cannot be kept|plan\.json"), Returning(follow(folder, tmp_path)) as work:
        list(work)
    assert not folder.path.exists()
