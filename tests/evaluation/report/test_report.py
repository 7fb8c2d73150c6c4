"""The report: all there is to read in it, and nothing in a name can break it."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from matplotlib.figure import Figure
from tables import table

from playground.evaluation import report
from playground.evaluation.datasets.base import DataCard
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.resampling import vote_curves
from playground.evaluation.findings.sentences import one_line
from playground.evaluation.findings.summary import summaries
from playground.evaluation.plan import DataChoice, Expectation, Item, SamplingVariant, ScorerChoice, Technique
from playground.evaluation.report.cells import escape_markdown
from playground.evaluation.report.context import ReportContext
from playground.evaluation.report.text import markdown
from playground.evaluation.results import Table, VotePath
from playground.types import Sampling, Setup, Task, Weights

CARD = DataCard(
    title="Word problems",
    about="One step.",
    origin="Generated.",
    size="Any.",
    licence="MIT.",
    shows="Counting.",
    limits="Reading.",
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = [
    "a | b | c",
    "`code` and ``",
    "<script>alert(1)</script>",
    "<!-- gone",
    "two\n\n# heading",
    "- list",
    "1. list",
    "[link](http://x.test) ![p](y)",
    "**bold** _it_ ~~no~~",
    "&lt;b&gt; &amp;",
    "$x$ \\| \\",
    "https://x.test www.x.test a@x.test",
    "=SUM(A1)",
    "---",
    "\u202eturned\x00\x1b[31m",
    "half \ud800 pair",
    "日本語 🎲",
]


def ladder(names: tuple[str, str, str] = ("Zero-shot", "Few-shot", "Self-consistency")) -> Table:
    made = table(
        {name: [i < right for i in range(60)] for name, right in zip(names, (2, 11, 34), strict=True)},
        experiment={
            "title": "The ladder",
            "about": "Does thinking help?",
            "data": DataChoice(size=60, seed=7),
            "techniques": (*(Technique(name=name) for name in names[:2]), Technique(strategy="few_shot")),
            "models": (Weights(), Weights(model="other", adapter="pirate")),
            "variants": (SamplingVariant(name="cold"),),
            "expectations": (Expectation(column=names[2], at_least=0.9, better_than=names[1]),),
            "seed": 3,
        },
        prompt_tokens=100,
        completion_tokens=20,
        calls=1,
        confidence=0.75,
    )
    voters = tuple(VotePath(answer=answer, weight=0.5) for answer in "0000000111")
    return replace(made, results=tuple(replace(r, paths=voters) if r.column == names[2] else r for r in made.results))


def grade(answer: str, item: Item) -> float:
    return float(answer in item.references)


def written(made: Table, **options: Any) -> dict[str, str]:
    files = report.report_files(made, plan="title: The ladder\n", **options)
    return {name: content.decode("utf-8") for name, content in files.items()}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return written(ladder(), card=CARD, grade=grade)


def test_what_is_in_it(files: dict[str, str]) -> None:
    assert list(files) == [
        "report.html",
        "report.md",
        "figures/columns.svg",
        "figures/paths.svg",
        "figures/tokens.svg",
        "results.csv",
        "results.json",
        "experiment.yaml",
    ]
    for row in (
        "# The ladder",
        "| Data | Word problems: 60 items, seed 7 |",
        "| Techniques | Zero-shot; Few-shot; Few-shot |",
        "| Models | default; other + pirate |",
        "| Sampling | cold |",
        "| Asked | 3 columns on every item, seed 3 |",
        "| Came out | 180 of 180 answers scored; 180 calls, 21,600 tokens |",
        "**It cannot show.** Reading.",
        "| Zero-shot | 3 % | 1 % to 11 % | 2 of 60 | 0 | 0 | 120 | 0.00 |",
        "| Few-shot against Zero-shot | 15 points | 5 to 24 points | 0.004 | 0.004 | 630 |",
        "| Self-consistency, majority | 1 | 2 % | 0.4 % to 6 % | 60 |",
        "| Self-consistency | 60 | 75 % | 57 % | 0.183 | 0.279 |",
    ):
        assert row in files["report.md"].splitlines()
    assert "- Few-shot was right on 9 more of the 60 items than Zero-shot" in files["report.md"]
    assert "- ✗ Self-consistency reached 57 %" in files["report.md"]
    assert "- ✓ Self-consistency was expected to be better than Few-shot: held." in files["report.md"]


def test_every_figure_is_shown_and_is_svg_with_its_words(files: dict[str, str]) -> None:
    tokens = [token for block in MARKDOWN.parse(files["report.md"]) for token in block.children or ()]
    shown = [token.attrs["src"] for token in tokens if token.type == "image"]
    assert shown == [name for name in files if name.endswith(".svg")]
    for name in shown:
        root = ElementTree.fromstring(files[str(name)])
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "Self-consistency" in " ".join(root.itertext())


def test_some_items_are_shown_with_what_each_column_answered() -> None:
    made = table(
        {"Zero-shot": [True, False, None], "Few-shot": [True, True, True]}, answer="It is <b>4</b>.", predicted="4"
    )
    lines = written(made)["report.md"].splitlines()
    at = lines.index("## Some answers")
    said = [line for line in lines[at:] if line.startswith(("**", "| Zero", "| Few"))][:9]
    assert said[:3] == [  # the one on which the columns differ comes first
        "**item 1.** Question 1? Expected: 1",
        "| Zero-shot | It is &#60;b&#62;4&#60;/b&#62;. | 4 | wrong |",
        "| Few-shot | It is &#60;b&#62;4&#60;/b&#62;. | 4 | right |",
    ]
    assert "| Zero-shot | It is &#60;b&#62;4&#60;/b&#62;. | 4 | failed |" in said
    long = table({"A": [True]}, answer="x" * 400)
    assert f"| A | {'x' * 299}\u2026 |  | right |" in written(long)["report.md"].splitlines()


def test_names_in_the_figure_of_prices_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """However close the columns are: no name is drawn over another, or over a point."""
    boxes: list[Any] = []

    def measured(figure: Figure, *args: Any, **options: Any) -> None:
        saved(figure, *args, **options)
        axes = figure.axes[0]
        if not axes.get_xlabel().startswith("Tokens"):
            return
        legend = axes.get_legend()
        assert not axes.texts, "names beside points overlap as soon as the points are close"
        assert legend is not None
        boxes.extend(text.get_window_extent() for text in legend.get_texts())
        assert legend.get_window_extent().y1 <= axes.get_window_extent().y0

    saved = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", measured)
    names = [f"Column {i} with a long name, {'self-consistency' * (i % 3)}" for i in range(9)]
    written(table({name: [True, i > 4] for i, name in enumerate(names)}, prompt_tokens=100))
    assert len(boxes) == len(names)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_page_has_a_dark_scheme(files: dict[str, str]) -> None:
    assert "color-scheme: light dark" in files["report.html"]
    assert "@media (prefers-color-scheme: dark)" in files["report.html"]


def test_the_zip_holds_the_same_and_repeats_itself(files: dict[str, str]) -> None:
    packed = report.pack({name: text.encode() for name, text in files.items()})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == files
    again = report.report_files(ladder(), card=CARD, plan="title: The ladder\n", grade=grade)
    assert report.pack(again) == packed


def test_the_table_as_csv() -> None:
    made = ladder()
    first = replace(made.results[0], answer="=HYPERLINK()", predicted="-5", note="x" * 40_000)
    rows = list(csv.DictReader(io.StringIO(report.csv(replace(made, results=(first, *made.results[1:]))))))
    assert len(rows) == 180
    assert (rows[0]["answer"], rows[0]["predicted"], rows[0]["right"]) == ("'=HYPERLINK()", "-5", "True")
    assert (rows[0]["input"], rows[0]["reference"], len(rows[0]["note"])) == ("Question 0?", "0", 32_001)
    assert rows[-1]["paths"] == "0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 1 | 1"


def test_all_there_is_as_json(files: dict[str, str]) -> None:
    found = json.loads(files["results.json"])
    assert found["experiment"]["data"]["seed"] == 7
    assert len(found["results"]) == 180
    assert found["results"][-1]["paths"][0] == {"answer": "0", "weight": 0.5}
    assert found["summary"][0]["mean"] == pytest.approx(2 / 60)
    assert found["comparisons"][0]["sentence"] in files["report.md"].replace("&#60;", "<")


def test_a_judge_that_wavers_is_told() -> None:
    made = table({"a": [0.5, 1.0]}, disagree=True)
    assert (
        "- a: for 2 of 2 answers the judge decided otherwise when the two were swapped." in written(made)["report.md"]
    )


def test_what_there_is_not_is_left_out() -> None:
    files = written(replace(table({"only": [None, None]}), status="stopped", total=9))
    assert list(files) == ["report.html", "report.md", "results.csv", "results.json", "experiment.yaml"]
    text = files["report.md"]
    assert "0 of 9 answers scored, 2 failed; 0 calls, 0 tokens; the experiment is not complete (stopped)" in text
    for absent in ("figures/", "More than chance", "expected", "More paths", "What it costs"):
        assert absent not in text


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_nothing_in_a_name_breaks_the_text(name: str) -> None:
    def told(made: Table, card: DataCard) -> list[Token]:
        found, compared = summaries(made), compare(made)
        return MARKDOWN.parse(markdown(made, found, compared, vote_curves(made, grade), card=card))

    made = ladder((f"{name} 1", f"{name} 2", name))
    experiment = replace(
        made.experiment, title=name, about=name, variants=(SamplingVariant(name=name),), data=DataChoice(name=name)
    )
    blocks = told(replace(made, experiment=experiment), replace(CARD, about=name, title=name))
    assert [block.type for block in blocks] == [block.type for block in told(ladder(), CARD)]
    words = ["".join(token.content for token in block.children) for block in blocks if block.children]
    # In the tables of results, of prices and of calibration, and below each of three items.
    assert words.count(one_line(f"{name} 1")) == 6
    assert not any("://" in block.content for block in blocks)  # no link, where bare addresses are links
    kinds = {token.type for block in blocks for token in block.children or ()}
    assert kinds <= {"text", "text_special", "softbreak", "code_inline", "strong_open", "strong_close"}


def test_nothing_in_a_name_breaks_a_figure() -> None:
    files = written(table({name: [0.2, 0.8] for name in HOSTILE}))
    for figure in ("figures/columns.svg", "figures/tokens.svg"):
        words = " ".join(ElementTree.fromstring(files[figure]).itertext())
        assert "$x$" in words
        assert "<script>alert(1)</script>" in words


@settings(deadline=None)
@given(st.text())
def test_plain_text_reads_as_itself(text: str) -> None:
    blocks = MARKDOWN.parse(f"- {escape_markdown(text)}")
    shown = "".join(token.content for block in blocks for token in block.children or ())
    assert shown.split() == one_line(text).split()


@pytest.mark.parametrize("text", ["0.18 s", "12.5 %", "-3.5", "+2 points", "1.a", "3"])
def test_a_number_is_written_as_it_is(text: str) -> None:
    assert escape_markdown(text) == text
    assert escape_markdown("1. One") == "1&#46; One"


def test_a_page_shows_the_same_and_fetches_nothing() -> None:
    made = ladder()
    hostile = replace(made, experiment=replace(made.experiment, title="<script>alert(1)</script>"))
    page = written(hostile, grade=grade)["report.html"]
    assert "<table>" in page
    assert "<strong>In short.</strong>" in page
    assert "| Column |" not in page
    assert page.count('src="data:image/svg+xml;base64,') == 3 == page.count("<img")
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_what_each_column_sent_is_told() -> None:
    made = table({"a": [True], "b": [False]})
    setup = Setup(
        model="small", options={}, task=Task(input="Q: {input}"), sampling=Sampling(temperature=0.2, max_tokens=90)
    )
    context = ReportContext(
        day=date(2026, 11, 20), scorer="Number", setups=(setup, setup), titles={"small": "Small 1B"}
    )
    lines = written(made, context=context)["report.md"].splitlines()
    for row in (
        "| Date | 2026-11-20 |",
        "| Scorer | Number |",
        "| a | Small 1B | 0.2 | 90 | 0 | Q: &#123;input&#125; |",
    ):
        assert row in lines


@pytest.mark.parametrize(("scorer", "told"), [("judge", "True"), ("exact", "")])
def test_a_judge_that_disagrees_is_told_only_where_there_is_one(scorer: str, told: str) -> None:
    made = table({"a": [1.0]}, disagree=scorer == "judge")
    made = replace(made, experiment=replace(made.experiment, scorer=ScorerChoice(name=scorer)))
    assert next(csv.DictReader(io.StringIO(report.csv(made))))["judge_disagrees"] == told
