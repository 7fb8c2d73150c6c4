"""Which probes suit what was trained on, and what they found, written and read back."""

from pathlib import Path

import pytest
from readers import MadeUpReader

from playground.errors import TrainingFailed
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of
from playground.finetuning.probes.figures import ProbeResult, compare_means, compare_shares
from playground.finetuning.probes.kept import read_probes, write_probes
from playground.finetuning.probes.suite import probes_for
from playground.ui.finetune.probes_values import probes_value

READER = MadeUpReader()
LABELS: list[Row] = [TrainingRow(messages=messages_of(f"{n}?"), answer="yes", id=str(n)) for n in range(10)]
TEXTS: list[Row] = [TrainingRow(messages=messages_of(f"{n}?"), answer=f"word{n} " * 20, id=str(n)) for n in range(10)]
PAIRS: list[Row] = [PreferenceRow(messages=messages_of("?"), chosen="a", rejected="b", id=str(n)) for n in range(10)]
RESULT = ProbeResult(
    name="x",
    title="X",
    figures=(compare_means("m", "nats", [1.0, 2.0], [1.5, 3.0]), compare_shares("s", [True] * 3, [False] * 3)),
    sentence="It says.",
    limits="Little.",
    examples=({"after": "# head"},),
)


@pytest.mark.parametrize(
    ("trained", "unseen", "names"),
    [
        (LABELS, LABELS, ["forgetting", "bias", "calibration"]),
        (TEXTS, TEXTS, ["forgetting", "bias", "memorisation"]),
        (LABELS, LABELS[:7], ["forgetting", "bias"]),
        (PAIRS, PAIRS, ["forgetting", "bias"]),
        ([], [], ["forgetting", "bias"]),
    ],
)
def test_probes_suit_the_rows(trained: list[Row], unseen: list[Row], names: list[str]) -> None:
    probes = list(probes_for(READER, READER, trained, unseen))
    assert [probe.__name__.removeprefix("probe_") for probe in probes] == names


def test_what_was_found_is_read_back(tmp_path: Path) -> None:
    assert read_probes(tmp_path) == ()
    write_probes(tmp_path, (RESULT,))
    assert read_probes(tmp_path) == (RESULT,)
    with pytest.raises(TrainingFailed, match="cannot be kept with what was learned: ") as refused:
        write_probes(tmp_path / "missing", (RESULT,))
    assert str(tmp_path) not in str(refused.value)


def test_tables_say_what_was_measured() -> None:
    (table,) = probes_value((RESULT,))
    assert table["caption"] == "X"
    assert [row["head"] for row in table["rows"]] == ["m", "s"]
    assert table["rows"][1]["cells"][0] == "3"
    assert table["note"] == "It says. What this cannot show: Little."
