"""Conversation: what was said before is the prompt, as much of it as the window holds."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.errors import InvalidSetup
from playground.parameters import choice, number
from playground.strategies.base import (
    Answer,
    Ask,
    Event,
    Running,
    Strategy,
    TechniqueCard,
    system_message,
    user_message,
)
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import read_reply, spoken_text
from playground.strategies.parts.shards import as_list, shards_of
from playground.strategies.parts.window import (
    BEFORE,
    ROOM_FOR_SUMMARY,
    SUMMARY_TOKENS,
    as_messages,
    cut_end,
    first_exchange,
    parts_that_fit,
    summary_prompt,
)
from playground.types import Step, Task, Turn

LEFT_OUT = "Turns {first} to {last} of {count} were left out to make room."
SUMMARY = "Summary {number} for {reply}"  # the label of its step
SUMMED_UP = "Turns {first} to {last} of {count} were left out to make room; what was sent of them is a summary."


@dataclass(frozen=True, kw_only=True)
class Conversation(Strategy):
    name = "conversation"
    title = "Conversation"
    task_fields = ("role", "turns", "input", "answer", "labels")
    card = TechniqueCard(
        summary="Goes on with a conversation: all that was said before is part of the prompt.",
        helps="Corrections and follow-up questions, and whatever builds on an earlier answer.",
        fails="A task that is told over several turns is solved worse than the same task told at once: models answer "
        "before they know enough, and hold on to it. When an answer has gone wrong, tell all of it in a new "
        "conversation. What no longer fits the window is forgotten.",
        cost="1 call with all turns in its prompt; in pieces 1 for each; 1 more where turns are summed up.",
        citation="Laban et al. 2025, LLMs Get Lost In Multi-Turn Conversation",
        url="https://arxiv.org/abs/2505.06120",
        figure="39 % worse on average over six tasks, each told over several turns instead of in one.",
    )

    telling: Literal["at_once", "in_pieces", "as_list"] = choice(
        "at_once",
        label="The input is told",
        help="In pieces: what is asked first, then a sentence in each turn, and each is replied to. As list: the same "
        "pieces in one turn, which tells the turns from the order.",
    )
    window: Literal["keep_first", "oldest", "summary", "refuse"] = choice(
        "keep_first",
        label="What does not fit",
        help="Oldest: the oldest turns are left out. Keep first: the same, but for the first question and its answer. "
        "Summary: the model sums up the oldest, and that is sent. The system message always stays. "
        "A quarter of the window is made free at a time, so that what is sent begins alike for some turns. "
        "Refuse: nothing is left out, and what is too long is not sent.",
    )
    prompt_tokens: int | None = number(
        None, 32, 1_000_000, step=1, label="Prompt tokens at most",
        help="A smaller window than the model's: what forgetting does is seen sooner.",
        empty="What the model's window holds, with room for the answer",
    )  # fmt: skip

    @property
    def unused(self) -> frozenset[str]:
        return frozenset({"prompt_tokens"} if self.window == "refuse" else ())

    def pieces(self, task: Task) -> tuple[str, ...]:
        return (task.input,) if self.telling == "at_once" else shards_of(task.input)

    def calls(self, task: Task) -> Calls:
        count = len(self.pieces(task)) if self.telling == "in_pieces" else 1
        sums_up = self.window == "summary" and (task.turns or count > 1)
        return Calls(count, None if sums_up else count)

    def check(self, task: Task) -> None:
        super().check(task)
        for at, turn in enumerate(task.turns):
            if not turn.text.strip():
                rule = f"fill in row {at + 1} of the turns or remove it."
                raise InvalidSetup(path=("task", "turns", at, "text"), value="", rule=rule)

    def run(self, task: Task, ask: Ask) -> Running:
        turns, how = task.turns, ""
        seen: tuple[str, ...] = ()
        told = self.told(task.input)
        for place, text in enumerate(told, 1):
            label = f"Reply {place}" if told[1:] else "Reply"
            keep, end = self.cut(task.role, turns, text, ask)
            role = task.role
            if end > keep:
                wording = SUMMED_UP if self.window == "summary" else LEFT_OUT
                how = wording.format(first=keep + 1, last=end, count=len(turns))
                if self.window == "summary":
                    summary, summed = yield from self.sum_up(turns[keep:end], label, seen, ask)
                    role = with_summary(task.role, summary)
                    seen = (*seen, *summed)
            sent = as_messages((*turns[:keep], *turns[end:]))
            messages = (*system_message(role), *sent, user_message(text))
            answered = task if place == len(told) else None
            (reply,) = yield from ask(label, messages, depends_on=seen, answer_to=answered)
            seen = (*seen, label)
            turns = (*turns, Turn(role="user", text=text), Turn(role="assistant", text=spoken_text(reply)))
        answer = read_reply(reply, task)
        return Answer(text=answer.text, how=f"{answer.how} {how}".strip())

    def told(self, text: str) -> tuple[str, ...]:
        """What the user says, turn by turn."""
        if self.telling == "in_pieces":
            return shards_of(text)
        return (as_list(shards_of(text)),) if self.telling == "as_list" else (text,)

    def cut(self, role: str, turns: tuple[Turn, ...], text: str, ask: Ask) -> tuple[int, int]:
        """Which turns are left out so that this can be said next: from the first number on, and not from the second."""
        if self.window == "refuse":
            return 0, 0
        before, after = system_message(role), (user_message(text),)
        if not ask.excess((*before, *as_messages(turns), *after), self.prompt_tokens):
            return 0, 0
        if self.window == "summary":
            before = system_message(with_summary(role, ROOM_FOR_SUMMARY))
        keep = first_exchange(turns) if self.window == "keep_first" else 0
        end = cut_end(before, turns, after, keep, self.prompt_tokens, ask)
        if keep and ask.excess((*before, *as_messages((*turns[:keep], *turns[end:])), *after), self.prompt_tokens):
            keep, end = 0, cut_end(before, turns, after, 0, self.prompt_tokens, ask)
        return keep, end

    def sum_up(
        self, turns: tuple[Turn, ...], reply: str, seen: tuple[str, ...], ask: Ask
    ) -> Generator[Event, None, tuple[str, tuple[str, ...]]]:
        """A summary of the turns for that reply, and the labels of what was asked for it."""
        summary = ""
        labels: tuple[str, ...] = ()
        for part in parts_that_fit(turns, self.prompt_tokens, ask):
            label = SUMMARY.format(number=len(labels) + 1, reply=reply)
            prompt = (user_message(summary_prompt(part, summary)),)
            (summed,) = yield from ask(
                label,
                prompt,
                depends_on=(*seen, *labels),
                max_tokens=SUMMARY_TOKENS,
                temperature=0.0,  # of the same turns the same words: what is sent next begins as it did
            )
            summary = spoken_text(summed)
            labels = (*labels, label)
        return summary, labels


def with_summary(role: str, summary: str) -> str:
    """The system message with what was said in turns that are not sent."""
    return f"{role}\n\n{BEFORE.format(summary=summary)}".strip()


def summary_for(reply: str, steps: Sequence[Step]) -> str:
    """What was said in turns that were not sent for the reply of this label; "" where all were."""
    last = ""
    for place in range(1, len(steps)):
        label = SUMMARY.format(number=place, reply=reply)
        made = next((step for step in steps if step.label == label and step.completions), None)
        if made is None:
            break
        last = spoken_text(made.completions[0])
    return last
