"""The command that checks rows: what it prints, what it writes, and its exit status."""

from pathlib import Path

import pytest

from playground.finetuning.__main__ import main
from playground.finetuning.preparation.rows import from_json_lines

ROWS = "question,answer\n" + "".join(f"Is number {n} even?,{'yes' if n % 2 == 0 else 'no'}\n" for n in range(40))


def test_good_rows_are_described_shown_and_parted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rows.csv").write_text(ROWS)
    assert main(["check", str(tmp_path / "rows.csv"), "--show", "1", "--split", str(tmp_path / "parts")]) == 0
    said = capsys.readouterr().out
    assert "rows.csv: 40 rows; input from 'question', reference from 'answer'" in said
    assert "note: The answers are 2 labels: 'yes' 20, 'no' 20." in said
    assert "|[yes]|[<|im_end|>]" in said
    parts = [
        from_json_lines((tmp_path / "parts" / f"{name}.jsonl").read_text())
        for name in ("training", "validation", "held_out")
    ]
    assert list(map(len, parts)) == [28, 4, 8]


def test_rows_that_are_held_out_and_trained_on_end_with_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "other.csv").write_text("question,answer\nis number 3 even,no\n")
    assert main(["check", str(tmp_path / "rows.csv"), "--held-out", str(tmp_path / "other.csv")]) == 1
    assert "STOP: 1 row of the held-out part are asked in training too (row 1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.csv"], "missing.csv cannot be read: No such file or directory."),
        (["rows.csv", "--column", "input"], "--column takes a field and a column"),
        (["rows.csv", "--column", "input=text"], "There is no column 'text'"),
        (["rows.csv", "--split", "parts", "--shares", "much"], "--shares takes two shares"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text(ROWS)
    assert main(["check", *arguments]) == 2
    assert said in capsys.readouterr().err
