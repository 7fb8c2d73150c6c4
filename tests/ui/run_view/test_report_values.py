"""A run as Markdown: all of it is there, and nothing that a person or a model wrote is markup."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.running import runner
from playground.types import Check, Run
from playground.ui.run_view.report_values import fence, run_report, settings_lines

VOTE = {
    "strategy": "self_consistency", "options": {"paths": 3}, "task": {"input": "What is 1 + 2?", "answer": "number"},
    "sampling": {"seed": 7, "temperature": 0.8},
}  # fmt: skip


@pytest.fixture(scope="module")
def run(catalog_of: Any) -> Run:
    *_, last = runner.run(setups.parse(VOTE), catalog_of(lambda *_: "<b>So</b> ``` | it is 3"))
    return last


def test_every_prompt_output_and_setting_is_in_the_report(run: Run) -> None:
    report = run_report(run, "Votes")
    for part in ("# Votes", "## Answer", "Done.", "## Asked with", "## Vote", "| 3 | 3 |", "Path 3"):
        assert part in report
    assert report.count("<b>So</b> ``` | it is 3") >= run.calls  # and where an output went into the next prompt
    for line in settings_lines(run.setup):
        assert line.partition(":")[0] in report
    assert "history" not in report
    assert "From this browser\u2019s history" in run_report(run, "Votes", past=True)
    assert run_report(run, "Votes", level=2).startswith("## Votes\n\n### Answer")


def test_nothing_in_it_is_markup(run: Run) -> None:
    odd = replace(
        run, how="<img src=x> [a](b) *c*", answer="```\n# not a heading",
        checks=(Check(rule="<i>no</i> | x", kept=False, found="=1+1"),),
    )  # fmt: skip
    report = run_report(odd, "<script> # | `x`")
    outside = "".join(part for at, part in enumerate(report.split("````")) if at % 2 == 0)
    for piece in ("<script>", "<img", "<i>", "[a](b)", "# not a heading"):
        assert piece not in outside


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    assert fence("a ```` b") == "`````\na ```` b\n`````"
    assert fence("x\n", "python") == "```python\nx\n```"
