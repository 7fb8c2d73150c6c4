"""The sealed part of one's own rows: what is asked, and how answers like theirs are scored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from playground.errors import InvalidSetup
from playground.evaluation.datasets.item_order import by_turns
from playground.evaluation.plan import Item, ScorerChoice
from playground.evaluation.scorers.json_text import NoJSON, value_of
from playground.finetuning.held_out.sealed_part import SealedPart, without_learned
from playground.finetuning.preparation.checks.balance import labels_of
from playground.finetuning.preparation.rows import Row, TrainingRow
from playground.strategies.parts.templates import field_names

SHORT = 60  # characters of answers whose words are compared one by one
SHOTS, LONGEST_SHOT = 6, 600  # examples that are shown, and characters of one
CHARACTERS = 3.0  # to a token, at least: an answer is not cut before it is as long as the longest reference
MOST_TOKENS = 256
FEWEST = 4  # items that anything can be said about


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """The part, other instructions to try, items to choose one by, and how many held-out rows were left out: such as
    cannot be asked, and `beyond` the most that are."""

    part: SealedPart
    instructions: tuple[str, ...]
    validation: tuple[Item, ...]
    left_out: int
    beyond: int = 0


def own_part(
    title: str, trained: Sequence[Row], validation: Sequence[Row], held_out: Sequence[Row], most: int
) -> OwnPart:
    """At most so many of the held-out rows that ask in one turn, all under the system message that most of them have.

    Raises InvalidSetup where too few are left: pairs of answers, for example, say not what would be right.
    """
    role = _commonest_role(held_out)
    trained_rows, searched, sealed = (_alike(rows, role) for rows in (trained, validation, held_out))
    items = without_learned([_item(row, f"row {number}") for number, row in enumerate(sealed, 1)], trained)
    if len(items) < FEWEST:
        raise InvalidSetup(
            f"{len(items)} of the {len(held_out)} held-out rows are a question in one turn with its answer and "
            f"not learned; {FEWEST} are the least. Seal a larger share of the rows."
        )
    answers = [row.answer for row in sealed]
    labels = None if all(map(_is_record, answers)) else labels_of([*trained_rows, *sealed])
    names = tuple(name for name, _ in labels.counts) if labels else ()
    scorer, template, others = _scoring(answers, names)
    shots = _shots(trained_rows, names)
    part = SealedPart(
        title=title, items=items[:most], shots=shots, scorer=ScorerChoice(name=scorer), template=template,
        answer="label" if names else "text", labels=names, role=role,
        most_tokens=min(MOST_TOKENS, round(max(map(len, answers)) / CHARACTERS) + 8),
    )  # fmt: skip
    shown = {item.input for item in shots}
    asked = [_item(row, f"validation {number}") for number, row in enumerate(searched, 1)]
    return OwnPart(
        part=part, instructions=others, validation=tuple(item for item in asked if item.input not in shown),
        left_out=len(held_out) - len(items), beyond=max(0, len(items) - most),
    )  # fmt: skip


def _scoring(answers: Sequence[str], labels: Sequence[str]) -> tuple[str, str, tuple[str, ...]]:
    """The scorer for answers like these, an instruction that says what is wanted, and others to try."""
    if labels:
        listed = ", ".join(labels)
        if not field_names(listed) and "{" not in listed:
            return (
                "label",
                f"Answer with one of these and nothing else: {listed}.\n\n{{input}}",
                (f"{{input}}\n\nOne of {listed}:",),
            )
        return "label", "Answer with the label and nothing else.\n\n{input}", ()
    if all(map(_is_record, answers)):
        return "json_fields", "Answer with JSON and nothing else.\n\n{input}", ("{input}\n\nJSON:",)
    if max(map(len, answers)) <= SHORT:
        template = "Answer in a few words and nothing else.\n\n{input}"
        return "squad_f1", template, ("{input}\n\nShort answer:",)
    words = round(sum(len(answer.split()) for answer in answers) / len(answers))
    return "rouge", f"Answer in about {words} words.\n\n{{input}}", ("{input}\n\nAnswer:",)


def _is_record(answer: str) -> bool:
    try:
        value = value_of(answer)
    except NoJSON:
        return False
    return isinstance(value, dict) and bool(value)


def _commonest_role(rows: Sequence[Row]) -> str:
    counts = Counter(role for row in rows if (role := _role(row)) is not None)
    return counts.most_common(1)[0][0] if counts else ""


def _role(row: Row) -> str | None:
    """The system message of a row that asks in one turn, empty without one; None of any other row."""
    if not isinstance(row, TrainingRow) or not row.answer.strip() or not row.messages[-1].content.strip():
        return None
    match [(message.role, message.content) for message in row.messages]:
        case [("user", _)]:
            return ""
        case [("system", role), ("user", _)]:
            return role
    return None


def _alike(rows: Sequence[Row], role: str) -> list[TrainingRow]:
    """The rows that ask in one turn under this system message."""
    return [row for row in rows if isinstance(row, TrainingRow) and _role(row) == role]


def _item(row: TrainingRow, name: str) -> Item:
    return Item(id=name, input=row.messages[-1].content, references=(row.answer,))


def _shots(rows: Sequence[TrainingRow], labels: Sequence[str]) -> tuple[Item, ...]:
    """A few short rows as they were learned, of labels each in turn."""
    short = [row for row in rows if len(row.messages[-1].content) + len(row.answer) <= LONGEST_SHOT]
    chosen = by_turns(short, [row.answer if labels else "" for row in short], Random(0))[:SHOTS]
    return tuple(_item(row, f"shown {number}") for number, row in enumerate(chosen, 1))
