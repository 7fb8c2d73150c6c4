"""Presets: setups in YAML files, holding only what differs from the defaults. Read strictly, with line numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from playground.errors import InvalidSetup
from playground.setups import KEYS, differing, parse, parse_sampling
from playground.types import Sampling, Setup

FOLDER = Path(__file__).parent.parent / "presets"
MAX_BYTES, MAX_DEPTH = 64 * 1024, 12
TEXTS = ("title", "about")


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
    root, data = _load(text, source)
    try:
        return Preset(**_texts(data), setup=parse({k: v for k, v in data.items() if k not in TEXTS}))
    except InvalidSetup as error:
        raise InvalidSetup(f"{source}, line {_line(root, error.path)}: {error}", error.path) from None


def read_sampling(text: str, source: str = "preset") -> SamplingPreset:
    """A sampling preset from YAML: title, about, and sampling parameters. Raises like `read`."""
    root, data = _load(text, source)
    try:
        if unknown := [key for key in data if key not in (*TEXTS, "sampling")]:
            raise InvalidSetup(f"`{unknown[0]}` is not known. Known keys: title, about, sampling.", (unknown[0],))
        return SamplingPreset(**_texts(data), sampling=parse_sampling(data.get("sampling", {})))
    except InvalidSetup as error:
        raise InvalidSetup(f"{source}, line {_line(root, error.path)}: {error}", error.path) from None


def write(preset: Preset) -> str:
    """The preset as YAML that `read` gives back, without what is default anyway."""
    data = {"title": preset.title, "about": preset.about, **differing(preset.setup)}
    return yaml.dump(
        {k: v for k, v in data.items() if v or v == 0}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, the way a person would."""

    def ignore_aliases(self, data: Any) -> bool:
        return True  # what `write` produces must pass `read`, which refuses aliases


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)


def _load(text: str, source: str) -> tuple[yaml.Node | None, Mapping[str, Any]]:
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InvalidSetup(f"{source} is larger than {MAX_BYTES // 1024} KB; a preset is not.")
    try:
        _refuse_bombs(text, source)
        root, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InvalidSetup(
            f"{source}{where}: not readable as YAML: {getattr(error, 'problem', None) or error}."
        ) from None
    except ValueError as error:  # a date or number that YAML recognises and Python cannot represent
        raise InvalidSetup(f"{source}: not readable as YAML: {error}.") from None
    if not isinstance(data, Mapping):
        raise InvalidSetup(f"{source}, line 1: a preset is a mapping with the keys {', '.join((*TEXTS, *KEYS))}.")
    return root, data


def _refuse_bombs(text: str, source: str) -> None:
    # The event parser neither expands aliases nor recurses, so a hostile file costs only its own length.
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise InvalidSetup(
                f"{source}, line {line}: aliases (*name) are not allowed in presets; write the value out."
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InvalidSetup(f"{source}, line {line}: nested more than {MAX_DEPTH} levels deep; a preset is not.")


def _texts(data: Mapping[str, Any]) -> dict[str, str]:
    for key in TEXTS:
        if not isinstance(data.get(key, ""), str):
            raise InvalidSetup(f"`{key}` is {ascii(data[key])[:60]}; it must be text.", (key,))
    return {"title": data.get("title") or "Untitled", "about": data.get("about") or ""}


def _line(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    """The 1-based line of the innermost node on the path, or of the last one that exists."""
    line = node.start_mark.line + 1 if node else 1
    for key in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = (node.value[key], node.value[key])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
