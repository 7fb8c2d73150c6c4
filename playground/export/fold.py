"""Works out what is constant in a piece of code, and leaves out branches that cannot be taken."""

import ast
from collections.abc import Callable
from typing import Any

from playground.export.syntax import Nothing, Transformer, bodies_in, value_of

COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b, ast.Gt: lambda a, b: a > b,
    ast.Is: lambda a, b: a is b, ast.IsNot: lambda a, b: a is not b,
}  # fmt: skip


class Fold(Transformer):
    """Works out what is constant."""

    def __init__(self) -> None:
        self.changed = False

    def _become(self, node: Any) -> Any:
        self.changed = True
        return node

    def visit_Compare(self, node: ast.Compare) -> Any:
        self.generic_visit(node)
        left, right = value_of(node.left), value_of(node.comparators[0])
        compare = COMPARE.get(type(node.ops[0]))
        if len(node.ops) > 1 or Nothing in (left, right) or compare is None:
            return node
        return self._become(ast.Constant(compare(left, right)))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        self.generic_visit(node)
        value = value_of(node.operand)
        if isinstance(node.op, ast.Not) and value is not Nothing:
            return self._become(ast.Constant(not value))
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        self.generic_visit(node)
        decides = isinstance(node.op, ast.Or)  # a value that is so ends it
        left: list[ast.expr] = []
        for value in node.values:
            known = value_of(value)
            if known is Nothing or value is node.values[-1]:
                left.append(value)
            elif bool(known) is decides:
                left.append(value)
                break
        # The last one counts only where those before it leave it open.
        if len(left) == len(node.values):
            return node
        return self._become(left[0] if len(left) == 1 else ast.BoolOp(op=node.op, values=left))

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        self.generic_visit(node)
        value = value_of(node.test)
        return node if value is Nothing else self._become(node.body if value else node.orelse)

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        value = value_of(node.test)
        if value is not Nothing:
            return self._become(node.body if value else node.orelse or None)
        if not node.body and not node.orelse:
            return self._become(None)
        if not node.body:
            return self._become(ast.If(test=ast.UnaryOp(op=ast.Not(), operand=node.test), body=node.orelse, orelse=[]))
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        self.generic_visit(node)
        kept = [test for test in node.ifs if value_of(test) is Nothing or not value_of(test)]
        self.changed = self.changed or len(kept) < len(node.ifs)
        node.ifs = kept
        return node

    def visit_For(self, node: ast.For) -> Any:
        self.generic_visit(node)
        return node if node.body else self._become(None)

    def visit_Dict(self, node: ast.Dict) -> Any:
        self.generic_visit(node)
        pairs = [(k, v) for k, v in zip(node.keys, node.values, strict=True) if k is not None or value_of(v) is Nothing]
        if len(pairs) < len(node.keys):
            node.keys, node.values = [k for k, _ in pairs], [v for _, v in pairs]
            self.changed = True
        return node

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return self._without_empty(node)

    def visit_List(self, node: ast.List) -> Any:
        return self._without_empty(node)

    def _without_empty(self, node: Any) -> Any:
        self.generic_visit(node)
        kept = [e for e in node.elts if not (isinstance(e, ast.Starred) and value_of(e.value) is not Nothing)]
        self.changed = self.changed or len(kept) < len(node.elts)
        node.elts = kept
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        same = type(target) is type(value) and ast.unparse(target) == ast.unparse(value)
        return self._become(None) if same and len(node.targets) == 1 else node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        if getattr(node.func, "id", "") == "replace" and len(node.args) == 1 and not node.keywords:
            return self._become(node.args[0])
        kept = [k for k in node.keywords if k.arg is not None or value_of(k.value) is Nothing]
        self.changed = self.changed or len(kept) < len(node.keywords)
        node.keywords = kept
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.generic_visit(node)
        for body in bodies_in(node):
            for at, statement in enumerate(body):
                if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break) and len(body) > at + 1:
                    del body[at + 1 :]
                    self.changed = True
        return node
