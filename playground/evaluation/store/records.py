"""A stored run: small, yet enough to score it again and to open it in the Playground."""

import json
import logging
import zlib
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from playground.evaluation.results import VotePath
from playground.setups import without_tokens
from playground.strategies import technique_of
from playground.strategies.parts.voting import confidence
from playground.types import Run, Step

log = logging.getLogger(__name__)
LEVEL = 1  # of compression: prompts repeat themselves, and the quickest level finds that too


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A complete run without its tokens. `confidences`: exp(mean token log-probability) of every completion of every
    step, None where tokens had no probabilities."""

    run: Run
    confidences: tuple[tuple[float | None, ...], ...]

    @property
    def answer(self) -> str:
        """What is scored and shown as the answer; of a run that ends with calls of functions the reply with them."""
        replies = [step.completions[0].text for step in self.run.steps if step.completions and not step.tool]
        ends_with_calls = not self.run.answer and technique_of(self.run.setup).offers_functions
        return replies[-1] if ends_with_calls and replies else self.run.answer

    @property
    def paths(self) -> tuple[VotePath, ...]:
        """The voters of a vote, in order; none without one."""
        answer_by_path = {number: vote.answer for vote in self.run.votes for number in vote.paths}
        return tuple(VotePath(answer=answer_by_path.get(i), weight=weight) for i, weight in enumerate(self._voters()))

    @property
    def confidence(self) -> float | None:
        """The vote's share for the answer, abstaining voters counted; without a vote, that of the last completion."""
        votes, voters = self.run.votes, self._voters()
        if not votes:
            return self.confidences[-1][0] if self.confidences and not voters else None
        if votes[0].weight == votes[0].count:  # one voice each
            return votes[0].count / len(voters)
        total = sum(weight or 0.0 for weight in voters)
        return votes[0].weight / total if total else None

    def _voters(self) -> tuple[float | None, ...]:
        """The confidence of each completion that the technique has vote."""
        of = {
            id(completion): confidence
            for step, confidences in zip(self.run.steps, self.confidences, strict=True)
            for completion, confidence in zip(step.completions, confidences, strict=True)
        }
        return tuple(of[id(completion)] for completion in technique_of(self.run.setup).voters(self.run))


def make_record(run: Run) -> StoredRun:
    """What is kept of a run."""
    return StoredRun(run=without_tokens(run), confidences=tuple(map(_confidences, run.steps)))


def dump_record(record: StoredRun) -> bytes:
    """For the store; `load_record` gives the record back."""
    try:
        text = _adapter().dump_json(record)
    except PydanticSerializationError:  # half a surrogate pair, which a server may send, is no text for a file
        text = json.dumps(_adapter().dump_python(record), ensure_ascii=False).encode("utf-8", "replace")
    return zlib.compress(text, LEVEL)


def load_record(value: bytes) -> StoredRun | None:
    """The record, or None for a value that is none: it is as good as unknown, and asked again."""
    try:
        return _adapter().validate_json(zlib.decompress(value))
    except (zlib.error, ValidationError) as error:
        log.warning("A stored answer cannot be read and counts as unknown (%s).", type(error).__name__)
        return None


def _confidences(step: Step) -> tuple[float | None, ...]:
    return tuple(confidence(completion) for completion in step.completions)


@cache
def _adapter() -> TypeAdapter[StoredRun]:
    return TypeAdapter(StoredRun)
