"""One script for all panes of a comparison: what they have in common stands in it once."""

import ast
from collections.abc import Sequence

from playground.export.definitions import Definition
from playground.export.names import Rename
from playground.export.program_text import write_program
from playground.export.syntax import clone, names_read
from playground.export.whole_script import TechniqueScript, write_head

TITLE = "A comparison of {count} panes"
PANE = "print({head!r})\nprint({call}.text)"
MAIN = 'if __name__ == "__main__":\n    {root}(TASK)'


def write_comparison(panes: Sequence[tuple[str, TechniqueScript]]) -> str:
    """The script for panes with their titles. Each is a call of its technique's function, and those that differ have
    the pane's letter behind their names."""
    calls = []
    for _, script in panes:
        main = script.finish(MAIN)
        assert isinstance(main, ast.If)
        calls.append(main.body[0])
    parts = [script.program.parts for _, script in panes]
    together = panes[0][1].program
    names = _names_in_common(parts)
    together.parts = {}
    statements: list[ast.stmt] = []
    for (title, script), own, renamed, call in zip(panes, parts, names, calls, strict=True):
        for name, part in own.items():
            if renamed[name] not in together.parts:
                node = clone(part.node)
                Rename(renamed, node).visit(node)
                _name(node, renamed[name])
                together.parts[renamed[name]] = Definition(part.module, part.name, node, part.source)
        together.external |= script.program.external
        Rename(renamed, call).visit(call)
        statements += ast.parse(PANE.format(head=f"=== {title}", call=ast.unparse(call))).body
    main = ast.parse('if __name__ == "__main__":\n    pass').body[0]
    assert isinstance(main, ast.If)
    main.body = statements
    code = write_program(together, main)
    packages = [package for _, script in panes for package in script.packages]
    notes = [note for _, script in panes for note in script.notes]
    return f"{write_head(TITLE.format(count=len(panes)), packages, notes, code)}\n{code}"


def _names_in_common(parts: Sequence[dict[str, Definition]]) -> list[dict[str, str]]:
    """For each pane the names of its definitions in one script: one for what is alike down to all that it reads."""
    marks = [{name: ast.dump(part.node) for name, part in own.items()} for own in parts]
    count = 0
    while (now := len({(name, mark) for own in marks for name, mark in own.items()})) > count:  # parts the unlike ones
        count = now
        numbers = {mark: str(i) for i, mark in enumerate(dict.fromkeys(mark for own in marks for mark in own.values()))}
        marks = [
            {
                name: " ".join(numbers[its[read]] for read in (name, *names_read(own[name].node)) if read in own)
                for name in own
            }
            for own, its in zip(parts, marks, strict=True)
        ]
    taken: dict[tuple[str, str], str] = {}
    for letter, own in zip("abcdefghijklmnopqrstuvwxyz", marks, strict=False):
        for name, mark in own.items():
            others = {its for (kind, _), its in taken.items() if kind == name}
            ending = f"_{letter.upper() if name.isupper() else letter}" if others else ""
            taken.setdefault((name, mark), name + ending)
    return [{name: taken[name, mark] for name, mark in own.items()} for own in marks]


def _name(node: ast.stmt, name: str) -> None:
    if isinstance(node, ast.Assign):
        node.targets = [ast.Name(id=name, ctx=ast.Store())]
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        node.name = name
