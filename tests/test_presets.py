"""Preset files: what is written can be read, and what is wrong is named with its line."""

from collections import Counter
from pathlib import Path

import pytest

from playground import presets, setups
from playground.errors import InvalidSetup

PRESETS = presets.setup_presets()

BAD = [
    ("", "line 1: a preset is a mapping"),
    ("- 1", "line 1: a preset is a mapping"),
    ("a: [1", r"line 1: not readable as YAML"),
    ("title: 3", "line 1: `title` is 3; it must be text"),
    ("title: x\nmodle: y", "line 2: `modle` is not known"),
    (
        "task:\n  input: hi\nsampling:\n  top_p: 1.5\n",
        r"line 4: `sampling.top_p` is 1.5; it must be a number from 0 to 1",
    ),
    ("task:\n  examples:\n    - input: a\n      outpt: b", r"line 4: `task.examples.0.outpt`"),
    ("strategy: self_consistency\noptions:\n  paths: 41", r"line 3: `options.paths` is 41"),
    ("a: &a [x]\nb: [*a, *a]", r"line 2: aliases"),
    ("[" * 5000, "nested more than 12 levels"),
    ("a: " + "x" * 70_000, "larger than 64 KB"),
    ("when: 2024-99-99", "not readable as YAML"),
    ("title: \x00", "not readable as YAML"),
    ("title: !!python/object/apply:os.system [ls]", "not readable as YAML"),
    ("sampling: {temperature: .nan}", r"`sampling.temperature` is nan"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_preset_names_line_field_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        presets.read_preset(text)


def test_a_bomb_costs_nothing() -> None:
    layers = "\n".join(f"{b}: [{', '.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(InvalidSetup, match="aliases"):
        presets.read_preset("a: &a [lol]\n" + layers)


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_survives_a_download_and_an_upload(key: str) -> None:
    assert presets.read_preset(presets.write_preset(PRESETS[key])) == PRESETS[key]


def test_an_adapter_turned_off_stays_turned_off() -> None:
    setup = setups.parse({"adapter": "pirate", "scale": 0, "task": {"input": "Hi"}})
    preset = presets.Preset(title="Off", about="", setup=setup)
    assert presets.read_preset(presets.write_preset(preset)).setup == setup


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_holds_only_what_differs_and_says_what_it_is(key: str) -> None:
    text = next((presets.FOLDER / "setups").rglob(f"{key}.yaml")).read_text("utf-8")
    data = presets.load_document(text, key).data
    kept = {k: v for k, v in setups.changed_settings(PRESETS[key].setup).items() if k not in ("model", "strategy")}
    assert {k: set(v) for k, v in data.items() if k in kept} == {k: set(v) for k, v in kept.items()}
    assert PRESETS[key].about


@pytest.mark.parametrize("kind", ["setups", "sampling", "experiments"])
def test_files_of_all_groups_have_names_of_their_own(kind: str) -> None:
    names = [path.stem for path in presets.grouped_files(presets.FOLDER / kind)]
    assert len(names) == len(set(names)) > 0


def test_what_lies_in_a_folder_is_a_group_of_its_name(tmp_path: Path) -> None:
    for name in ("b.yaml", "two_words/a.yaml", "asking/c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"title: {name}\n")
    found = presets.setup_presets(tmp_path)
    assert [(key, p.group) for key, p in found.items()] == [("b", ""), ("c", "Asking"), ("a", "Two words")]


def test_no_group_is_so_long_that_one_would_have_to_search_it() -> None:
    sizes = Counter(p.group for p in PRESETS.values())
    assert not sizes[""]
    assert max(sizes.values()) <= 12


def test_there_are_a_dozen_and_they_show_every_technique() -> None:
    assert len(PRESETS) >= 12
    assert {p.setup.strategy for p in PRESETS.values()} == set(setups.STRATEGIES)


def test_the_sampling_presets_are_the_known_ones() -> None:
    values = {key: preset.sampling for key, preset in presets.sampling_presets().items()}
    assert set(values) == {"creative", "precise", "avoid_repetition", "short", "long", "limit_randomness"}
    assert (values["creative"].temperature, values["creative"].top_p, values["creative"].presence_penalty) == (
        0.9,
        0.95,
        1.2,
    )
    assert (values["precise"].temperature, values["precise"].top_p, values["precise"].frequency_penalty) == (
        0.2,
        0.3,
        0.5,
    )
    assert (values["short"].max_tokens, values["long"].max_tokens) == (50, 500)
    assert (values["limit_randomness"].top_k, values["limit_randomness"].temperature) == (15, 0.3)


def test_a_sampling_preset_takes_sampling_only() -> None:
    with pytest.raises(InvalidSetup, match="line 2: `task` is not known"):
        presets.read_sampling_preset("title: x\ntask: {}")
