"""Puts the script of a whole technique together, whoever is asked in it: a server, or a model that it loads."""

import ast
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from playground.answer_forms.form import JSON_KINDS
from playground.export import layout
from playground.export.assembly import Program
from playground.export.definitions import STAND_INS
from playground.export.program_text import write_program
from playground.export.syntax import walk
from playground.setups import changed_values
from playground.strategies import technique_of
from playground.strategies.chaining import STEP_TECHNIQUES
from playground.strategies.parts.material import with_material
from playground.types import Agent, ChainStep, Example, Setup, Task, Turn

HEAD = '''\
"""{title}, as it was set up in the Prompt Playground.

{needs}
"""
'''
MAIN = """\
if __name__ == "__main__":
    answer = {root}(TASK)
{more}    print(answer.text)"""
VOTES = """\
    for vote in answer.votes:
        print(f"{vote.count} of the replies: {vote.answer}")
"""
CHECKS = """\
    for check in answer.checks:
        print("kept:" if check.kept else "broken:", check.rule, check.found)
"""


@dataclass
class TechniqueScript:
    """The script of a checked setup while it is put together: `root` is the function that carries the technique out.

    `packages` are to be installed for it; `notes` are what to know, each with what the code has where it applies.
    """

    title: str
    program: Program
    root: str
    packages: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def weighs(self) -> bool:
        """Whether something in it reads how likely an answer's tokens were."""
        return any(name.startswith("confidence__") for name in self.program.parts)

    @property
    def also(self) -> list[str]:
        """What is to be installed for the technique itself."""
        return ["jsonschema"] if any(name.startswith("fault_of__") for name in self.program.parts) else []

    def sets(self, setting: str) -> bool:
        """Whether it asks with a value of its own for this sampling setting."""
        nodes = [node for part in self.program.parts.values() for node in walk(part.node)]
        asked = {keyword.arg for node in nodes if isinstance(node, ast.Call) for keyword in node.keywords}
        keys = [key for node in nodes if isinstance(node, ast.Dict) for key in node.keys]
        return setting in asked | {key.value for key in keys if isinstance(key, ast.Constant)}

    def define(self, name: str, value: str, imports: str = "") -> None:
        """A constant, as it is written; with the statements that import what it names."""
        self.program.define(name, value)
        self.bring(imports)

    def bring(self, imports: str) -> None:
        """Statements that import names."""
        for line in filter(None, imports.split("\n")):
            self.program.external[line.rpartition(" ")[2]] = line

    def define_settings(self, sampling: Mapping[str, Any]) -> None:
        """How tokens are chosen, and the technique's options."""
        self.define("SAMPLING", layout.write_value(dict(sampling)))
        if options := self.program.options:
            given = ", ".join(f"{name}={layout.write_value(value)}" for name, value in options.items())
            self.define("OPTIONS", f"SimpleNamespace({given})", "from types import SimpleNamespace")

    def finish(self, main: str) -> ast.stmt:
        """Leave what this statement needs, `{root}` being the technique; returns it in the script's names."""
        statement = ast.parse(main.format(root=self.root)).body[0]
        self.program.finish(statement)
        return statement

    def write(self) -> str:
        """The whole script, which shows the answer with its votes and checks."""
        calls = [n for part in self.program.parts.values() for n in walk(part.node) if isinstance(n, ast.Call)]
        concluded = {k.arg for n in calls if getattr(n.func, "id", "").startswith("Answer__") for k in n.keywords}
        more = (VOTES if "votes" in concluded else "") + (CHECKS if "checks" in concluded else "")
        main = self.finish(MAIN.replace("{more}", more.replace("{", "{{").replace("}", "}}")))
        code = write_program(self.program, main)
        return f"{write_head(self.title, self.packages, self.notes, code)}\n{code}"


def write_head(title: str, packages: Sequence[str], notes: Sequence[tuple[str, str]], code: str) -> str:
    """What is to be known of a script."""
    remarks = " ".join(dict.fromkeys(note for note, where in notes if where in code))
    needs = f"Needs Python 3.11 and `pip install {' '.join(dict.fromkeys(packages))}`. {remarks}"
    return HEAD.format(title=title, needs=textwrap.fill(needs, layout.WIDTH, break_on_hyphens=False))


def begin_script(
    setup: Setup, asking: str, constants: Mapping[str, Any], sampling: Mapping[str, Any]
) -> TechniqueScript:
    """The technique with all that it needs and its task. `asking` is the module whose `ask` it has, `constants` what is
    known of whom that asks."""
    technique = technique_of(setup)
    task = with_material(setup.task, technique.fenced)
    answer = task.answer if "answer" in technique.used_fields else "text"
    free = {"task.form": "none", "filled.form": "none"} if task.form == "none" else {}
    searched = {
        "script.searches": technique.searches(task) is not None,
        "script.only_searches": technique.name == "retrieval",
        "task.collection": task.collection,
    }
    formed = {**free, "form.is_json": task.form in JSON_KINDS}
    known = {"task.answer": answer, **formed, **searched, **_alike(task.agents), **constants}
    program = Program(asking, known, sampling)
    root = program.add_technique(technique, alone=True)
    if technique.name == "chaining":
        used = {step.strategy: STEP_TECHNIQUES[step.strategy] for step in task.steps}
        asked = [f"{name!r}: {program.add_technique(each, alone=False)}" for name, each in used.items()]
        program.define("TECHNIQUES", f"{{{', '.join(asked)}}}")
        program.define("REPLIES", "[]")
    program.define("TASK", _task(task, technique.used_fields, program))
    return TechniqueScript(technique.title, program, root)


def _alike(agents: Sequence[Agent]) -> dict[str, Any]:
    """What all agents have alike, by the names under which the code reads it: it is no variable then."""
    alike: dict[str, Any] = {}
    for name in ("writer", "speaks", "tools", "temperature", "max_tokens"):
        if len({getattr(agent, name) for agent in agents}) == 1:
            alike |= {f"{owner}.{name}": getattr(agents[0], name) for owner in ("agent", "speaker")}
    return alike


def _task(task: Task, used: tuple[str, ...], program: Program) -> str:
    """The task as a call, with those fields that the technique uses and that hold something."""
    names = {kind: program.add(STAND_INS, kind.__name__) for kind in (Task, Example, ChainStep, Turn, Agent)}
    unwritten = ("answer", "material", "collection", "form_text", *(["form"] if task.form == "none" else []))
    kept = {f.name: getattr(task, f.name) for f in fields(task) if f.name in used and f.name not in unwritten}

    def write(value: Any) -> str:
        if isinstance(value, tuple):
            return f"({', '.join(map(write, value))}{',' if len(value) == 1 else ''})"
        if isinstance(value, Agent):
            return _call(names[Agent], {"name": value.name, **changed_values(value)}, write)
        if isinstance(value, Example | ChainStep | Turn):
            return _call(names[type(value)], {f.name: getattr(value, f.name) for f in fields(value)}, write)
        return layout.write_value(value)

    return _call(names[Task], {name: value for name, value in kept.items() if value}, write)


def _call(name: str, values: Mapping[str, Any], write: Callable[[Any], str]) -> str:
    return f"{name}({', '.join(f'{key}={write(value)}' for key, value in values.items())})"
