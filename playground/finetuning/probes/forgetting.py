"""Probes forgetting: how likely general prose still is, and how many simple questions are still answered."""

import math
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from playground.finetuning.probes.figures import (
    ProbeFigure,
    ProbeResult,
    ProbeStep,
    adjust_together,
    compare_means,
    compare_shares,
    describe,
    is_change,
)
from playground.finetuning.probes.probe_data import read_probe_data
from playground.finetuning.probes.reader import Reader
from playground.types import Message

TITLE = "Forgetting"
MAX_TOKENS = 40  # of an answer to a simple question
SHOWN = 5  # questions that are no longer answered
LIMITS = (
    "The texts and questions are few and easy, in English, and this project's own: a loss here is a loss, but none "
    "here does not mean that nothing was lost elsewhere. Perplexity tells how usual the prose is to the model, not "
    "whether it writes well."
)


@dataclass(frozen=True, slots=True)
class SkillQuestion:
    """Something that the base can do; an answer is right that holds one of `accepted` as whole words."""

    question: str
    accepted: tuple[str, ...]

    def is_answered(self, answer: str) -> bool:
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", answer, re.IGNORECASE) for word in self.accepted)


def passages() -> tuple[tuple[str, str], ...]:
    """Pieces of prose of this project's own, each with what is asked before it."""
    return tuple((row["asked"], row["text"]) for row in read_probe_data("general_text.yaml"))


def questions() -> tuple[SkillQuestion, ...]:
    """The small suite of what a base can do."""
    return tuple(
        SkillQuestion(row["question"], tuple(map(str, row["accepted"]))) for row in read_probe_data("base_skills.yaml")
    )


def probe_forgetting(
    before: Reader,
    after: Reader,
    texts: Sequence[tuple[str, str]] | None = None,
    suite: Sequence[SkillQuestion] | None = None,
) -> Generator[ProbeStep, None, ProbeResult]:
    """Compare two weights on the texts and the suite; the result is the generator's value."""
    texts, suite = texts or passages(), suite or questions()
    total = 2 * (len(texts) + len(suite))
    done = 0
    surprise: list[list[float]] = [[], []]
    read = [((Message("user", asked),), text) for asked, text in texts]
    for which, reader in enumerate((before, after)):
        for found in reader.likelihoods(read):
            surprise[which].append(found.surprise)
            done += 1
            yield ProbeStep(done=done, total=total, what="general text")
    answers: list[list[str]] = [[], []]
    prompts = [((Message("user", one.question),), "") for one in suite]
    for which, reader in enumerate((before, after)):
        for answer in reader.answers(prompts, MAX_TOKENS):
            answers[which].append(answer.text)
            done += 1
            yield ProbeStep(done=done, total=total, what="simple questions")
    marks = [[one.is_answered(text) for one, text in zip(suite, given, strict=True)] for given in answers]
    prose, skills = adjust_together(
        compare_means("Surprise at general prose", "nats a token", *surprise),
        compare_shares("Simple questions answered", *marks),
    )
    lost = [
        {"question": one.question, "before": was, "after": now}
        for one, was, now, right, still in zip(suite, *answers, *marks, strict=True)
        if right and not still
    ]
    return ProbeResult(
        name="forgetting",
        title=TITLE,
        figures=(prose, skills),
        sentence=_sentence(prose, skills),
        limits=LIMITS,
        examples=tuple(lost[:SHOWN]),
    )


def _sentence(prose: ProbeFigure, skills: ProbeFigure) -> str:
    first, second = (math.exp(estimate.value) for estimate in (prose.before, prose.after))
    low, high = math.exp(prose.change.low), math.exp(prose.change.high)
    factor = "no more than chance explains"
    if is_change(prose):
        likely = "less likely" if prose.change.value > 0 else "likelier"
        factor = f"by a factor of {low:.2f} to {high:.2f}: general language has become {likely} to it"
    said = f"Perplexity on {prose.n} pieces of general prose went from {first:.1f} to {second:.1f}, {factor}."
    change = describe(skills.change, "share", signed=True)
    verdict = "more than chance explains" if is_change(skills) else "no more than chance explains"
    answered = (
        f"Of {skills.n} simple questions it answers {describe(skills.after, 'share')}, before "
        f"{skills.before.value:.0%}: {change}, {verdict} (exact McNemar test, adjusted after Holm, p = {skills.p:.2g})."
    )
    return f"{said} {answered}"
