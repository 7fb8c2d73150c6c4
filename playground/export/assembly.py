"""Puts a script together: a technique's own procedure, and of everything else what that needs."""

import ast
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from playground.export.definitions import STAND_INS, Definition, definition_of, read_names
from playground.export.fold import Fold
from playground.export.names import Rename, full_name, local_names, short_names
from playground.export.plain import Plain
from playground.export.specialise import calls_by_name, kinds_of, specialise
from playground.export.syntax import Trees, bodies_in, clone, literal, names_among, names_read, walk
from playground.export.unused import drop_unused_fields, drop_unused_locals
from playground.strategies.base import Strategy
from playground.types import Sampling

WORKED_OUT = ("playground.parameters", "playground.types", "playground.sampling")  # what is said of these is a value
WRITTEN = (  # by whoever writes the script
    "CLIENT", "SOURCE", "ADAPTER", "TOKENIZER", "MODEL", "SCALE", "MODELS", "FIRST", "SAMPLING", "FORM", "TECHNIQUES",
    "TASK", "OPTIONS", "REPLIES", "PASSAGES", "MOST_PASSAGES", "torch", "rescale_adapter_scale", "PeftModel",
    "LLMatcher", "from_tokenizer",
)  # fmt: skip
SAMPLING_FIELDS = frozenset(f.name for f in fields(Sampling))


