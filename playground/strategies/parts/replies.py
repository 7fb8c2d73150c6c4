"""Reads the answer of a reply, and explains why there is none."""

from collections import Counter
from collections.abc import Sequence

from playground.answer_forms.form import form_of
from playground.strategies.answers import AnswerReading, read_answer, without_reasoning
from playground.strategies.base import Answer
from playground.types import AnswerType, Completion, Task

COULD_GO_ON = (
    "What came keeps the form, but the token limit ended it and the form allows more, so it is not taken for the whole "
    "answer; raise max tokens, or let the form say where it ends."
)
STATED = ' End with "The answer is" and the answer.'


def stated_ending(task: Task) -> str:
    """What a prompt ends with so that the answer can be told from the reasoning; of free text, all is the answer."""
    return "" if task.answer == "text" or task.form != "none" else STATED


def spoken_text(completion: Completion) -> str:
    """The reply without what its model only thought."""
    return without_reasoning(completion.text).strip()


def is_only_reasoning(completion: Completion) -> bool:
    """Whether there is thought and nothing else."""
    return not spoken_text(completion) and bool(completion.text.strip() or completion.reasoning.strip())


def read_reply(completion: Completion, task: Task, *, last: bool = False) -> Answer:
    """The answer in a reply: the marked one, else the first of the wanted kind, or the `last` where it was asked to
    reason before it answers."""
    if task.form != "none" and not keeps_form(completion, task):
        return Answer(text="", how=explain_broken_form(completion, task))
    reading = read_answer(completion.text, task.answer, task.labels, last=last)
    if reading is None:
        rest = spoken_text(completion)
        return Answer(
            text=rest, how=explain_missing_answer(completion, task.answer) + (" This is all of it." if rest else "")
        )
    if task.answer == "text":
        return Answer(text=reading.text)
    which = f"Last {_name(task.answer)}" if last else f"First {_name(task.answer)}"
    where = f"{_name(task.answer).capitalize()} after {reading.mark}" if reading.mark else which
    cut = " The reply was cut off at the token limit." if completion.finish_reason == "length" else ""
    return Answer(text=reading.text, how=f"{where} in the reply.{cut}")


def read_extracted(reply: Completion, task: Task) -> AnswerReading | None:
    """The answer of a reply that was asked for nothing else; None where there is none, or it breaks the task's form."""
    if task.form != "none" and not keeps_form(reply, task):
        return None
    return read_answer(reply.text, task.answer, task.labels)


def extract_reply(reply: Completion, task: Task) -> str | None:
    """The same in canonical form."""
    reading = read_extracted(reply, task)
    return reading.text if reading else None


def keeps_form(reply: Completion, task: Task) -> bool:
    """Whether a reply is whole, and of the form that its task asks for."""
    form = form_of(task)
    return form is None or (reply.finish_reason != "length" and form.is_kept(spoken_text(reply)))


def explain_broken_form(reply: Completion, task: Task) -> str:
    """Why a reply that does not keep its form, or may be the beginning of one that does, is not read."""
    if reply.finish_reason == "length":
        form = form_of(task)
        if form and form.is_kept(spoken_text(reply)):
            return COULD_GO_ON
        return "The reply was cut off at the token limit before its form was complete; raise max tokens."
    return "The reply is not of the form that was asked for."


def explain_missing_answer(completion: Completion, kind: AnswerType) -> str:
    """Why there is no answer of that kind."""
    cut = completion.finish_reason == "length"
    if is_only_reasoning(completion):
        if cut:
            return "The reply was cut off at the token limit while the model was still thinking; raise max tokens."
        return "The reply is thought and nothing else."
    if kind == "text":
        return "The reply was cut off at the token limit before an answer came." if cut else "No answer in the reply."
    if cut:
        return f"The reply was cut off at the token limit before a {_name(kind)} came."
    return f"No {_name(kind)} in the reply."


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
    if len(reasonings) == 1:
        return " The reasoning was cut off at the token limit; raise max tokens."
    return f" The reasoning of {cut} of {len(reasonings)} paths was cut off at the token limit; raise max tokens."


def _name(kind: AnswerType) -> str:
    return kind.replace("_", "/")
