"""Every error that the page can say, and every word of a figure, is there in every language."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from playground import errors
from playground.ui.language.choosing import HERE, offered
from playground.ui.language.texts import texts_of

PACKAGE = HERE.parents[1]
LANGUAGES = [code for code in offered() if (HERE / code).is_dir()]
RAISED = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
RAISED |= {"toast", "warn"}
# What is said to programs, to models, to whoever types a command, and to whoever runs the server.
ELSEWHERE = (
    "serving/", "cli/", "ui/gate/listening.py", "settings.py", "hosting.py", "errors.py", "tools/",
    "strategies/parts/constraints.py",
    # Trainings: what the command line alone reads (its options, the history as a table, publishing, a TRL script
    # written to a file), and files of the playground's own making that only a broken checkout lacks.
    "finetuning/check_command.py", "finetuning/command_jobs.py", "finetuning/probe_command.py",
    "finetuning/held_out/command.py", "finetuning/history/history_command.py", "finetuning/history/trackio_runs.py",
    "finetuning/taking_away/publish_command.py", "finetuning/taking_away/publishing.py",
    "finetuning/taking_away/trl_command.py", "finetuning/cards.py",
)  # fmt: skip


def read_text(node: ast.AST, constants: dict[str, str]) -> str | None:
    """The text of a message as a template, with {} for what is filled in; None for what is composed elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{[^{}]*\}", "{}", node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return re.sub(r"\{[^{}]*\}", "{}", "".join(map(str, parts)))
    if isinstance(node, ast.Name | ast.Attribute):
        return constants.get(node.id if isinstance(node, ast.Name) else node.attr)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return read_text(node.func.value, constants)
    return None


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def named_in(tree: ast.Module) -> dict[str, str]:
    """Texts that have a name in this module."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    named = [(node.targets[0].id, node.value) for node in assigned if isinstance(node.targets[0], ast.Name)]
    return {name: text for name, value in named if (text := read_text(value, {})) is not None}


@cache
def constants() -> dict[str, str]:
    """Texts that have a name, of all modules."""
    return {name: text for tree in modules().values() for name, text in named_in(tree).items()}


def said_in(tree: ast.Module) -> Iterator[str]:
    """The rules and sentences of all errors that this module makes."""
    known = constants() | named_in(tree)  # a module's own first, where two give a name to different texts
    for node in ast.walk(tree):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call):
            raised = getattr(node.func, "id", getattr(node.func, "attr", "")) in RAISED
            said = [*(node.args[:1] if raised else ()), *(word.value for word in node.keywords if word.arg == "rule")]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule":
            said = [node.value]
        for one in said:
            both = (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,)
            yield from (text for part in both if (text := read_text(part, known)) is not None)


def unnamed(text: str) -> str:
    return re.sub(r"(\{\})+", "{}", re.sub(r"\{[^{}]*\}", "{}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_is_translated(language: str) -> None:
    known = {unnamed(text) for text in texts_of(language).by_text}
    missing = [
        (str(path.relative_to(PACKAGE)), text)
        for path, tree in modules().items()
        if not str(path.relative_to(PACKAGE)).startswith(ELSEWHERE)
        for text in said_in(tree)
        if re.search(r"[a-z]", unnamed(text).replace("{}", "")) and unnamed(text) not in known
    ]
    assert missing == []


def drawn_by(tree: ast.Module) -> Iterator[str]:
    """Titles of axes, and what figures say by name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "")
        if name == "translated":
            said = node.args[:1]
        elif name == "frame_figure":
            said = [word.value for word in node.keywords if word.arg in ("x", "y")]
        else:
            continue
        yield from (text for one in said if (text := read_text(one, constants())))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_translated(language: str) -> None:
    known = {unnamed(text) for text in texts_of(language).by_text}
    figures = [tree for path, tree in modules().items() if "figure" in str(path.relative_to(PACKAGE))]
    missing = {text for tree in figures for text in drawn_by(tree) if unnamed(text) not in known}
    assert missing == set()
