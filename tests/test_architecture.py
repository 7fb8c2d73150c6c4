"""Who may import whom, by folder; how large a file and a folder may be; and what may be imported at start-up."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "playground"
MODULES = sorted([*PACKAGE.rglob("*.py"), ROOT / "app.py"])
PACKAGES = sorted(path.parent for path in PACKAGE.rglob("__init__.py"))
CORE = {
    "parameters",
    "sampling",
    "task",
    "completion",
    "types",
    "errors",
    "settings",
    "hosting",
    "returning",
    "background",
}

# What may be imported only from these places (paths below the root).
ONLY = {
    "gradio": r"playground/ui/|app\.py",
    "plotly": r"playground/ui/.*(_figure|figure_style)\.py",
    "torch": r"playground/(backends/local|finetuning)/",
    "transformers": r"playground/(backends/local|finetuning)/",
    "peft": r"playground/(backends/local|finetuning)/",
    "aiohttp": r"playground/backends/endpoints/",
}

# Who may ask something of backends/local, each once it is needed: anybody else would make an endpoint need an engine.
DOORS = {
    "playground/backends/commands.py",
    "playground/backends/encoders.py",
    "playground/backends/offered_entries.py",
    "playground/ui/api/zero_gpu.py",
}

# Parts of the package -> parts that they never import.
NEVER = {
    "strategies": {"backends", "evaluation", "finetuning", "retrieval", "running", "tools", "serving", "ui", "cli"},
    "retrieval": {"backends", "evaluation", "finetuning", "running", "strategies", "tools", "serving", "ui", "cli"},
    "tools": {"backends", "evaluation", "finetuning", "retrieval", "running", "strategies", "serving", "ui", "cli"},
    # Not finetuning: what is offered lists the adapters that come with it.
    "backends": {"strategies", "evaluation", "running", "serving", "ui", "cli"},
    "running": {"evaluation", "serving", "ui", "cli"},
    # Training measures what it made by the project's own measures; what is measured need not know how it was made.
    "evaluation": {"finetuning", "serving", "ui", "cli"},
    "finetuning": {"serving", "ui", "cli"},
    "lessons": {"finetuning", "serving", "ui", "cli"},
    "serving": {"evaluation", "finetuning", "ui", "cli"},
    "classroom": {"finetuning", "serving", "ui", "cli"},
}

# Rooms of a folder, the lowest first: each imports rooms that stand before it and no others.
ROOMS_OF_THE_PAGE = ["language", "handlers", "gate", "widgets", "setup_form", "run_view"]  # every tab may use these
# No tab imports another.
TABS = [
    "playground",
    "chat",
    "compare",
    "sampling",
    "models",
    "experiments",
    "retrieval",
    "finetune",
    "learn",
    "classroom",
]
ROOMS_OF_LOCAL = ["files", "weights", "kv", "forward", "adapters", "engine", "tasks"]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names of everything a file imports, at any depth of nesting."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} does not say the whole name of what it imports"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def graph() -> Mapping[str, set[str]]:
    """Module -> the modules of this project that it imports. `from package import module` imports that module."""
    names = {dotted(path): path for path in MODULES}
    packages = {dotted(folder) for folder in PACKAGES}
    made = {}
    for name, path in names.items():
        found = imports(path) & names.keys() - {name}
        made[name] = {f for f in found if f not in packages or not any(o.startswith(f"{f}.") for o in found)}
    return made


def circles() -> Iterator[list[str]]:
    """Modules that import each other in a circle."""
    done: set[str] = set()

    def follow(name: str, way: list[str]) -> Iterator[list[str]]:
        if name in way:
            yield [*way[way.index(name) :], name]
        elif name not in done:
            for other in graph()[name]:
                yield from follow(other, [*way, name])
            done.add(name)

    for name in graph():
        yield from follow(name, [])


def rooms(below: str) -> Iterator[tuple[str, str, str]]:
    """(module, its room, a room that it imports) for the folders below one; a file beside them has no room."""
    for name, others in graph().items():
        room = room_of(name, below)
        for other in others:
            if room and (imported := room_of(other, below)) and imported != room:
                yield name, room, imported


def room_of(name: str, below: str) -> str:
    parts = name.removeprefix(f"{below}.").split(".")
    return parts[0] if name.startswith(f"{below}.") and (ROOT / below.replace(".", "/") / parts[0]).is_dir() else ""


def misplaced(path: Path) -> Iterator[str]:
    """What a file imports that it may not."""
    names = imports(path)
    here = path.relative_to(ROOT).as_posix()
    roots = {name.split(".")[0] for name in names}
    yield from (library for library, places in ONLY.items() if library in roots and not re.match(places, here))
    own = {name.split(".")[1] for name in names if name.startswith("playground.")}
    part = here.removeprefix("playground/").split("/")[0].removesuffix(".py")
    yield from own - CORE if part in CORE else ()
    yield from own & NEVER.get(part, set())
    may_ask_engine = here in DOORS or re.match(ONLY["torch"], here)
    yield from (name for name in names if name.startswith("playground.backends.local") and not may_ask_engine)
    if here.startswith("playground/backends/local/"):
        yield from (name for name in names if name.startswith("playground.backends.endpoints"))
    if part not in ("ui", "app"):
        yield from own & {"ui"}
    if here.endswith("_values.py"):
        yield from roots & {"gradio"}


def test_imports() -> None:
    assert len(MODULES) > 400
    assert [(dotted(path), found) for path in MODULES for found in misplaced(path)] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert next(circles(), None) is None


def test_rooms_of_the_page_import_lower_rooms_only() -> None:
    shared = {room: set(ROOMS_OF_THE_PAGE[:number]) for number, room in enumerate(ROOMS_OF_THE_PAGE)}
    allowed = shared | dict.fromkeys([*TABS, "header"], {*ROOMS_OF_THE_PAGE} - {"gate"})
    allowed["api"] = {"handlers", "gate"}  # a report takes room in the gate's folder
    wrong = [found for found in rooms("playground.ui") if found[2] not in allowed[found[1]]]
    assert wrong == []


def test_rooms_of_local_models_import_lower_rooms_only() -> None:
    allowed = {room: set(ROOMS_OF_LOCAL[:number]) for number, room in enumerate(ROOMS_OF_LOCAL)}
    wrong = [found for found in rooms("playground.backends.local") if found[2] not in allowed[found[1]]]
    assert wrong == []


def test_the_page_needs_neither_torch_nor_stubs_of_its_components() -> None:
    heavy = ["torch", "transformers", "peft", "aiohttp", "bm25s", "pypdf", "semantic_text_splitter"]
    code = (
        "import sys; opened = [];"
        "sys.addaudithook(lambda event, given: event == 'open' and opened.append(str(given[0])));"
        f"import app; print([m for m in {heavy} if m in sys.modules],"
        "[path for path in opened if 'components/' in path and path.endswith('.pyi')])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["[]", "[]"]


def test_files_and_functions_are_small() -> None:
    assert [dotted(path) for path in MODULES if len(path.read_text("utf-8").splitlines()) > 250] == []
    functions = [
        (dotted(path), node)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [(name, f.name) for name, f in functions if (f.end_lineno or f.lineno) - f.lineno >= 80] == []


def test_folders_are_small_and_list_their_files() -> None:
    """About twenty files; the docstring of `__init__` says of each what it is for."""
    for folder in PACKAGES:
        files = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= 22, folder
        below = [f"{path.name}/" for path in folder.iterdir() if (path / "__init__.py").exists()]
        said = ast.get_docstring(tree(folder / "__init__.py")) or ""
        listed = dict(re.findall(r"^(\S+(?:\.py|/)) {2,}(\S.*)$", said, re.MULTILINE))
        assert sorted(listed) == sorted(files + below), folder
