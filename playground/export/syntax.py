"""Small questions to a syntax tree: what is in it, which names it reads, which value it has, which bodies it has."""

import ast
from typing import Any

Nothing = object()  # in place of a value that is not known
WITHOUT_NODES = {"ctx", "op", "ops", "id", "attr", "arg", "asname", "level", "module", "type_comment", "kind"}


# Where nodes can be, of each kind, that say more than which operator it is, or what is done with a name.
NODES_IN: dict[type, tuple[str, ...]] = {
    kind: () if kind is ast.Constant else tuple(name for name in kind._fields if name not in WITHOUT_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def walk(node: ast.AST) -> list[ast.AST]:
    """The node and all that are in it, in the order of `ast.walk`, which takes three times as long.

    A script is a hundred definitions that are gone through dozens of times.
    """
    found = [node]
    for each in found:  # which grows
        for name in NODES_IN[type(each)]:
            value = getattr(each, name, None)
            if isinstance(value, list):
                found.extend(inner for inner in value if isinstance(inner, ast.AST))
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def clone(node: Any) -> Any:
    """A copy of a node with all that is in it; `copy.deepcopy` takes ten times as long."""
    if isinstance(node, list):
        return [clone(each) for each in node]
    if not isinstance(node, ast.AST) or isinstance(node, ast.expr_context | ast.operator | ast.cmpop):
        return node
    copied = type(node).__new__(type(node))
    copied.__dict__.update({name: clone(value) for name, value in node.__dict__.items()})
    return copied


class Transformer(ast.NodeTransformer):
    """One that does not look where no nodes are."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Visit what is in the node, and put what comes of it in its place."""
        for name in NODES_IN[type(node)]:
            value = getattr(node, name, None)
            if isinstance(value, list):
                value[:] = [new for old in value for new in self._in_place_of(old)]
            elif isinstance(value, ast.AST):
                new = self.visit(value)
                if new is None:
                    delattr(node, name)
                else:
                    setattr(node, name, new)
        return node

    def _in_place_of(self, old: Any) -> Any:
        if not isinstance(old, ast.AST):
            return (old,)
        new = self.visit(old)
        return () if new is None else (new,) if isinstance(new, ast.AST) else new


def dotted(node: ast.expr) -> str:
    """Names with dots between them, as they are written; empty for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    owner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{owner}.{node.attr}" if owner and isinstance(node, ast.Attribute) else ""


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
    return [*dict.fromkeys(n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))]


def bodies_in(node: ast.AST) -> list[list[ast.stmt]]:
    """All lists of statements, outer ones before those within them."""
    found = []
    for inner in walk(node):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(inner, name, None)
            if isinstance(body, list):
                found.append(body)
    return found