@dataclass
class Program:
    """The definitions of a script. Their names say where each comes from: "ANSWER__of__playground_strategies_x"."""

    asking: str  # the module whose `ask` it has
    constants: Mapping[str, Any]  # values of attributes, such as "task.answer"
    sampling: Mapping[str, Any]  # as the script states it
    parts: dict[str, Definition] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)  # statements that import names of other packages
    options: dict[str, Any] = field(default_factory=dict)

    def add(self, module: str, name: str) -> str:
        """The name in the script of what a name in a module stands for; of one of Python's own, itself."""
        if name in WRITTEN and module in (self.asking, STAND_INS):
            return name
        found = definition_of(self.doors.get(name, module), name)
        if isinstance(found, str):
            self.external[name] = found
        if not isinstance(found, Definition):
            return name
        full = full_name(found.name, found.module)
        if full not in self.parts:
            self.parts[full] = found  # before what it needs, which may need it
            self._prepare(found, {}, {})
        return full

    @property
    def doors(self) -> dict[str, str]:
        """Where the doors of a technique lead to: to a model, to a tool, to whoever says what a function gives, and to
        what measures a prompt."""
        return {"ask": self.asking, "use": STAND_INS, "call": STAND_INS, "excess": STAND_INS}

    def define(self, name: str, value: str) -> None:
        """A constant of this script alone, as it is written. Its names may be those that `add` gave."""
        node = ast.parse(f"{name} = {value}").body[0]
        self.parts[name] = Definition("", name, node, value)

    def add_technique(self, technique: Strategy, *, alone: bool) -> str:
        """The technique's procedure, as a function named after it. Of one that is `alone` the options have names."""
        if technique.name in read_names(STAND_INS).own:
            return self.add(STAND_INS, technique.name)
        return self._add_method(technique, "run", technique.name, alone)

    def _add_method(self, technique: Strategy, method: str, name: str, alone: bool) -> str:
        module = type(technique).__module__
        full = full_name(name, module)
        if full in self.parts:
            return full
        owner = definition_of(module, type(technique).__name__)
        body = owner.node.body if isinstance(owner, Definition) and isinstance(owner.node, ast.ClassDef) else []
        methods = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
        node = methods[method]
        node.name = name
        self.parts[full] = definition = Definition(module, name, node)
        constants: dict[str, Any] = {}
        renamed: dict[str, str] = {}
        for attribute in dict.fromkeys(
            n.attr for n in walk(node) if isinstance(n, ast.Attribute) and _is_self(n.value)
        ):
            if attribute in methods:
                other = self._add_method(technique, attribute, attribute, alone)
                renamed[f"self.{attribute}"] = f"{other}()" if methods[attribute].decorator_list else other
                continue
            value = getattr(technique, attribute)
            if alone and value and not isinstance(value, bool) and not _is_choice(technique, attribute):
                self.options[attribute] = value
                renamed[f"self.{attribute}"] = f"OPTIONS.{attribute}"
            else:
                constants[f"self.{attribute}"] = value
        self._prepare(definition, constants, renamed)
        return full

    def _prepare(self, definition: Definition, constants: Mapping[str, Any], renamed: Mapping[str, str]) -> None:
        """Make its code plain, and add what that names."""
        node, module = definition.node, definition.module
        if isinstance(node, ast.Assign):
            imported = read_names(module).imported
            if any(imported.get(name, ("",))[0] in WORKED_OUT for name in names_read(node)):
                node.value = literal(self._stated(getattr(importlib.import_module(module), definition.name)))
                self.parts[full_name(definition.name, module)] = Definition(module, definition.name, node)
        else:
            Plain({**self.constants, **constants}, renamed).visit(node)
            _tidy(node)
        local = local_names(node)
        read = [name for name in names_read(node) if name not in local and name not in self.parts]
        own = {name: self.add(module, name) for name in read}
        Rename(own, node).visit(node)
        if not isinstance(node, ast.Assign):
            node.name = full_name(definition.name, module)  # type: ignore[attr-defined]

    def _stated(self, value: Any) -> Any:
        """Of settings, those that the script states, or that are not for the page alone."""
        if not isinstance(value, dict) or not value.keys() <= SAMPLING_FIELDS:
            return value
        needed = {"temperature", "max_tokens", "stop"} | self.sampling.keys()
        kept = {name: value for name, value in value.items() if name in needed}
        if "max_tokens" in kept and "max_tokens" not in self.sampling and "max_completion_tokens" in self.sampling:
            kept["max_completion_tokens"] = kept.pop("max_tokens")
        return kept

    def finish(self, root: ast.stmt) -> None:
        """Leave what is needed for this statement, and that as simple as it can be."""
        changed, trees = True, Trees()
        self._prune(root, trees)
        for tree in [root, *(part.node for part in self.parts.values())]:
            trees.change(tree)
        while changed:
            self._prune(root, trees)
            code = [root, *(part.node for part in self.parts.values())]
            functions = {full: p.node for full, p in self.parts.items() if isinstance(p.node, ast.FunctionDef)}
            changed = self._part_by_kind(functions, code, trees)
            changed |= specialise(functions, code, trees)
            changed |= drop_unused_fields(code, trees)
            for node in trees.take_changed():
                changed |= _tidy(node)
        plain = short_names(self.parts, first=(self.asking, STAND_INS), taken={*WRITTEN, *self.external})
        for node in [root, *(part.node for part in self.parts.values())]:
            Rename(plain, node).visit(node)
        self.parts = {plain[full]: part for full, part in self.parts.items()}
        read = {name for node in [root, *(part.node for part in self.parts.values())] for name in names_read(node)}
        self.external = {name: text for name, text in self.external.items() if name in read}

    def _part_by_kind(self, functions: Mapping[str, ast.FunctionDef], code: list[ast.stmt], trees: Trees) -> bool:
        """Of a function that reads several kinds of answers one copy for each: then each needs less."""
        calls_of = calls_by_name(code, trees)
        for full, function in functions.items():
            kinds = kinds_of(function, calls_of.get(full, []))
            for kind, calls in kinds.items():
                name = f"{self.parts[full].name}_{kind}"
                copied = clone(function)
                copied.name = full_name(name, self.parts[full].module)
                self.parts[copied.name] = Definition(self.parts[full].module, name, copied)
                for top, call in calls:
                    call.func = ast.Name(id=copied.name, ctx=ast.Load())
                    trees.change(top)
            if kinds:
                return True
        return False

    def _prune(self, root: ast.stmt, trees: Trees) -> None:
        needed: dict[str, Definition] = {}
        waiting = names_among(trees.nodes(root))
        while waiting:
            name = waiting.pop(0)
            if name in self.parts and name not in needed:
                needed[name] = self.parts[name]
                waiting += names_among(trees.nodes(needed[name].node))
        self.parts = needed


def _tidy(node: ast.AST) -> bool:
    """Fold and take out until nothing changes. Returns whether anything did."""
    ever = False
    while True:
        fold = Fold()
        fold.visit(node)
        changed = fold.changed
        for statement in [node, *(inner for body in bodies_in(node) for inner in body)]:
            if isinstance(statement, ast.FunctionDef):
                changed |= drop_unused_locals(statement)
        if not changed:
            return ever
        ever = True


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_choice(technique: Strategy, name: str) -> bool:
    return "Literal" in str(type(technique).__annotations__.get(name))
