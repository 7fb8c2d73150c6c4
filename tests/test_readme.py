"""The README is checked against the disk: its tree, its commands, its settings and its example."""

import re
from dataclasses import fields
from pathlib import Path

import yaml

from playground import presets, setups
from playground.evaluation import experiments
from playground.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


def tree() -> dict[str, str]:
    """Path -> purpose, from the block that begins with app.py."""
    (block,) = (text for _, text in BLOCKS if text.startswith("app.py"))
    found, folders = {}, [""]
    for line in block.splitlines():
        indent, name, purpose = re.fullmatch(r"( *)(\S+)(?: {2,}(.*))?", line).groups()  # type: ignore[union-attr]
        folders[len(indent) // 2 + 1 :] = [folders[len(indent) // 2] + name]
        found[folders[-1]] = purpose or ""
    return found


def test_every_line_of_the_tree_exists_and_has_a_purpose() -> None:
    assert [path for path in tree() if not (ROOT / path).exists()] == []
    assert [path for path, purpose in tree().items() if not purpose] == []


def test_every_folder_is_in_the_tree() -> None:
    folders = {str(path.parent.relative_to(ROOT)) + "/" for path in (ROOT / "playground").rglob("__init__.py")}
    assert sorted(folders - set(tree())) == []


def test_every_make_command_exists() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))
    assert {"run", "test"} <= named <= set(targets)


def test_every_setting_is_in_the_table_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `PLAYGROUND_(\w+)` \| (.*?) \|", README, re.MULTILINE))
    assert set(rows) == {f.name.upper() for f in fields(Settings)}
    for f in fields(Settings):
        if isinstance(f.default, int):
            assert rows[f.name.upper()] == f"`{int(f.default)}`"


def test_the_example_is_a_valid_setup() -> None:
    (code,) = (text for kind, text in BLOCKS if kind == "python")
    setup = eval(re.search(r"predict\(\n(.*?),\n    api_name", code, re.DOTALL)[1])  # type: ignore[index]
    assert setups.parse(setup).strategy == "self_consistency"


def test_the_example_is_a_valid_experiment(tmp_path: Path) -> None:
    (text,) = (text for kind, text in BLOCKS if kind == "yaml")
    (tmp_path / "mine.csv").write_text("question,answer\n" + "".join(f"{n} + 1?,{n + 1}\n" for n in range(5)))
    experiment = experiments.read_yaml(text, folder=tmp_path)
    assert [item.references for item in experiment.data.items] == [(str(n + 1),) for n in range(5)]
    assert experiment.expectations


def test_every_preset_it_names_exists() -> None:
    tour = README.split("## A tour")[1].split("## ")[0]
    named = re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", tour)
    assert named
    assert set(named) <= {preset.title for preset in presets.setup_presets().values()}


def test_the_front_matter_makes_a_space() -> None:
    front = yaml.safe_load(README.split("---")[1])
    assert (front["sdk"], front["app_file"], front["license"]) == ("gradio", "app.py", "apache-2.0")
    assert f"gradio=={front['sdk_version']}\n" in (ROOT / "requirements.txt").read_text()
    assert len(front["short_description"]) <= 60
    assert front["colorFrom"] in (colors := ["red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"])
    assert front["colorTo"] in colors


def test_pictures_exist() -> None:
    assert [p for p in re.findall(r"!\[.*?\]\((.*?)\)", README) if not (ROOT / p).is_file()] == []
