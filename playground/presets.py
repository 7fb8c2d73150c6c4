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


def setups(folder: Path = FOLDER / "setups") -> dict[str, Preset]:
    """The presets that come with the playground, by file name, in order of it."""
    return {path.stem: read(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))}


def samplings(folder: Path = FOLDER / "sampling") -> dict[str, SamplingPreset]:
    """The sampling presets, by file name, in order of it."""
    return {path.stem: read_sampling(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))}


def read(text: str, source: str = "preset") -> Preset:
    """A preset from YAML. Raises InvalidSetup naming the line, the field and what is allowed."""
    found = load(text, source)
    with found.placing():
        return Preset(**found.texts(), setup=parse({k: v for k, v in found.data.items() if k not in TEXTS}))


def read_sampling(text: str, source: str = "preset") -> SamplingPreset:
    """A sampling preset from YAML: title, about, and sampling parameters. Raises like `read`."""
    found = load(text, source)
    with found.placing():
        if unknown := [key for key in found.data if key not in (*TEXTS, "sampling")]:
            raise InvalidSetup(path=(unknown[0],), rule="is not known. Known keys: title, about, sampling.")
        return SamplingPreset(**found.texts(), sampling=parse_sampling(found.data.get("sampling", {})))


def load(text: str, source: str = "preset") -> Document:
    """What a preset's file holds, not checked yet."""
    return documents.load(text, source, "a preset", (*TEXTS, *KEYS))


def write(preset: Preset) -> str:
    """The preset as YAML that `read` gives back, without what is default anyway."""
    data = {"title": preset.title, "about": preset.about, **changed_settings(preset.setup)}
    return documents.dump({k: v for k, v in data.items() if v or v == 0})
