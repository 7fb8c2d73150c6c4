"""Who may import whom, and what may be imported at start-up."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*(ROOT / "playground").rglob("*.py"), ROOT / "app.py"])
CORE = {"parameters", "types", "errors", "settings", "hosting"}

# What may be imported only from these places (paths below the root).
ONLY = {
    "gradio": ("playground/ui/", "app.py"),
    "plotly": ("playground/ui/render",),
    "torch": ("playground/backends/local/", "playground/finetuning/"),
    "transformers": ("playground/backends/local/", "playground/finetuning/"),
    "peft": ("playground/backends/local/", "playground/finetuning/"),
    "aiohttp": ("playground/backends/endpoints/",),
}

# Who may ask something of backends/local, each once it is needed: anybody else would make an endpoint need an engine.
DOORS = {"playground/backends/sources.py", "playground/backends/fingerprints.py", "playground/ui/zero_gpu.py"}


def imports(path: Path) -> set[str]:
    """Dotted names of everything a file imports, at any depth of nesting."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports(path: Path) -> None:
    here, names = str(path.relative_to(ROOT)), imports(path)
    for library, places in ONLY.items():
        if any(name.split(".")[0] == library for name in names):
            assert here.startswith(places), f"{here} imports {library}"
    own = {name.split(".")[1] for name in names if name.startswith("playground.")}
    part = here.removeprefix("playground/").split("/")[0].removesuffix(".py")
    if part in CORE:
        assert own <= CORE
    if part == "strategies":
        assert "backends" not in own
    if part == "backends":
        assert not own & {"strategies", "ui"}
    if here not in DOORS and not here.startswith(ONLY["torch"]):
        assert not any(name.startswith("playground.backends.local") for name in names)
    if here.startswith("playground/backends/local/"):
        assert not any(name.startswith("playground.backends.endpoints") for name in names)
    if part not in ("ui", "app"):
        assert "ui" not in own
    if here.startswith("playground/ui/") and here.endswith("_tab.py"):
        assert not any(n.endswith("_tab") for n in names if n.startswith("playground.ui."))


def test_the_page_needs_no_torch() -> None:
    heavy = ["torch", "transformers", "peft", "aiohttp"]
    code = f"import app, sys; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250
