"""Puts into functions what all their calls give alike, and takes out parameters that are not read."""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from playground.export.syntax import Nothing, Transformer, Trees, value_of, walk
from playground.export.unused import is_pure

Call = tuple[ast.AST, ast.Call]  # the definition that it is in, and itself


def calls_by_name(code: Iterable[ast.AST], trees: Trees) -> dict[str, list[Call]]:
    """All calls of functions by their plain names."""
    calls: dict[str, list[Call]] = {}
    for top in code:
        for node in trees.nodes(top):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                calls.setdefault(node.func.id, []).append((top, node))
    return calls


def specialise(functions: Mapping[str, ast.FunctionDef], code: Iterable[ast.AST], trees: Trees) -> bool:
    """Put into a function what all its calls give alike, and take out what it does not read."""
    code = [*code]
    calls = calls_by_name(code, trees)
    mentions = Counter([n.id for top in code for n in trees.nodes(top) if isinstance(n, ast.Name)])
    changed = False
    for name, function in functions.items():
        # Else it is handed on, and called elsewhere.
        if name in calls and mentions[name] == len(calls[name]) and _specialise(function, [c for _, c in calls[name]]):
            changed = True
            for tree in (function, *(top for top, _ in calls[name])):
                trees.change(tree)
    return changed


def kinds_of(function: ast.FunctionDef, calls: list[Call]) -> dict[str, list[Call]]:
    """The calls by the `kind` that each gives, where all give one and there are several."""
    if "kind" not in [argument.arg for argument in function.args.args]:
        return {}
    kinds: dict[Any, list[Call]] = {}
    for top, call in calls:
        kinds.setdefault(value_of(_argument(function, call, "kind")), []).append((top, call))
    return kinds if len(kinds) > 1 and Nothing not in kinds else {}


def _specialise(function: ast.FunctionDef, calls: list[ast.Call]) -> bool:
    arguments = function.args
    if any(isinstance(a, ast.Starred) for call in calls for a in call.args):
        return False
    named = {a.arg for a in [*arguments.args, *arguments.kwonlyargs]}
    if any(k.arg is None for call in calls for k in call.keywords):
        spread = True
    else:
        spread = any(k.arg not in named for call in calls for k in call.keywords)
    changed = False
    if arguments.kwarg and not spread:
        _put(function, arguments.kwarg.arg, ast.Dict(keys=[], values=[]))
        arguments.kwarg, changed = None, True
    if spread and not arguments.kwarg:
        return changed
    names = _names_in(function)
    for argument in [*arguments.args, *arguments.kwonlyargs]:
        given = [_argument(function, call, argument.arg) for call in calls]
        values = [value_of(node) for node in given]
        read, stored = argument.arg in names, isinstance(names.get(argument.arg), ast.Store)
        alike = (
            Nothing not in values
            and not stored
            and all(type(value) is type(values[0]) and value == values[0] for value in values)
        )
        if read and (not alike or argument.arg == "label"):  # a step's name is best read where it is asked
            continue
        if not read and any(node is not None and not is_pure(node) for node in given):
            continue
        if read and given[0] is not None:
            _put(function, argument.arg, given[0])
            names = _names_in(function)
        for call in calls:
            _take_out(function, call, argument.arg)
        _take_out_parameter(arguments, argument)
        changed = True
    return changed


def _names_in(function: ast.FunctionDef) -> dict[str, ast.expr_context]:
    """The names in its body, and of each whether it is stored anywhere there."""
    found: dict[str, ast.expr_context] = {}
    for node in [node for statement in function.body for node in walk(statement) if isinstance(node, ast.Name)]:
        if isinstance(node.ctx, ast.Store) or node.id not in found:
            found[node.id] = node.ctx
    return found


def _argument(function: ast.FunctionDef, call: ast.Call, name: str) -> ast.expr | None:
    """What a call gives for a parameter; its default where it gives nothing."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    places = [argument.arg for argument in function.args.args]
    if name in places:
        at = places.index(name)
        if at < len(call.args):
            return call.args[at]
        defaults = function.args.defaults
        return defaults[at - len(places)] if at >= len(places) - len(defaults) else None
    at = [argument.arg for argument in function.args.kwonlyargs].index(name)
    return function.args.kw_defaults[at]


def _take_out(function: ast.FunctionDef, call: ast.Call, name: str) -> None:
    call.keywords = [keyword for keyword in call.keywords if keyword.arg != name]
    places = [argument.arg for argument in function.args.args]
    if name in places and places.index(name) < len(call.args):
        del call.args[places.index(name)]


def _take_out_parameter(arguments: ast.arguments, argument: ast.arg) -> None:
    if argument in arguments.args:
        at = arguments.args.index(argument)
        first = len(arguments.args) - len(arguments.defaults)
        if at >= first:
            del arguments.defaults[at - first]
        arguments.args.remove(argument)
    else:
        at = arguments.kwonlyargs.index(argument)
        del arguments.kw_defaults[at]
        arguments.kwonlyargs.remove(argument)


class _Put(Transformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> Any:
        return ast.parse(ast.unparse(self.value), mode="eval").body if node.id == self.name else node


def _put(function: ast.FunctionDef, name: str, value: ast.expr) -> None:
    put = _Put(name, value)
    function.body = [put.visit(statement) for statement in function.body]
