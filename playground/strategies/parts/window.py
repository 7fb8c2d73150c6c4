"""What of a conversation is left out where it is longer than the window."""

from playground.strategies.base import Ask
from playground.types import Message, Turn

SUMMARISE = (
    "Sum up this part of a conversation in at most 80 words, for somebody who has to go on with it. Keep names, "
    "numbers, facts and wishes.\n\n{part}"
)
BEFORE = "What was said before: {summary}"
SUMMARY_TOKENS = 120
STEPS = 4  # of these in the window is one made free at a time
ROOM_FOR_SUMMARY = "word " * SUMMARY_TOKENS  # stands in for a summary that is not there yet


def as_messages(turns: tuple[Turn, ...]) -> tuple[Message, ...]:
    """The turns as a model's chat template will see them."""
    return tuple(Message(turn.role, turn.text) for turn in turns)


def first_exchange(turns: tuple[Turn, ...]) -> int:
    """How many turns there are before the second one of the user's."""
    for at in range(1, len(turns)):
        if turns[at].role == "user":
            return at
    return len(turns)


def cut_end(
    before: tuple[Message, ...], turns: tuple[Turn, ...], after: tuple[Message, ...], keep: int, most: int | None,
    ask: Ask,
) -> int:  # fmt: skip
    """Where the turns go on that are sent, of a conversation that is too long, if its first `keep` are.

    They are left out in steps, so that the next turns are sent with the same beginning, which need not be read again:
    enough that the tokens left out are a whole number of `STEPS` of the window. The last question and its answer stay
    if there is room for them. It goes on with one of the user's: chat templates want that.
    """
    ends = [keep, *(at for at in range(keep + 1, len(turns)) if turns[at].role == "user"), len(turns)]
    kept = (*before, *as_messages(turns[:keep]))
    whole = (*before, *as_messages(turns), *after)
    excess, tokens = ask.excess(whole, most), ask.excess(whole, 1) + 1
    step = max((tokens - excess) // STEPS, 1)
    room = tokens - -(-excess // step) * step
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if ask.excess((*kept, *as_messages(turns[ends[middle] :]), *after), room):
            low = middle + 1
        else:
            high = middle
    last = ends[-2]
    if ends[low] > last and not ask.excess((*kept, *as_messages(turns[last:]), *after), most):
        return last
    return ends[low]


def summary_prompt(turns: tuple[Turn, ...], earlier: str) -> str:
    """What is asked to have these turns summed up, and what was said before them."""
    lines = [f"{turn.role.capitalize()}: {turn.text}" for turn in turns]
    if earlier:
        lines = [BEFORE.format(summary=earlier), *lines]
    return SUMMARISE.format(part="\n".join(lines))


def parts_that_fit(turns: tuple[Turn, ...], most: int | None, ask: Ask) -> tuple[tuple[Turn, ...], ...]:
    """The turns in parts of which each can be summed up at once, with the summary of the part before it."""
    parts: tuple[tuple[Turn, ...], ...] = ()
    part: tuple[Turn, ...] = ()
    for turn in turns:
        if part and ask.excess((Message("user", summary_prompt((*part, turn), ROOM_FOR_SUMMARY)),), most):
            parts = (*parts, part)
            part = ()
        part = (*part, turn)
    return (*parts, part)
