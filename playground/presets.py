"""Presets: setups in YAML files that hold only what differs from the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from playground import documents
from playground.documents import TEXTS, Document
from playground.errors import InvalidSetup
from playground.setups import KEYS, changed_settings, parse, parse_sampling
from playground.types import Sampling, Setup

FOLDER = Path(__file__).parent.parent / "presets"
OPENING = "sentiment"  # the preset that the page opens with
STARTERS = ("few_shot", "chain_of_thought", "chaining")  # techniques of the presets that stand where no answer is yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A setup with a name people choose it by. `group` is under which others it is offered: no part of what it is."""

    title: str
    about: str
    setup: Setup
    group: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPreset:
    """Sampling parameters under a name, to put over any setup."""

    title: str
    about: str
    sampling: Sampling


def grouped_files(folder: Path) -> dict[Path, str]:
    """The YAML files of a folder and the name of each one's group, which is that of its folder; "" for the outermost.

    In order of group and file name.
    """
    groups = {path: "" if path.parent == folder else path.parent.name for path in folder.rglob("*.yaml")}
    ordered = sorted(groups, key=lambda path: (groups[path], path.name))
    return {path: groups[path].replace("_", " ").capitalize() for path in ordered}


def setup_presets(folder: Path = FOLDER / "setups") -> dict[str, Preset]:
    """The presets that come with the playground, by file name, group after group."""
    return {
        path.stem: replace(read_preset(path.read_text("utf-8"), path.name), group=group)
        for path, group in grouped_files(folder).items()
    }


def starters(offered: Mapping[str, Preset]) -> dict[str, Preset]:
    """Those that stand where no answer is yet: the first of each of these techniques."""
    some = {preset.setup.strategy: key for key, preset in reversed([*offered.items()])}
    return {some[name]: offered[some[name]] for name in STARTERS if name in some}


def sampling_presets(folder: Path = FOLDER / "sampling") -> dict[str, SamplingPreset]:
    """The sampling presets, by file name, in order of it."""
    return {
        path.stem: read_sampling_preset(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))
    }


def read_preset(text: str, source: str = "preset") -> Preset:
    """A preset from YAML. Raises InvalidSetup naming the line, the field and what is allowed."""
    document = load_document(text, source)
    with document.add_lines_to_errors():
        return Preset(**document.texts(), setup=parse({k: v for k, v in document.data.items() if k not in TEXTS}))


def read_sampling_preset(text: str, source: str = "preset") -> SamplingPreset:
    """A sampling preset from YAML: title, about, and sampling parameters. Raises like `read_preset`."""
    document = load_document(text, source)
    with document.add_lines_to_errors():
        if unknown := [key for key in document.data if key not in (*TEXTS, "sampling")]:
            raise InvalidSetup(path=(unknown[0],), rule="is not known. Known keys: title, about, sampling.")
        return SamplingPreset(**document.texts(), sampling=parse_sampling(document.data.get("sampling", {})))


def load_document(text: str, source: str = "preset") -> Document:
    """What a preset's file holds, not checked yet."""
    return documents.load(text, source, "a preset", (*TEXTS, *KEYS))


def write_preset(preset: Preset) -> str:
    """The preset as YAML that `read_preset` gives back, without what is default anyway."""
    data = {"title": preset.title, "about": preset.about, **changed_settings(preset.setup)}
    return documents.dump({k: v for k, v in data.items() if v or v == 0})
