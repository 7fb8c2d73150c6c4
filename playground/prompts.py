"""The prompts that a setup will send, worked out without a model; an answer that is not there yet is a gap in them."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from playground.answer_forms.form import AnswerForm, form_of, read_form
from playground.backends.base import Backend, excess_tokens
from playground.errors import LimitReached
from playground.strategies import technique_of
from playground.strategies.base import Asking, Using
from playground.types import Completion, Message, Sampling, Setup, Step, Task, Token, Weights

PRIVATE, PRIVATE_SIZE = 0xE000, 6400  # characters that no standard gives a meaning
MOST_SHOWN = 1_000_000  # characters of all prompts of a setup
NUMBERS = 0xF0000  # more of them: one for each step


@dataclass(frozen=True, slots=True)
class PromptPiece:
    """Part of a text: words that will be sent as they are, or the gap that the answer of an earlier step will fill."""

    text: str
    answer_of: str = ""  # that step's label


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One request as it will be sent; `step` has as many empty completions as it will ask for.

    In the step's texts each gap is shown as \u27e8label\u27e9. `contents`, one for each message, and `prefill` are the
    same texts in pieces: only these tell a gap from words that look like one.
    """

    step: Step
    sampling: Sampling
    contents: tuple[tuple[PromptPiece, ...], ...]
    prefill: tuple[PromptPiece, ...]
    form: AnswerForm | None = None  # what its reply is held to

    @property
    def gaps(self) -> tuple[str, ...]:
        """Which steps' answers will stand in it, each as often as it does."""
        return tuple(piece.answer_of for text in (*self.contents, self.prefill) for piece in text if piece.answer_of)


def prompts_of(setup: Setup, backend: Backend | None = None) -> tuple[Prompt, ...]:
    """In the order in which they are sent, with as much of a conversation as this model's window holds.

    What a technique asks because of an answer only shows once it has run. So it is with what a tool is asked: no prompt
    is sent for it, and its answer is a gap in others.
    """
    asker = _Asker(setup.sampling, backend)
    for _ in technique_of(setup).carry_out(setup.task, asker):
        pass
    return tuple(asker.prompts)


def readable_prompts(setup: Setup, most: int = MOST_SHOWN, backend: Backend | None = None) -> tuple[Prompt, ...]:
    """The same, to be shown. Raises LimitReached for more characters than that: a chain's steps may each ask its long
    input many times over."""
    prompts = prompts_of(setup, backend)
    texts = (text for one in prompts for text in (one.step.prefix, *(message.content for message in one.step.messages)))
    if (total := sum(map(len, texts))) > most:
        raise LimitReached(
            f"Its {len(prompts):,} prompts have {total:,} characters together; {most:,} is the most that is shown. "
            "Take a shorter text or fewer steps."
        )
    return prompts


class _Asker:
    """`ask` without a model: writes down what would be sent."""

    def __init__(self, sampling: Sampling, backend: Backend | None) -> None:
        self.prompts: list[Prompt] = []
        self._sampling, self._backend = sampling, backend
        self._marks = _Marks()

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        answer_to: Task | None = None,
        weights: Weights | None = None,
        one_of: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        marks = self._marks
        label, contents = marks.as_text(label), tuple(marks.pieces(message.content) for message in messages)
        begun = marks.pieces(prefill)
        seen = [piece.answer_of for text in (*contents, begun) for piece in text if piece.answer_of]
        step = Step(
            label=label,
            messages=tuple(replace(m, content=_text(pieces)) for m, pieces in zip(messages, contents, strict=True)),
            prefix=_text(begun),
            together=marks.as_text(together),
            depends_on=tuple(dict.fromkeys([*map(marks.as_text, depends_on), *seen])),
            completions=(Completion(text=""),) * n,
        )
        sampling = replace(self._sampling, **overrides)
        form = read_form("labels", "\n".join(one_of)) if one_of else form_of(answer_to) if answer_to else None
        self.prompts.append(Prompt(step=step, sampling=sampling, contents=contents, prefill=begun, form=form))
        yield from ()
        return (self._gap(label),) * n

    def score(self, step: Step, text: str) -> Using:
        asked = self(step.label, step.messages, together=step.together, depends_on=step.depends_on)
        (completion,) = yield from asked
        self.prompts[-1] = replace(self.prompts[-1], step=replace(self.prompts[-1].step, measured=True))
        return completion

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        yield from ()
        return self._gap(self._marks.as_text(label))

    def call(
        self, label: str, name: str, arguments: str, *, fault: str = "", depends_on: tuple[str, ...] = ()
    ) -> Using:
        return self.use(label, name, arguments)

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        return excess_tokens(self._backend, self._sampling, messages, most) if self._backend else 0

    def _gap(self, label: str) -> Completion:
        return Completion(text=self._marks.new(label), tokens=(Token(0, "", 0.0),))


class _Marks:
    """What a technique is given for answers that are not there yet: random characters, which nobody can have typed."""

    def __init__(self) -> None:
        self._secret = "".join(chr(PRIVATE + secrets.randbelow(PRIVATE_SIZE)) for _ in range(8))
        self._place = re.compile(f"{self._secret}(.)")
        self._labels: list[str] = []

    def new(self, label: str) -> str:
        """A mark for the answer of the step with this label."""
        self._labels.append(label)
        return f"{self._secret}{chr(NUMBERS + len(self._labels) - 1)}"

    def pieces(self, text: str) -> tuple[PromptPiece, ...]:
        """The text, cut at its marks."""
        pieces = []
        for i, part in enumerate(self._place.split(text)):
            if i % 2:
                label = self._labels[ord(part) - NUMBERS]
                pieces.append(PromptPiece(f"\u27e8{label}\u27e9", label))
            elif part:
                pieces.append(PromptPiece(part))
        return tuple(pieces)

    def as_text(self, text: str) -> str:
        """The text as one reads it."""
        return _text(self.pieces(text))


def _text(pieces: Iterable[PromptPiece]) -> str:
    return "".join(piece.text for piece in pieces)
