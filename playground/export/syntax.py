"""Small questions to a syntax tree: which names it reads, which value it has, which bodies are in it."""

import ast
from typing import Any

Nothing = object()  # in place of a value that is not known


def literal(value: Any) -> ast.expr:
    """The expression that is this value."""
    return ast.parse(repr(value), mode="eval").body


def value_of(node: ast.AST | None) -> Any:
    """The value of a constant or of an empty list, tuple or dictionary; `Nothing` for all else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple | ast.List) and not node.elts:
        return ()
    return {} if isinstance(node, ast.Dict) and not node.keys else Nothing


def names_read(node: ast.AST) -> list[str]:
    """All names that a piece of code reads, each once, in an order that is always the same."""
    return [*dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))]


def bodies_in(node: ast.AST) -> list[list[ast.stmt]]:
    """All lists of statements, outer ones before those within them."""
    found = []
    for inner in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(inner, name, None)
            if isinstance(body, list):
                found.append(body)
    return found
