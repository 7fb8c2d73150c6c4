"""Every text of the page is there in every language, and no text of a language has lost its place."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from playground.finetuning.probes.bias import minimal_pairs
from playground.strategies import STRATEGIES
from playground.ui.language.choosing import HERE, offered
from playground.ui.language.opening import translate_configuration
from playground.ui.language.texts import DEEPEST, GAP, SENTENCE, Texts, texts_of

UI = HERE.parent
LANGUAGES = [code for code in offered() if (HERE / code).is_dir()]
MARK = re.compile(r"\bt(?:`(?P<tag>[^`]*)`|\((?P<call>\"(?:[^\"\\]|\\.)*\"(?:\s*\+\s*\"(?:[^\"\\]|\\.)*\")*))")
COUNT = re.compile(r"(?:about |up to )?(?:1|\{n\}) (\w[\w ]*?)s?")  # as `format_count` writes one
COMPOSED = {
    "about {n}", "\u201c{label}\u201d is {value}; {rule}", "\u201c{label}\u201d {rule}", "**{label}**",
    "`{path}` {rule}", "`{path}` is {value}; {rule}",
    "a whole number from {low} to {high}", "a number from {low} to {high}", "it must be {what}.",
    "about {n} min", "up to {n} min", "{name}, the base", "{name}, what was learned", "But:", "Cost:", "yes/no",
}  # fmt: skip
FINDINGS = HERE / "de" / "findings.yaml"
CONTENT = [
    "evaluation/datasets/*.py", "evaluation/scorers/*.py", "finetuning/methods/*.py", "finetuning/heads/*.py",
    "finetuning/skills/*.py", "finetuning/training_data.py", "finetuning/held_out/tasks.py",
]  # fmt: skip
WRITTEN = [UI.parents[1] / "presets", UI.parent / "retrieval" / "data", UI.parent / "evaluation" / "data"]
FILLED = re.compile(r"\{[^{}]*\}")
# Names, formats and examples, which are the same in every language.
NAMES = re.compile(Path(__file__).with_name("names.txt").read_text("utf-8").strip().replace("\n", "|"))


@dataclass(frozen=True)
class Watched(Texts):
    """The texts of a language; it notes what is asked for, and what of that is not there."""

    asked: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def translate(self, text: str, depth: int = DEEPEST) -> str:
        self.asked.add(text)
        noted = set(self.missing)
        if text not in self.by_text and None in [self._find_part(part, depth) for part in SENTENCE.split(text)]:
            self.missing.intersection_update(noted)
            if self.find(text, depth) is None and not NAMES.fullmatch(text):
                self.missing.add(text)
        return super().translate(text, depth)

    def _fill(self, translation: str, values: Mapping[str, str], depth: int) -> str | None:
        noted = set(self.missing)
        said = super()._fill(translation, values, depth)
        if said is None:  # it was another text
            self.missing.intersection_update(noted)
        return said

    def translate_markdown(self, text: str) -> str:
        self.asked.add(text)
        return super().translate_markdown(text)


@pytest.fixture(scope="module", params=LANGUAGES)
def opened(request: pytest.FixtureRequest, page: Any) -> Watched:
    """The texts that the page asked for when it was translated."""
    texts = texts_of(request.param)
    watched = Watched(texts.by_text, texts.scripts)
    translate_configuration(page.get_config_file(), watched)
    return watched


@cache
def content() -> str:
    """What presets, techniques, data sets and methods say of themselves: it is as they are, in their own language."""
    cards = [" ".join([one.title, *map(str, asdict(one.card).values())]) for one in STRATEGIES.values()]
    files = [path for place in CONTENT for path in sorted(UI.parent.glob(place))]
    kept = [text for path in files for text in strings(ast.parse(path.read_text("utf-8")))]
    written = [path.read_text("utf-8") for folder in WRITTEN for path in sorted(folder.rglob("*.yaml"))]
    return " ".join(" ".join([*cards, *kept, *written]).split())


def is_content(text: str) -> bool:
    # A name in backticks is one of a setup's file, in every language.
    parts = re.split(r"\*\*\w+:\*\* |`\w+`(?:: )?|[`*\[]|\]\(|\)$", " ".join(text.split()))
    return all(part in content() for part in parts if part.strip())


def written_by_scripts() -> set[str]:
    """The keys that the page's scripts ask for: t("Copy"), and t`Remove ${noun}`, whose key is "Remove {0}"."""
    found = set()
    for path in UI.rglob("*.js"):
        for mark in MARK.finditer(path.read_text("utf-8")):
            if mark["call"]:
                found.add("".join(json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', mark["call"])))
            else:
                parts = re.split(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", mark["tag"])
                key = parts[0] + "".join(f"{{{at}}}{part}" for at, part in enumerate(parts[1:]))
                found.add(json.loads(f'"{key}"'))
    return found


@cache
def written_in_code() -> set[str]:
    """All strings of the package, with {} for whatever is filled in."""
    return {text for path in UI.parent.rglob("*.py") for text in strings(ast.parse(path.read_text("utf-8")))}


def strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from pieces(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield from pieces("".join(map(str, parts)))


def pieces(text: str) -> Iterator[str]:
    """A string of the code, and its lines, sentences and facts, which are translated by themselves too."""
    marked = [one for line in text.split("\n") for one in line.split("** ")]
    for part in (text, *marked, *(one for line in marked for one in SENTENCE.split(line))):
        yield from (unnamed(part), unnamed(part.strip()), unnamed(part).removesuffix("{}").strip())


def unnamed(text: str) -> str:
    """With {} for what is filled in; several side by side are one."""
    return re.sub(r"(\{\})+", "{}", FILLED.sub("{}", text))


def is_said(text: str, in_code: set[str]) -> bool:
    """Whether code can say it: as it is, as a count of what it names, or put together of an error's parts."""
    counted = COUNT.fullmatch(text)
    return unnamed(text) in in_code or text in COMPOSED or (counted is not None and counted[1] in in_code)


def test_every_text_of_the_page_is_translated(opened: Watched) -> None:
    assert sorted(text for text in opened.missing if not is_content(text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_scripts_is_translated_and_no_other_travels(language: str) -> None:
    assert written_by_scripts() == set(texts_of(language).scripts)


def test_no_text_of_a_language_has_lost_its_place(opened: Watched) -> None:
    lines = {line for text in opened.asked for line in text.split("\n")}
    known = opened.asked | lines | written_by_scripts()
    # Sentences that `test_findings` makes, and kinds of pairs, which stand in their file.
    composed = {*yaml.safe_load(FINDINGS.read_text("utf-8")), *(pair.kind for pair in minimal_pairs())}
    unplaced = {text for text in opened.by_text if text not in known and text not in composed}
    assert sorted(text for text in unplaced if not (is_said(text, written_in_code()) or is_content(text))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_texts_have_the_same_gaps(language: str) -> None:
    def gaps(text: str) -> Counter[str]:
        return Counter(name for name, _ in GAP.findall(text))

    assert [text for text, said in texts_of(language).by_text.items() if gaps(text) != gaps(said)] == []


@pytest.mark.parametrize("path", sorted(HERE.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_text_stands_once_in_a_file_and_has_one_translation(path: Path) -> None:
    keys = [key.value for key, _ in yaml.compose(path.read_text("utf-8")).value]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    texts = texts_of(path.parent.name).by_text
    read = yaml.safe_load(path.read_text("utf-8"))
    assert {key: said for key, said in read.items() if texts[key] != said} == {}
    assert all(isinstance(said, str) and said.strip() for said in read.values())
