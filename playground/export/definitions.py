"""Finds the definitions that a piece of the playground's own code needs, by following its names through imports."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from playground.export.syntax import clone

PACKAGE = "playground."
STAND_INS = "playground.export.stand_ins"  # what it defines is taken in place of the app's own


@dataclass(frozen=True)
class Definition:
    """A function, a class or a constant, and the module that it stands in. `source` is a constant's own text."""

    module: str
    name: str
    node: ast.stmt
    source: str = ""


@dataclass(frozen=True)
class ModuleNames:
    """What the names of a module stand for: its own definitions, and what it imports."""

    own: dict[str, Definition] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)  # a module of the playground, the name there
    external: dict[str, str] = field(default_factory=dict)  # the statement that imports it


@lru_cache(maxsize=256)
def read_names(module: str) -> ModuleNames:
    """What the names of this module of the playground stand for."""
    source = inspect.getsource(importlib.import_module(module))
    lines = source.encode().splitlines(keepends=True)
    names = ModuleNames()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            names.imported.update({alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names})
        elif isinstance(node, ast.ImportFrom):
            names.external.update({a.asname or a.name: f"from {node.module} import {a.name}" for a in node.names})
        elif isinstance(node, ast.Import):
            names.external.update({alias.name: f"import {alias.name}" for alias in node.names})
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.own[node.name] = Definition(module, node.name, node)
        else:
            for target, value in _assignments(node):
                text = _source_of(lines, node, value)
                made = ast.Assign(targets=[ast.Name(id=target, ctx=ast.Store())], value=value, lineno=node.lineno)
                names.own[target] = Definition(module, target, made, text)
    return names


def definition_of(module: str, name: str) -> Definition | str | None:
    """What a name in a module stands for: a definition, a statement that imports it, or None for one of Python's own.

    A copy: it may be changed.
    """
    here = read_names(module)
    if name in here.imported or name in here.own:
        stand_in = read_names(STAND_INS).own.get(name)
        if stand_in and not name.startswith("_"):
            return replace(stand_in, node=clone(stand_in.node))
    if name in here.own:
        return replace(here.own[name], node=clone(here.own[name].node))
    if name in here.imported:
        return definition_of(*here.imported[name])
    return here.external.get(name)


def _source_of(lines: list[bytes], node: ast.stmt, value: ast.expr) -> str:
    """A value as it is written, with the brackets around it."""
    only = isinstance(node, ast.AnnAssign) or (isinstance(node, ast.Assign) and value is node.value)
    return _text(lines, node).partition(" = ")[2] if only else _text(lines, value)


def _text(lines: list[bytes], node: ast.stmt | ast.expr) -> str:
    """What `ast.get_source_segment` gives, which in Python 3.11 goes through the whole module for each."""
    there = lines[node.lineno - 1 : node.end_lineno]
    there[-1] = there[-1][: node.end_col_offset]
    return b"".join(there)[node.col_offset :].decode()


def _assignments(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Each name with its value, also of several that are given in one statement."""
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    )
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if isinstance(target, ast.Name) and value is not None:
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, its in zip(target.elts, value.elts, strict=True):
            if isinstance(each, ast.Name):
                yield each.id, its
