"""The names in a script: while it is made each says where it comes from, in the end each is short."""

import ast
import builtins
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import Any

from playground.export.definitions import Definition
from playground.export.syntax import Transformer, walk

APART = "__of__"


def full_name(name: str, module: str) -> str:
    """Of all definitions of that name the one in this module."""
    return f"{name}{APART}{module.replace('.', '_')}"


def short_names(parts: Mapping[str, Definition], first: Collection[str], taken: set[str]) -> dict[str, str]:
    """The names as they are at home; of two that are alike, the one of a module that is not among the `first` says
    which it is. None is `taken`, or is the name of something within a function.
    """
    bound = {name for part in parts.values() for name in local_names(part.node)}
    short = {name: name for name in parts if APART not in name}
    for full, part in sorted(parts.items(), key=lambda item: item[1].module not in first):
        if full not in short:
            names = _possible_names(part.name, part.module.rpartition(".")[2])
            short[full] = next(name for name in names if name not in taken and name not in bound)
            taken = {*taken, short[full]}
    return short


def _possible_names(name: str, home: str) -> Iterator[str]:
    short = name.lstrip("_")
    if short not in dir(builtins):
        yield short
    yield name
    yield f"{home}_{short}".upper() if name.isupper() else f"{home}_{short}"
    yield from (f"{home}_{short}_{i}" for i in count(2))


def local_names(node: ast.AST) -> set[str]:
    """What is bound within a function; in a class and a constant only what is bound within its functions."""
    inner = node.body if isinstance(node, ast.ClassDef) else [node]
    found: set[str] = set()
    for top in inner:
        for n in walk(top):
            if isinstance(n, ast.arg):
                found.add(n.arg)
            elif isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and not isinstance(node, ast.Assign):
                found.add(n.id)
            elif isinstance(n, ast.FunctionDef) and n is not node:
                found.add(n.name)
            elif isinstance(n, ast.MatchAs):
                found.update(filter(None, [n.name]))
    return found


class Rename(Transformer):
    """Gives names their place in the script, where they are not bound within."""

    def __init__(self, names: Mapping[str, str], top: ast.AST) -> None:
        self.names = {name: new for name, new in names.items() if name != new}
        self.top = top

    def visit_Name(self, node: ast.Name) -> Any:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_Global(self, node: ast.Global) -> Any:
        node.names = [self.names.get(name, name) for name in node.names]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node
