"""What is said of the panes before they are asked: what that takes, which cannot run, which can say nothing new."""

from collections.abc import Iterable, Iterator

from playground.advice import advice
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.evaluation import pane_estimate
from playground.evaluation.pane_estimate import PaneEstimate
from playground.evaluation.repetitions import is_certain
from playground.formats import format_count, format_duration
from playground.strategies import technique_of
from playground.types import Run, Setup
from playground.ui.compare.labels import LABELS
from playground.ui.compare.panes import LETTERS, PaneSelection
from playground.ui.language.translating import translated
from playground.ui.run_view.measures import dollars
from playground.ui.setup_form import check
from playground.ui.setup_form.labels import describe_error

MOST = 5  # sentences: they stand between the form and its button
SAME = (
    "At temperature 0 all {} repetitions will be the same but for rounding, and say nothing of chance. "
    "Raise it, by the panes\u2019 sampling preset Defaults or in what is set below them, or ask once."
)


def said_before(picked: PaneSelection, repetitions: int, catalog: Catalog, known: Iterable[Run] = ()) -> str:
    """What asking these panes takes, by what is measured of runs that are known, and a line for each finding."""
    made = pane_estimate.estimate_panes(picked.panes, repetitions, catalog, pane_estimate.seen_in(known))
    sentence = estimate_sentence(len(picked.panes), repetitions, made)
    return "\n".join([sentence, *findings(picked, repetitions, catalog)])


def estimate_sentence(panes: int, repetitions: int, made: PaneEstimate) -> str:
    """ "12 panes, 10 repetitions each: 240 calls, ..."."""
    calls, tokens = format_count(made.calls, "call"), f"{made.completion_tokens:,}"
    most = f"at least {tokens}" if made.at_least else _roughly(tokens, made)
    asked = translated(format_count(panes, "pane"))
    if repetitions > 1:
        asked = f"{asked}, {translated(f'{repetitions} repetitions each')}"
    parts = [
        f"at least {calls}" if made.at_least else calls,
        f"{format_count(made.prompt_tokens, 'prompt token', estimated=True)} and {most} of answers",
        _roughly(format_duration(made.seconds), made) if made.seconds else "time is known after a first run",
        *([_roughly(dollars(made.cost), made)] if made.cost is not None else []),
    ]
    return f"{asked}: {', '.join(map(translated, parts))}."


def _roughly(figure: str, made: PaneEstimate) -> str:
    """The figure as what it is: a cap, or what was seen of such answers."""
    return f"up to {figure}" if made.at_most else f"about {figure}"


def findings(picked: PaneSelection, repetitions: int, catalog: Catalog) -> list[str]:
    """A sentence for each thing that is known, with the panes that it is true of."""
    letters: dict[str, list[str]] = {}
    for letter, pane in zip(LETTERS, picked.panes, strict=False):
        for sentence in _findings(pane, repetitions, catalog):
            letters.setdefault(sentence, []).append(letter)
    said = [f"{translated(_named(found, len(picked.panes)))}: {translated(one)}" for one, found in letters.items()]
    return said if len(said) <= MOST else [*said[: MOST - 1], translated(f"And {len(said) - MOST + 1} more.")]


def _findings(pane: Setup, repetitions: int, catalog: Catalog) -> Iterator[str]:
    try:
        info = check.weights(pane, catalog)
        if info.capabilities.task:
            return  # it has no technique that could be wrong
        technique_of(pane).check_alone(pane.task)
        if repetitions > 1 and is_certain(pane):
            yield SAME.format(repetitions)
        yield from advice(pane)
    except PlaygroundError as error:
        yield f"This cannot run. {describe_error(error, LABELS)}"


def _named(letters: list[str], count: int) -> str:
    if len(letters) == count:
        return "All panes"
    return f"Panes {', '.join(letters)}" if len(letters) > 1 else f"Pane {letters[0]}"
