"""What is said of a look: of its scores, of drops, and by which rule that is decided."""

from collections.abc import Sequence

from playground.evaluation.findings.sentences import format_points, one_line
from playground.evaluation.watching.alarms import FIRST, Change, changes
from playground.evaluation.watching.kept import Kept
from playground.evaluation.watching.looks import ColumnLook, Look
from playground.formats import format_count, format_moment, format_percent

RULE = (
    "Each look is compared with the reference on the same items (McNemar's exact test for right and wrong, else the "
    f"sign-flip test), columns adjusted after Holm. All looks share one level of 5 %: the first {FIRST} after a "
    "reference share half of it, the next twenty a quarter, and so on, so that looking often makes no alarm."
)

TOO_FEW = (
    "At this look no drop could be told from chance, however large: ask more items, or make a later look the reference."
)


def changes_of(kept: Kept, place: int) -> tuple[Change, ...]:
    """The look at a place against the reference; none of what came before it, and of a look that is not complete: which
    items it lacks is no chance."""
    if place <= kept.reference or not kept.looks[place].complete:
        return ()
    later = sum(look.complete for look in kept.looks[place + 1 :])
    return changes(kept.looks[kept.reference], kept.looks[place], max(1, kept.numbered - later))


def drops_of(kept: Kept) -> tuple[Change, ...]:
    """Drops of the last look."""
    return tuple(change for change in changes_of(kept, len(kept.looks) - 1) if change.is_drop) if kept.looks else ()


def last_sentences(kept: Kept) -> tuple[str, ...]:
    """What the last look says."""
    if not kept.looks:
        return ("Nobody has looked yet.",)
    look, place = kept.looks[-1], len(kept.looks) - 1
    said = [_incomplete(look)] if not look.complete else []
    if place == kept.reference and look.complete:
        said.append("This look is the reference: later ones are compared with it.")
    if look.weights != kept.looks[kept.reference].weights and place > kept.reference:
        said.append("Other weights answered than those of the reference, under the same name.")
    return (*said, *map(change_sentence, changes_of(kept, place)))


def change_sentence(change: Change) -> str:
    """One column: by how much it differs, and whether that is more than chance explains."""
    verdict = "ALARM: less, by more than chance explains" if change.is_drop else "no drop beyond chance"
    said = (
        f"{one_line(change.column)}: {format_points(change.difference)} against the reference (95 % interval "
        f"{format_points(change.low)} to {format_points(change.high)}, {format_count(change.items, 'item')}): "
        f"{verdict} (p = {change.p:.2g}, level {change.level:.2g})."
    )
    return said if change.can_be_drop else f"{said} {TOO_FEW}"


def score_text(column: ColumnLook) -> str:
    """A mean score with its interval."""
    if column.mean is None or column.low is None or column.high is None:
        return "\u2013"
    return f"{format_percent(column.mean)} ({format_percent(column.low)} to {format_percent(column.high)})"


def moment_text(look: Look) -> str:
    """When it was, by this machine's clock."""
    return format_moment(look.made)


def verdict_text(kept: Kept, place: int) -> str:
    """A look in a word or two, for a table."""
    look = kept.looks[place]
    if place == kept.reference and look.complete:
        return "reference"
    dropped = [change.column for change in changes_of(kept, place) if change.is_drop]
    words = [*(["not complete"] if not look.complete else []), *(["drop"] if dropped else [])]
    return ", ".join(words) or ("no drop" if place > kept.reference else "before the reference")


def columns_of(kept: Kept) -> Sequence[str]:
    """All columns of its looks, in their order."""
    return list(dict.fromkeys(name for look in kept.looks for name in look.columns))


def _incomplete(look: Look) -> str:
    failed = sum(column.failed for column in look.columns.values())
    why = look.message or (f"{format_count(failed, 'answer')} failed" if failed else "it was stopped")
    return f"This look is not complete: {why.rstrip('.')}. It is compared with nothing."
