"""Reads the answer of a reply, and explains why there is none."""

from collections import Counter
from collections.abc import Sequence

from playground.strategies.answers import read_answer, without_reasoning
from playground.strategies.base import Answer
from playground.types import AnswerType, Completion, Task

STATED = ' End with "The answer is" and the answer.'


def stated_ending(task: Task) -> str:
    """What a prompt ends with so that the answer can be told from the reasoning; of free text, all is the answer."""
    return "" if task.answer == "text" else STATED


def spoken_text(completion: Completion) -> str:
    """The reply without what its model only thought."""
    return without_reasoning(completion.text).strip()


def is_only_reasoning(completion: Completion) -> bool:
    """Whether there is thought and nothing else."""
    return not spoken_text(completion) and bool(completion.text.strip() or completion.reasoning.strip())


def read_reply(completion: Completion, task: Task, *, last: bool = False) -> Answer:
    """The answer in a reply: the marked one, else the first of the wanted kind, or the `last` where it was asked to
    reason before it answers."""
    reading = read_answer(completion.text, task.answer, task.labels, last=last)
    if reading is None:
        rest = spoken_text(completion)
        return Answer(
            text=rest, how=explain_missing_answer(completion, task.answer) + (" This is all of it." if rest else "")
        )
    if task.answer == "text":
        return Answer(text=reading.text)
    which = f"{'Last' if last else 'First'} {_name(task.answer)}"
    where = f"{_name(task.answer).capitalize()} after {reading.mark}" if reading.mark else which
    cut = " The reply was cut off at the token limit." if completion.finish_reason == "length" else ""
    return Answer(text=reading.text, how=f"{where} in the reply.{cut}")


def explain_missing_answer(completion: Completion, kind: AnswerType) -> str:
    """Why there is no answer of that kind."""
    cut = completion.finish_reason == "length"
    if is_only_reasoning(completion):
        if cut:
            return "The reply was cut off at the token limit while the model was still thinking; raise max tokens."
        return "The reply is thought and nothing else."
    what = "" if kind == "text" else f"{_name(kind)} "
    if cut:
        return f"The reply was cut off at the token limit before {f'a {what}' if what else 'an answer '}came."
    return f"No {what or 'answer '}in the reply."


def why_none(replies: Sequence[Completion], kind: AnswerType) -> str:
    """Why none of several replies has one: each reason, with how many it is of where they are not all of one kind."""
    reasons = Counter(explain_missing_answer(reply, kind) for reply in replies)
    if len(reasons) == 1:
        return next(iter(reasons))
    return " ".join(f"{count} of them: {reason}" for reason, count in reasons.most_common())


def cut_short(reasonings: Sequence[Completion]) -> str:
    """That reasoning from which an answer was to be read ended at the token limit, if any did; begins with a space."""
    cut = sum(reply.finish_reason == "length" and not is_only_reasoning(reply) for reply in reasonings)
    if not cut:
        return ""
    of = f" of {cut} of {len(reasonings)} paths" if len(reasonings) > 1 else ""
    return f" The reasoning{of} was cut off at the token limit; raise max tokens."


def _name(kind: AnswerType) -> str:
    return kind.replace("_", "/")
