"""Holds a row to the form of its answer: which tokens may come next, and when the form is complete.

A matcher is built in the thread of whoever asks, once for a request; each of its rows has a copy.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.answer_forms import grammars
from playground.answer_forms.form import AnswerForm
from playground.errors import GenerationFailed, InvalidSetup, NotSupported

log = logging.getLogger(__name__)
TOO_LARGE = "The form of the answer became too large to be followed; the server's log says why. Take a simpler one."
TOO_SLOW = "The form of the answer takes too long to be followed, and others would wait for it. Take a simpler one."
BEFOREHAND, EACH = 2.0, 0.01  # seconds that the rows of one request may take, and what each token and row adds
NOTHING_FITS = "No token of this model can go on in the form of the answer."
ALL = 255  # eight tokens
LEFT = "The model's answer left its form; the server's log says how."


class TimeTaken:
    """What the rows of one request took to be held to its form: all that run beside them wait for that."""

    def __init__(self) -> None:
        self._left = BEFOREHAND

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Of this thread, not of a machine that does other things."""
        begun = time.thread_time()
        yield
        self._left += EACH - (time.thread_time() - begun)

    @property
    def is_too_long(self) -> bool:
        return self._left < 0


class RowConstraint:
    """How far one row has come in its form. It is the row's own, but for the time that its request may take."""

    def __init__(self, matcher: Any, time_taken: TimeTaken) -> None:
        self._matcher, self._time_taken = matcher, time_taken

    def copy(self) -> "RowConstraint":
        """For another row of the request, which goes on from here."""
        return RowConstraint(self._matcher.deep_copy(), self._time_taken)

    def write_allowed(self, bits: NDArray[np.uint8]) -> Exception | None:
        """Write which tokens may come, one bit for each. Gives what is wrong where that is not known."""
        if self._time_taken.is_too_long:
            return GenerationFailed(TOO_SLOW)
        with self._time_taken.measure():
            known = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)[: len(bits)]
        if self._matcher.is_error():
            log.warning("A form of an answer cannot be followed any more: %s", self._matcher.get_error())
            return GenerationFailed(TOO_LARGE)
        bits[: len(known)], bits[len(known) :] = known, 0
        return None

    def accept(self, token: int) -> bool:
        """Go on with a token; True where the form is complete and nothing can follow. Raises GenerationFailed."""
        with self._time_taken.measure():
            is_allowed = self._matcher.consume_token(token)
        if not is_allowed:
            log.error("A token was drawn that the form does not allow: %s", self._matcher.get_error())
            raise GenerationFailed(LEFT)
        return bool(self._matcher.is_stopped())


class FormCompiler:
    """Builds forms for one model. May be used from any thread; its tokenizer is read when the first form is asked for.

    `size` is how many tokens the model has, `ends` are those that end an answer.
    """

    def __init__(self, tokenizer: Any, size: int, ends: Iterable[int]) -> None:
        self._tokenizer, self._size, self._ends = tokenizer, size, sorted(ends)
        self._lock = threading.Lock()
        self._tokens: Any = None

    def build(self, form: AnswerForm, begun: str, generated_text: str) -> RowConstraint:
        """The start of an answer of this form after text that is `begun`, or where its own words so far have led.

        Raises NotSupported for a tokenizer that cannot be read, InvalidSetup for words that do not fit the form.
        """
        import llguidance

        tokens = self._read_tokenizer()
        follows_a_word = bool(begun) and not begun[-1].isspace()
        grammar = grammars.with_space(form.grammar) if follows_a_word else form.grammar
        matcher = llguidance.LLMatcher(tokens, grammar, log_level=0, limits=grammars.limits())
        if generated_text and not matcher.consume_tokens(tokens.tokenize_str(generated_text)):
            rule = "is not that of the words that the answer begins with; take the form out, or change these words."
            raise InvalidSetup(path=("task", "form"), rule=rule)
        matcher.compute_bitmask()  # what takes long the first time is done here, where nobody else waits for it
        if matcher.is_error():
            log.warning("A form of an answer cannot be built for this model: %s", matcher.get_error())
            raise InvalidSetup(path=("task", "form_text"), rule="is too large to be followed with this model's tokens.")
        return RowConstraint(matcher, TimeTaken())

    def _read_tokenizer(self) -> Any:
        from llguidance.hf import from_tokenizer

        with self._lock:
            if self._tokens is None:
                try:
                    self._tokens = from_tokenizer(
                        self._tokenizer, n_vocab=max(self._size, len(self._tokenizer)), eos_token=self._ends or None
                    )
                except Exception as error:  # whatever a library says of a tokenizer that it does not know
                    log.warning("Answers of a given form are not possible with this tokenizer: %s", error)
                    raise NotSupported(
                        path=("task", "form"),
                        rule="is not possible with this model: its tokenizer cannot be read for it.",
                    ) from error
            return self._tokens


@dataclass(frozen=True, slots=True)
class AllowedTokens:
    """What rows may draw, as booleans `[rows, vocabulary]`, and which of the rows have a form; the others may all."""

    mask: Tensor
    held: tuple[int, ...]


def hold_to_forms(
    logits: Tensor, constraints: Sequence[RowConstraint | None]
) -> tuple[Tensor, AllowedTokens | None, dict[int, Exception]]:
    """The rows' logits without what their forms rule out, what these allow, and by row what is wrong with it.

    A row that something is wrong with is as if it had no form.
    """
    held = [row for row, constraint in enumerate(constraints) if constraint is not None]
    if not held:
        return logits, None, {}
    size, faults = logits.shape[1], dict[int, Exception]()
    bits = np.full((len(constraints), -(-size // 8)), ALL, dtype=np.uint8)
    for row in held:
        if (constraint := constraints[row]) and (fault := constraint.write_allowed(bits[row])):
            faults[row] = fault
    unpacked = torch.from_numpy(np.unpackbits(bits, axis=1, count=size, bitorder="little"))
    mask = unpacked.view(torch.bool).to(logits.device)
    left = logits.where(mask, -torch.inf)
    for row, fits in enumerate(left.amax(-1).isfinite().tolist()):
        if not fits and row in held:
            faults[row] = GenerationFailed(NOTHING_FITS)
            left[row] = logits[row]
    return left, AllowedTokens(mask, tuple(row for row in held if row not in faults)), faults
