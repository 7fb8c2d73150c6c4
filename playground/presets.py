"""Presets: setups in YAML files that hold only what differs from the defaults."""

from dataclasses import dataclass
from pathlib import Path

from playground import documents
from playground.documents import TEXTS, Document
from playground.errors import InvalidSetup
from playground.setups import KEYS, changed_settings, parse, parse_sampling
from playground.types import Sampling, Setup

FOLDER = Path(__file__).parent.parent / "presets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A setup with a name people choose it by."""

    title: str
    about: str
    setup: Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPreset:
    """Sampling parameters under a name, to put over any setup."""

    title: str
    about: str
    sampling: Sampling


def setup_presets(folder: Path = FOLDER / "setups") -> dict[str, Preset]:
    """The presets that come with the playground, by file name, in order of it."""
    return {path.stem: read_preset(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))}


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
