"""Takes out of code what nobody reads: variables that are only written, and fields of dataclasses."""

import ast
from collections import Counter
from collections.abc import Iterable
from typing import Any

from playground.export.syntax import Transformer, Trees, bodies_in, names_read, walk

ADDS = ("append", "extend")


def drop_unused_locals(function: ast.FunctionDef) -> bool:
    """Take out what is only ever written. Returns whether anything was."""
    _split_pairs(function)
    nodes = walk(function)
    assigned = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assigned -= {name for n in nodes if isinstance(n, ast.Global) for name in n.names}
    loads = Counter([n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)])
    loads.subtract(name for n in nodes if isinstance(n, ast.Expr) and (name := _added_to(n)))
    unread = _Unread({name for name in assigned if not loads[name]})
    if not unread.names:
        return False
    unread.visit(function)
    changed = unread.changed
    for body in bodies_in(function):
        for statement in [*body]:
            name = _changed_name(statement)
            if name in assigned and not loads[name] and _is_only_kept(statement):
                body.remove(statement)
                changed = True
    return changed


class _Unread(Transformer):
    """Takes `name :=` away where nobody reads the name."""

    def __init__(self, names: set[str]) -> None:
        self.names, self.changed = names, False

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        self.generic_visit(node)
        if node.target.id not in self.names:
            return node
        self.changed = True
        return node.value


def _split_pairs(function: ast.FunctionDef) -> None:
    """`a, b = x, y` as two statements, where the second does not read the first."""
    for body in bodies_in(function):
        for at, node in reversed([*enumerate(body)]):
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)):
                continue
            target = node.targets[0]
            if not isinstance(target, ast.Tuple) or len(target.elts) != len(node.value.elts):
                continue
            names = {e.id for e in target.elts if isinstance(e, ast.Name)}
            read = {*names_read(node.value)}
            if len(names) == len(target.elts) and not names & read:
                pairs = zip(target.elts, node.value.elts, strict=True)
                body[at : at + 1] = [ast.Assign(targets=[t], value=v, lineno=0) for t, v in pairs]


def _changed_name(statement: ast.stmt) -> str:
    """The one name that a statement changes."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    return _added_to(statement) if isinstance(statement, ast.Expr) else ""


def _is_only_kept(statement: ast.stmt) -> bool:
    """Whether it does nothing but to change that name."""
    return not isinstance(statement, ast.Assign | ast.AugAssign) or is_pure(statement.value)


def _added_to(node: ast.Expr) -> str:
    call = node.value
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ADDS:
        return call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    return ""


def is_pure(value: ast.expr) -> bool:
    """Whether it makes no difference that this is worked out: nothing is asked or changed by it."""
    called = [n.func for n in walk(value) if isinstance(n, ast.Call)]
    names = {f.id if isinstance(f, ast.Name) else f.attr for f in called if isinstance(f, ast.Name | ast.Attribute)}
    return not names & {"ask", "use", "next", "pop", *ADDS}


def drop_unused_fields(code: Iterable[ast.AST], trees: Trees) -> bool:
    """Take fields that nobody reads out of dataclasses, and out of the calls that give them."""
    nodes = [(top, node) for top in code for node in trees.nodes(top)]
    read = {n.attr for _, n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
    classes = [(top, n) for top, n in nodes if isinstance(n, ast.ClassDef)]
    changed = False
    for home, owner in [(top, n) for top, n in classes if "dataclass" in map(_head, n.decorator_list)]:
        unread = {
            s.target.id for s in owner.body
            if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name) and s.target.id not in read
        }  # fmt: skip
        if not unread:
            continue
        changed = True
        owner.body = [s for s in owner.body if not (isinstance(s, ast.AnnAssign) and _target(s) in unread)]
        trees.change(home)
        for top, call in nodes:
            if isinstance(call, ast.Call) and _head(call) in (owner.name, "replace"):
                call.keywords = [k for k in call.keywords if k.arg not in unread]
                trees.change(top)
    return changed


def _head(node: ast.expr) -> str:
    """The name that is called, or that stands there."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.id if isinstance(node, ast.Name) else ""


def _target(node: ast.AnnAssign) -> str:
    return node.target.id if isinstance(node.target, ast.Name) else ""
