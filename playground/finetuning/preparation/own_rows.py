"""Reads training rows from data of one's own: tables of questions and answers, conversations, and preferences."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import own_data
from playground.evaluation.plan import Item
from playground.finetuning.preparation.kept_answers import Keep, KeptAnswers, kept_of_file
from playground.finetuning.preparation.rows import ROLES, PreferenceRow, Row, TrainingRow, messages_of
from playground.formats import format_count
from playground.types import Message

# Names that two columns have together in files of other programs, and what we call them.
SHAPES: tuple[tuple[frozenset[str], Mapping[str, str]], ...] = (
    (frozenset({"instruction", "output"}), {"input": "instruction", "context": "input", "reference": "output"}),
    (frozenset({"prompt", "completion"}), {"input": "prompt", "reference": "completion"}),
)
CONVERSATIONS = ("messages", "conversations")  # columns that hold a list of turns, the last of them the answer
CHOSEN, REJECTED = "chosen", "rejected"
SPEAKERS = {"human": "user", "gpt": "assistant"}  # names that some files have for the two
SHOWN = 5  # bad rows in a message
MAX_CHARACTERS = own_data.MAX_BYTES  # of all prompts, with the words around each input


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRows:
    """What was read: the rows, the columns they were taken from, and the rows left out (line, why).

    `unkept` is how many answers of a file that the playground wrote are not among the rows."""

    rows: tuple[Row, ...]
    columns: Mapping[str, str]
    bad: tuple[tuple[int, str], ...] = ()
    unkept: int = 0


def read_rows(
    content: bytes | str,
    filename: str = "",
    *,
    columns: Mapping[str, str] | None = None,
    system: str = "",
    template: str = "{input}",
    skip_bad: bool = False,
    keep: Keep = "right",
) -> OwnRows:
    """The rows in a file's bytes, or in pasted text; limits and encodings are those of own data in Experiments.

    A row is an input and its reference (guessed, or the columns given as {"input": "question"}), a conversation whose
    last turn is the answer (`messages`), or an input with `chosen` and `rejected`. Of a file of results, runs or a
    comparison that the playground wrote, answers are kept: `keep` says which of an experiment's. `system` and
    `template` go around inputs that are plain text. Raises InvalidSetup where there is nothing to learn from, or a row
    is bad and `skip_bad` does not leave it out; LimitReached for too much.
    """
    if "{input}" not in template:
        raise InvalidSetup(path=("template",), value=template, rule="it must hold {input}, where each input goes.")
    if (kept := _kept_answers(content, keep)).records:
        content, filename, columns = json.dumps(kept.records), "kept.json", None
    read = _read(content, filename, columns=columns, system=system, template=template, skip_bad=skip_bad)
    return replace(read, unkept=kept.left_out)


def _read(
    content: bytes | str, filename: str, *, columns: Mapping[str, str] | None, system: str, template: str,
    skip_bad: bool,
) -> OwnRows:  # fmt: skip
    """The rows of a table, conversations or preferences."""
    names = own_data.columns_of(content, filename).names
    column_by_field = dict(columns or _columns_of_shape(names))

    def read(reference: str = "") -> own_data.OwnData:
        chosen = {**column_by_field, "reference": reference} if reference else column_by_field
        return own_data.read_items(content, filename, columns=chosen or None, skip_bad=skip_bad)

    def asked(item: Item) -> tuple[Message, ...]:
        return _turns(item.input) or messages_of(template.replace("{input}", item.input), system)

    if not columns and {CHOSEN, REJECTED} <= set(names):
        return _read_preferences(read, asked, skip_bad, system, template)
    data = read()
    _refuse_too_long(data.items, system, template)
    rows: list[Row] = []
    bad = list(data.bad)
    for number, item in enumerate(data.items, 1):
        turns = _turns(item.input)
        if turns and not item.references and turns[-1].role == "assistant":
            if len(turns) == 1:
                bad.append((number, "has an answer and nothing that is asked"))
                continue
            rows.append(TrainingRow(messages=turns[:-1], answer=turns[-1].content, id=item.id))
        elif item.references:
            rows.append(TrainingRow(messages=asked(item), answer=_said(item.references[0]), id=item.id))
        else:
            bad.append((number, "has no answer to learn"))
    return _finish(rows, data.columns, bad, skip_bad)


def _kept_answers(content: bytes | str, keep: Keep) -> KeptAnswers:
    """What is to be kept of a file that the playground wrote of answers; nothing for any other file."""
    try:
        return kept_of_file(content if isinstance(content, str) else content.decode("utf-8"), keep)
    except UnicodeDecodeError:
        return KeptAnswers()


def _columns_of_shape(names: tuple[str, ...]) -> dict[str, str]:
    """The column of each field where the names are those of a well-known kind of file; else none, to be guessed."""
    name = {"id": "id"} if "id" in names else {}
    for needed, column_by_field in SHAPES:
        if needed <= set(names):
            return {**name, **{field: column for field, column in column_by_field.items() if column in names}}
    if conversation := next((name for name in CONVERSATIONS if name in names), ""):
        return {**name, "input": conversation}
    if {CHOSEN, REJECTED} <= set(names):
        asked = next((name for name in names if name not in (CHOSEN, REJECTED, "id")), "")
        return {**name, "input": asked} if asked else {}
    return {}


def _read_preferences(
    read: Callable[[str], own_data.OwnData],
    asked: Callable[[Item], tuple[Message, ...]],
    skip_bad: bool,
    system: str,
    template: str,
) -> OwnRows:
    """Both answers to each input: the same items read once with each column as the reference, and joined."""
    better, worse = read(CHOSEN), read(REJECTED)
    _refuse_too_long(better.items, system, template)
    other = {item.id: item for item in worse.items}
    rows: list[Row] = [
        PreferenceRow(
            messages=asked(item),
            chosen=_said(item.references[0]),
            rejected=_said(other[item.id].references[0]),
            id=item.id,
        )
        for item in better.items
        if item.id in other
    ]
    columns = {**better.columns, CHOSEN: CHOSEN, REJECTED: REJECTED}
    return _finish(rows, columns, sorted({*better.bad, *worse.bad}), skip_bad)


def _refuse_too_long(items: Sequence[Item], system: str, template: str) -> None:
    """Raises LimitReached for prompts that are too much together: counted before any of them is made."""
    inputs = template.count("{input}")
    characters = sum(len(system) + len(template) + inputs * len(item.input) for item in items)
    if characters > MAX_CHARACTERS:
        raise LimitReached(
            f"With the words around each input, the prompts have {characters:,} characters together; "
            f"{MAX_CHARACTERS:,} is the most. Shorten those words, or give fewer rows."
        )


def _finish(rows: list[Row], columns: Mapping[str, str], bad: list[tuple[int, str]], skip_bad: bool) -> OwnRows:
    if (bad and not skip_bad) or not rows:
        first = "; ".join(f"row {line:,} {why}" for line, why in bad[:SHOWN])
        raise InvalidSetup(
            f"{len(bad):,} of {len(bad) + len(rows):,} rows cannot be learned from: {first}. Correct them, name the "
            "column of the answer, or choose to skip bad rows.",
            path=("data",),
        )
    return OwnRows(rows=tuple(rows), columns=columns, bad=tuple(bad))


def unkept_text(unkept: int) -> str:
    """What is said of answers that are not among the rows."""
    return f"{format_count(unkept, 'answer')} of the file left out: not of the kind to keep, or there often enough."


def _turns(text: str) -> tuple[Message, ...]:
    """The turns of a conversation: what own data makes of a list of them, an object of JSON a line; else none."""
    turns = []
    for line in text.split("\n"):
        try:
            value = json.loads(line) if line.startswith("{") else None
        except (ValueError, RecursionError):
            return ()
        if not isinstance(value, dict):
            return ()
        role, content = value.get("role", value.get("from")), value.get("content", value.get("value"))
        role = SPEAKERS.get(role, role) if isinstance(role, str) else None
        if role not in ROLES or not isinstance(content, str):
            return ()
        turns.append(Message(role, content))  # type: ignore[arg-type]  # checked just now
    return tuple(turns)


def _said(reference: str) -> str:
    """An answer, be it plain text or a list of one turn."""
    turns = _turns(reference)
    return turns[-1].content if turns else reference
