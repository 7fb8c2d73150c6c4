"""Reads and writes YAML files strictly, with the line of every error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml

from playground.errors import InvalidSetup

MAX_BYTES, MAX_DEPTH = 64 * 1024, 12
MAX_VALUES = 200_000  # keys among them: what that many take to read is two seconds
MAX_SIXTIES = 1000  # characters of a number like 1:30:00, which takes the square of its length to read
TEXTS = ("title", "about")
LIBRARYS_DEPTH = "maximum nesting depth"  # libyaml's own words, where it gives up before our count comes to them
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as quick, where libyaml is there


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping as it was written, and where in the file each value stands."""

    source: str
    root: yaml.Node | None
    data: Mapping[str, Any]

    @contextmanager
    def add_lines_to_errors(self) -> Iterator[None]:
        """Errors about a value of this document say the line it stands in."""
        try:
            yield
        except InvalidSetup as error:
            raise error.at(error.path, f"{self.source}, line {self.line(error.path)}") from None

    def line(self, path: tuple[str | int, ...]) -> int:
        """The 1-based line of the innermost node on the path, or of the last one that exists."""
        node = self.root
        line = node.start_mark.line + 1 if node else 1
        for key in path:
            if isinstance(node, yaml.MappingNode):
                entry = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                entry = (node.value[key], node.value[key])
            else:
                entry = None
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
        return line

    def texts(self) -> dict[str, str]:
        """Its title and what it is about. Raises InvalidSetup where they are no text."""
        for key in TEXTS:
            if not isinstance(self.data.get(key, ""), str):
                raise InvalidSetup(path=(key,), value=self.data[key], rule="it must be text.")
        return {"title": self.data.get("title") or "Untitled", "about": self.data.get("about") or ""}


def load(text: str, source: str, what: str, keys: tuple[str, ...], *, most: int = MAX_BYTES) -> Document:
    """Raises InvalidSetup unless the text is YAML for a mapping; `what` it is and its `keys` are for the message."""
    if len(text.encode("utf-8", "replace")) > most:
        raise InvalidSetup(f"{source} is larger than {most // 1024} KB; {what} is not.")
    try:
        _refuse_bombs(text, source, what)
        root = yaml.compose(text, LOADER)
        _refuse_doubles(root, source)
        data = LOADER("").construct_document(root) if root else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f", line {min(mark.line + 1, len(text.splitlines()))}" if mark else ""  # not the one after the last
        if LIBRARYS_DEPTH in str(error):
            raise InvalidSetup(f"{source}{where}: {_depth_error(what)}") from None
        raise InvalidSetup(
            f"{source}{where}: not readable as YAML: {getattr(error, 'problem', None) or error}."
        ) from None
    except ValueError as error:  # a date or number that YAML recognises and Python cannot represent
        raise InvalidSetup(f"{source}: not readable as YAML: {error}.") from None
    if not isinstance(data, Mapping):
        raise InvalidSetup(f"{source}, line 1: {what} is a mapping with the keys {', '.join(keys)}.")
    return Document(source, root, data)


def dump(data: Mapping[str, Any]) -> str:
    """YAML that `load` gives back."""
    return yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _refuse_bombs(text: str, source: str, what: str) -> None:
    # The event parser neither expands aliases nor recurses, so a hostile file costs only its own length.
    depth = values = 0
    for event in yaml.parse(text, LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise InvalidSetup(f"{source}, line {line}: aliases (*name) are not allowed here; write the value out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InvalidSetup(f"{source}, line {line}: {_depth_error(what)}")
        if isinstance(event, yaml.ScalarEvent):
            values += 1
            if event.implicit[0] and len(event.value) > MAX_SIXTIES and not event.value.strip("-+:._0123456789"):
                raise InvalidSetup(f"{source}, line {line}: a number of {len(event.value):,} characters is not read.")
        if values > MAX_VALUES:
            raise InvalidSetup(f"{source}, line {line}: more than {MAX_VALUES:,} values; {what} has fewer.")


def _depth_error(what: str) -> str:
    return f"nested more than {MAX_DEPTH} levels deep; {what} is not."


def _refuse_doubles(root: yaml.Node | None, source: str) -> None:
    """YAML keeps the last of two equal keys and drops the others in silence."""
    nodes = [root] if root else []
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            seen: set[tuple[str, str]] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) in seen:
                    line = key.start_mark.line + 1
                    raise InvalidSetup(f"{source}, line {line}: `{key.value[:60]}` is there twice; keep one of them.")
                seen.add((key.tag, str(key.value)))
                nodes.append(value)
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, the way a person would."""

    def ignore_aliases(self, data: Any) -> bool:
        return True  # what `dump` produces must pass `load`, which refuses aliases


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text.strip("\n") else '"' if "\n" in text else None  # a line end alone is no block
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _block)
