"""Small questions to a syntax tree: what is in it, which names it reads, which value it has, which bodies it has."""

import ast
from collections.abc import Callable
from typing import Any

Nothing = object()  # in place of a value that is not known
WITHOUT_NODES = {
    "ctx", "op", "ops", "id", "attr", "arg", "asname", "level", "module", "type_comment", "kind", "name", "conversion",
    "simple", "is_async", "rest",
}  # fmt: skip
BODIES = ("body", "orelse", "finalbody")

# Where nodes can be, of each kind, that say more than which operator it is, or what is done with a name.
NODES_IN: dict[type[ast.AST], tuple[str, ...]] = {
    kind: () if kind is ast.Constant else tuple(name for name in kind._fields if name not in WITHOUT_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
# Where statements can be.
BODIES_IN = {kind: tuple(name for name in kind._fields if name in (*BODIES, "handlers", "cases")) for kind in NODES_IN}


def walk(node: ast.AST) -> list[ast.AST]:
    """The node and all that are in it, in the order of `ast.walk`, which takes three times as long.

    A script is a hundred definitions that are gone through dozens of times.
    """
    found = [node]
    for each in found:  # which grows
        for name in NODES_IN[type(each)]:
            value = getattr(each, name, None)
            if type(value) is list:
                found += [inner for inner in value if isinstance(inner, ast.AST)]
            elif value is not None:
                found.append(value)
    return found


class Trees:
    """What is in definitions that are gone through again and again; walked through anew where one was changed."""

    def __init__(self) -> None:
        self._nodes: dict[ast.AST, list[ast.AST]] = {}
        self._changed: dict[ast.AST, None] = {}

    def nodes(self, tree: ast.AST) -> list[ast.AST]:
        """It and all that are in it."""
        if tree not in self._nodes:
            self._nodes[tree] = walk(tree)
        return self._nodes[tree]

    def change(self, tree: ast.AST) -> None:
        """To be called wherever something in one is changed."""
        self._nodes.pop(tree, None)
        self._changed[tree] = None

    def take_changed(self) -> list[ast.AST]:
        """All that were changed since this was last asked; whoever takes them may change them further."""
        changed, self._changed = [*self._changed], {}
        for tree in changed:
            self._nodes.pop(tree, None)
        return changed


def clone(node: Any) -> Any:
    """A copy of a node with all that is in it; `copy.deepcopy` takes twenty times as long."""
    if not isinstance(node, ast.AST):
        return node
    copied = type(node).__new__(type(node))
    inside = copied.__dict__
    inside.update(node.__dict__)
    for name in NODES_IN[type(node)]:
        value = inside.get(name)
        if type(value) is list:
            inside[name] = [clone(each) for each in value]
        elif value is not None:
            inside[name] = clone(value)
    return copied


class Transformer(ast.NodeTransformer):
    """One that does not look where no nodes are, nor twice for how a kind of node is visited."""

    _visits: dict[type[ast.AST], Callable[[Any, Any], Any]]

    def __init_subclass__(cls) -> None:
        names = {kind: f"visit_{kind.__name__}" for kind in NODES_IN}
        cls._visits = {kind: getattr(cls, name) for kind, name in names.items() if name in vars(cls)}

    def visit(self, node: ast.AST) -> Any:
        visit = self._visits.get(type(node))
        return visit(self, node) if visit else self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Visit what is in the node, and put what comes of it in its place."""
        for name in NODES_IN[type(node)]:
            value = getattr(node, name, None)
            if type(value) is list:
                value[:] = [new for old in value for new in self._in_place_of(old)]
            elif value is not None:
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
    return names_among(walk(node))


def names_among(nodes: list[ast.AST]) -> list[str]:
    """The names that these nodes read, likewise."""
    return [*dict.fromkeys(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))]


def bodies_in(node: ast.AST) -> list[list[ast.stmt]]:
    """All lists of statements, outer ones before those within them."""
    found, waiting = [], [node]
    for each in waiting:  # which grows
        for name in BODIES_IN[type(each)]:
            if isinstance(body := getattr(each, name, None), list):  # of a lambda it is an expression
                waiting += body
                if name in BODIES:
                    found.append(body)
    return found
