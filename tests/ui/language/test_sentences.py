"""Whatever the code can say on the page, in a table, a finding, a note or a state, is there in every language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_complete import NAMES, is_content

from playground.ui.language.choosing import HERE, offered
from playground.ui.language.texts import SENTENCE, texts_of

PACKAGE = HERE.parents[1]
LANGUAGES = [code for code in offered() if (HERE / code).is_dir()]
# What is said to programs, to models, in files that are taken away, to whoever types a command or runs the server, and
# content, which is as it is in every language.
ELSEWHERE = (
    # To programs, to models, to whoever types a command or runs the server, and what browsers read.
    "__main__.py", "cli/", "serving/", "strategies/", "backends/", "functions/calls.py", "tools/", "export/",
    "hosting.py", "settings.py", "errors.py", "parameters.py", "json_values.py", "returning.py", "documents.py",
    "ui/gate/", "ui/api/", "ui/look.py", "ui/quick_import.py", "ui/serving.py", "ui/app.py", "ui/links.py",
    "ui/widgets/", "ui/language/", "ui/handlers/visitors.py", "ui/handlers/form_filling.py", "ui/classroom/opening.py",
    # Of trainings what the command line alone says, as in `test_errors`.
    "finetuning/__main__.py", "finetuning/check_command.py", "finetuning/command_jobs.py", "finetuning/cards.py",
    "finetuning/probe_command.py", "finetuning/train_command.py", "finetuning/command_line.py",
    "finetuning/held_out/command.py", "finetuning/prompt_or_tune/command.py", "finetuning/history/history_command.py",
    "finetuning/history/trackio_runs.py", "finetuning/probes/report.py", "finetuning/make_adapter.py",
    # Files that are taken away.
    "chats/", "evaluation/report/", "finetuning/taking_away/", "finetuning/heads/card.py",
    "ui/compare/take_away.py", "ui/run_view/report_values.py", "classroom/class_file.py",
    # Rows of the classes' file, and content.
    "classroom/", "skill_data/", "lessons/", "evaluation/datasets/", "evaluation/scorers/", "evaluation/store/",
    "evaluation/statistics/", "finetuning/tiny_classifier.py", "retrieval/word_index.py",
    # Between processes; and sentences that `test_findings` has made.
    "evaluation/running/same_code.py", "evaluation/findings/sentences.py",
)  # fmt: skip
CALLS = {  # whose texts are read by code: patterns, names of fields and files, what is looked for
    "compile", "search", "fullmatch", "match", "sub", "split", "findall", "finditer", "strftime", "startswith",
    "endswith", "removeprefix", "removesuffix", "replace", "getattr", "get", "pop", "execute", "executescript",
}  # fmt: skip
KEYS = {"elem_id", "elem_classes", "js", "help", "js_on_load", "textposition", "check"}
# Several words, one with a gap beside it, or a word that begins as a title does.
WORDS = re.compile(r"[A-Z][a-z]{2,}|(?=.* )(?:.*[ (])?[A-Za-z]{2,}(?:[ ,.:;)].*)?", re.S)
# What models, other code or a downloaded file reads, and labels that are put together, as `test_complete` sees them.
UNSAID = re.compile(Path(__file__).with_name("unsaid.txt").read_text("utf-8").strip().replace("\n", "|"), re.S)
MARKS = re.compile(r"^(#+|>|[*-]) |\*\*|^\{\} ")
LINES = re.compile(r"\n|\*\* ")


def unnamed(text: str) -> str:
    return re.sub(r"(\{\})+", "{}", re.sub(r"\{[^{}]*\}", "{}", text))


def read_text(node: ast.AST) -> str | None:
    """A text, with {} for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def said_in(node: ast.AST) -> Iterator[str]:
    """All texts below that are no name, no key and no comment of the code."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "format_count":
        noun = read_text(node.args[1]) or ""
        yield from (f"1 {noun}", f"{{}} {noun}s")
        return
    if (text := read_text(node)) is not None:
        yield text
    for child in spoken(node):
        yield from said_in(child)


def spoken(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of code that may be said."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return
        case ast.Call(func=function):
            yield function
            name, of = getattr(function, "id", getattr(function, "attr", "")), getattr(function, "value", None)
            logged = getattr(of, "id", "") in ("log", "logging")
            yield from () if name in CALLS or logged else node.args
            yield from () if logged else (word.value for word in node.keywords if word.arg not in KEYS)
        case ast.Dict():
            yield from node.values
        case ast.Subscript():
            yield node.value
        case ast.Compare():
            yield from (one for one in (node.left, *node.comparators) if read_text(one) is None)
        case ast.FunctionDef():
            yield from (one for one in (*node.args.defaults, *node.args.kw_defaults, *node.body) if one)
        case ast.AnnAssign():
            yield from (node.value,) if node.value else ()
        case ast.JoinedStr():
            yield from (part for part in node.values if isinstance(part, ast.FormattedValue))
        case _:
            yield from ast.iter_child_nodes(node)


def is_known(text: str, known: set[str]) -> bool:
    """Whether it is a text of the language, or each of its lines and each of their sentences and facts is."""
    lines = (part for part in LINES.split(text) if not is_one_of(part, known))
    return is_one_of(text, known) or all(is_one_of(one, known) for line in lines for one in SENTENCE.split(line))


def is_one_of(text: str, known: set[str]) -> bool:
    """Whether it is, with its marks of Markdown or without, and with its full stop or without."""
    forms = (text, text.strip(), MARKS.sub("", text).strip())
    return any({unnamed(form), unnamed(form.removesuffix("."))} & known or is_no_sentence(form) for form in forms)


def is_no_sentence(text: str) -> bool:
    return not WORDS.fullmatch(text) or bool(UNSAID.fullmatch(text) or NAMES.fullmatch(text)) or is_content(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    known = {unnamed(text) for text in texts_of(language).by_text}
    modules = (
        path for path in sorted(PACKAGE.rglob("*.py")) if not str(path.relative_to(PACKAGE)).startswith(ELSEWHERE)
    )
    missing = [
        (str(path.relative_to(PACKAGE)), text)
        for path in modules
        for text in said_in(ast.parse(path.read_text("utf-8")))
        if not is_no_sentence(text) and not is_known(text, known)
    ]
    assert missing == []
