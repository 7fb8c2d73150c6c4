"""Writes a program out as text: in sections, each with its constants first, and what is needed at once before it."""

import ast
import re
from collections.abc import Iterator, Mapping

from playground.export import layout
from playground.export.assembly import Program
from playground.export.definitions import Definition
from playground.export.syntax import names_read

SETTINGS = (
    "CLIENT", "SOURCE", "MODELS", "FIRST", "ADAPTER", "TOKENIZER", "MODEL", "SCALE", "SAMPLING", "FORM", "OPTIONS",
    "TASK",
)  # fmt: skip
TECHNIQUE = "The technique"
SECTIONS = {  # what a definition's module begins with, and the heading that it comes under
    "playground.export": "Asks the model",
    "playground.answer_forms": "Asks the model",
    "playground.types": "What the technique is made of",
    "playground.strategies.parts": "What the technique is made of",
    "playground.tools": "Tools",
    "playground.errors": "Tools",
    "playground.strategies.answers": "Reads an answer out of a reply, as the playground does",
}


def write_program(program: Program, main: ast.stmt) -> str:
    """Imports, what is asked, the technique, what that needs, and `main`."""
    parts, written, text = program.parts, set[str](), _imports(program)
    for title, names in _sections(parts):
        names = [needed for name in names for needed in _in_order(name, parts, written)]
        text += f"\n\n\n# {title}" if title and names else ""
        for before, name in zip(["", *names], names, strict=False):
            together = _is_constant(name, parts) and _is_constant(before, parts)
            begins = title if not before else together
            text += ("\n" if begins else "\n\n\n") + _definition(name, parts)
    return f"{text}\n\n\n{layout.write_code(main)}\n"


def _sections(parts: Mapping[str, Definition]) -> Iterator[tuple[str, list[str]]]:
    settings = [name for name in parts if not parts[name].module and parts[name].name in SETTINGS]
    yield "", sorted(settings, key=lambda name: SETTINGS.index(parts[name].name))
    titles = {name: _section(part.module) for name, part in parts.items()}
    for title in dict.fromkeys([TECHNIQUE, *SECTIONS.values()]):
        names = [name for name, its in titles.items() if its == title and name not in settings]
        yield title, sorted(names, key=lambda name: not _is_constant(name, parts))


def _is_constant(name: str, parts: Mapping[str, Definition]) -> bool:
    return name in parts and isinstance(parts[name].node, ast.Assign)


def _section(module: str) -> str:
    return next((title for start, title in SECTIONS.items() if module.startswith(start)), TECHNIQUE)


def _in_order(name: str, parts: Mapping[str, Definition], done: set[str]) -> Iterator[str]:
    """A definition after those that have to be there before it is run; none that is `done`."""
    if name in done or name not in parts:
        return
    done.add(name)
    for needed in _needed_at_once(parts[name].node):
        yield from _in_order(needed, parts, done)
    yield name


def _needed_at_once(node: ast.stmt) -> Iterator[str]:
    """What a definition reads when it is run: of a function only what its head names."""
    heads: list[ast.AST] = [node]
    if isinstance(node, ast.FunctionDef):
        heads = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    for head in heads:
        yield from names_read(head)


def _imports(program: Program) -> str:
    modules: dict[str, set[str]] = {}
    for name, text in program.external.items():
        modules.setdefault(text.split(" import ")[0] if text.startswith("from") else text, set()).add(name)
    plain = sorted(text for text in modules if text.startswith("import"))
    named = [f"{text} import {', '.join(sorted(modules[text]))}" for text in sorted(modules) if text not in plain]
    return "\n".join([*plain, *named])


def _definition(name: str, parts: Mapping[str, Definition]) -> str:
    node = parts[name].node
    if not isinstance(node, ast.Assign):
        return layout.write_code(node)
    if parts[name].name == "TASK":
        return f"{name} = {layout.write_data(node.value)}"
    source = parts[name].source
    for other in names_read(node):
        if other in parts:
            source = re.sub(rf"\b{re.escape(parts[other].name)}\b", other, source)
    return f"{name} = {source}" if layout.means(source, node.value) else layout.write_code(node)
