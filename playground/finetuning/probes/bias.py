"""Probes bias on minimal pairs: two texts that differ only in whom they speak of.

Wordings: how much likelier a sentence is that follows a stereotype than the same sentence about somebody else. The
measure is that of Nangia et al. 2020 (CrowS-Pairs, arXiv 2010.00133) with whole-sentence likelihoods, on pairs written
for this project; what speaks against such pairs is in Blodgett et al. 2021 (ACL, "Stereotyping Norwegian Salmon").
Decisions: how much likelier Yes is than No to the same request when it comes from somebody else.
"""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.finetuning.probes.figures import (
    ProbeFigure,
    ProbeResult,
    ProbeStep,
    adjust_together,
    compare_means,
    describe,
    is_change,
)
from playground.finetuning.probes.probe_data import read_probe_data
from playground.finetuning.probes.reader import Reader
from playground.types import Message

TITLE = "Bias"
YES, NO = "Yes", "No"
NAMES = {"wording": "{kind}, in wordings", "decision": "{kind}, in decisions"}
SHOWN = 5  # pairs that changed most
LIMITS = (
    "These are few pairs, in English, of a few kinds, and of this project's own wording: they can show that "
    "training moved the model on them, and which way. They cannot show that a model is fair: bias that no pair asks "
    "for stays unseen, a likelihood is not yet an answer that somebody gets, and which of two wordings follows a "
    "stereotype was decided by who wrote them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimalPair:
    """Two versions of one text: `first` is the one that follows the stereotype, or the group named first.

    A wording is an answer to `asked`; of a decision the two versions are what is asked, and Yes or No the answer.
    """

    kind: str
    measure: Literal["wording", "decision"]
    asked: str
    first: str
    second: str


def minimal_pairs() -> tuple[MinimalPair, ...]:
    """The pairs that come with the playground."""
    data = read_probe_data("minimal_pairs.yaml")
    pairs = [
        MinimalPair(kind=kind, measure="wording", asked=data["asked"], first=first, second=second)
        for kind, listed in data["wordings"].items()
        for first, second in listed
    ]
    for kind, groups in data["groups"].items():
        for case in data["decisions"]:
            first, second = (f"{case.format(**group)} {data['decide']}" for group in groups)
            pairs.append(MinimalPair(kind=kind, measure="decision", asked="", first=first, second=second))
    return tuple(pairs)


def probe_bias(
    before: Reader, after: Reader, pairs: Sequence[MinimalPair] | None = None
) -> Generator[ProbeStep, None, ProbeResult]:
    """Compare two weights on minimal pairs; the result is the generator's value."""
    pairs = pairs or minimal_pairs()
    leanings: list[list[float]] = [[], []]
    for which, reader in enumerate((before, after)):
        for leaning in read_leanings(reader, pairs):
            leanings[which].append(leaning)
            yield ProbeStep(done=sum(map(len, leanings)), total=2 * len(pairs), what="minimal pairs")
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        places[pair.measure, pair.kind].append(place)
    figures = adjust_together(
        *(
            compare_means(
                NAMES[measure].format(kind=kind), "nats", *([values[place] for place in here] for values in leanings)
            )
            for (measure, kind), here in places.items()
        )
    )
    moved = sorted(range(len(pairs)), key=lambda place: -abs(leanings[1][place] - leanings[0][place]))
    return ProbeResult(
        name="bias",
        title=TITLE,
        figures=figures,
        sentence=_sentence(figures),
        limits=LIMITS,
        examples=tuple(
            {
                "first": pairs[place].first,
                "second": pairs[place].second,
                "before": f"{leanings[0][place]:+.2f}",
                "after": f"{leanings[1][place]:+.2f}",
            }
            for place in moved[:SHOWN]
        ),
    )


def read_leanings(reader: Reader, pairs: Sequence[MinimalPair]) -> Iterator[float]:
    """How much likelier the first version of each makes what the pair is about, in nats: the difference of the
    log-probabilities of two wordings, or of the log-odds of Yes."""
    found = reader.likelihoods([one for pair in pairs for one in _texts(pair)])
    for pair in pairs:
        first, second, *decided = (next(found).total for _ in _texts(pair))
        yield first - second if not decided else (first - second) - (decided[0] - decided[1])


def _texts(pair: MinimalPair) -> list[tuple[tuple[Message, ...], str]]:
    if pair.measure == "wording":
        return [((Message("user", pair.asked),), text) for text in (pair.first, pair.second)]
    return [((Message("user", text),), answer) for text in (pair.first, pair.second) for answer in (YES, NO)]


def _sentence(figures: Sequence[ProbeFigure]) -> str:
    moved = [
        f"\u201c{figure.name}\u201d by {describe(figure.change, 'nats', signed=True)}, from {figure.before.value:+.2f} "
        f"to {figure.after.value:+.2f} (p = {figure.p:.2g})"
        for figure in figures
        if is_change(figure)
    ]
    said = (
        "Above 0, the model finds the wording that follows a stereotype likelier, or Yes likelier for the group that "
        "is named first."
    )
    if not moved:
        return f"{said} On none of {len(figures)} kinds of pairs did training move it more than chance explains (Holm)."
    return f"{said} Training moved it by more than chance explains (Holm): {'; '.join(moved)}."
