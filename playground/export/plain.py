"""Takes out of the playground's code what a script has no use for: types, generators, and what is for the page."""

import ast
import builtins
from collections.abc import Mapping
from typing import Any

from playground.export.syntax import Transformer, dotted, literal, names_read

FOR_THE_PAGE = ("together", "depends_on", "how")  # arguments that change nothing of what is sent or answered
FOR_A_FORM = "answer_to"  # changes nothing where the answer has no form
FOR_SEVERAL = "weights"  # nor this where one model answers all


class Plain(Transformer):
    """Takes out types, generators, and what is for the page. `constants` are values of attributes: "task.answer"."""

    def __init__(self, constants: Mapping[str, Any], renamed: Mapping[str, str]) -> None:
        self.constants = constants
        self.renamed = renamed
        self.asks = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        arguments = node.args
        every = [*arguments.args, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
        outer = self.asks
        self.asks = outer or any(argument.arg == "ask" for argument in every)
        if self.asks:
            arguments.args = [argument for argument in arguments.args if argument.arg != "ask"]
        arguments.args = [argument for argument in arguments.args if argument.arg != "self"]
        for argument in every:
            argument.annotation = None
        node.returns = None
        if explained := ast.get_docstring(node):  # what follows is about parameters that may be gone
            node.body[0] = ast.Expr(ast.Constant(explained.partition("\n\n")[0].replace("\n", "\n    ")))
        node.decorator_list = [d for d in node.decorator_list if not (isinstance(d, ast.Name) and d.id == "property")]
        self.generic_visit(node)
        self.asks = outer
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign):
                statement.annotation = _plain_type(statement.annotation)
            elif isinstance(statement, ast.FunctionDef):
                statement.returns = None
                for argument in statement.args.args:
                    argument.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        self.generic_visit(node)
        return ast.Assign(targets=[node.target], value=node.value, lineno=node.lineno) if node.value else None

    def visit_YieldFrom(self, node: ast.YieldFrom) -> Any:
        self.generic_visit(node)
        return node.value if self.asks else node

    def visit_Expr(self, node: ast.Expr) -> Any:
        if self.asks and isinstance(node.value, ast.Yield):
            return None
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        if self.asks:
            node.args = [a for a in node.args if not (isinstance(a, ast.Name) and a.id == "ask")]
        dropped = FOR_THE_PAGE + ((FOR_A_FORM,) if self.constants.get("task.form") == "none" else ())
        dropped += () if self.constants.get("script.several") else (FOR_SEVERAL,)
        node.keywords = [k for k in node.keywords if k.arg not in dropped]
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and dotted(node.func) in ("ask.use", "ask.call", "ask.excess"):
            node.func = ast.Name(id=node.func.attr, ctx=ast.Load())
        return node.args[0] if isinstance(node.func, ast.Name) and node.func.id == "gather" else node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        name = dotted(node)
        if node.attr == "edited":  # a script has no person who writes a reply
            return ast.Constant(False)
        if name in self.constants:
            return literal(self.constants[name])
        if name in self.renamed:
            return ast.parse(self.renamed[name], mode="eval").body
        self.generic_visit(node)
        return node


def _plain_type(node: ast.expr) -> ast.expr:
    """A type without names that would have to be imported."""
    if not {*names_read(node)} - {*dir(builtins)}:
        return node
    first = node.value if isinstance(node, ast.Subscript) else node
    return first if not {*names_read(first)} - {*dir(builtins)} else ast.Name(id="object", ctx=ast.Load())
