"""A chat as plain values for the page: the turns of a branch, and the tree of all branches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Any

from playground.chats.tree import Chat, ChatTurn
from playground.formats import format_count
from playground.strategies.parts.window import BEFORE
from playground.types import Completion, Run
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.answer_values import PHASES
from playground.ui.run_view.measures import dollars, mean_probability
from playground.ui.run_view.steps_values import ENDINGS, made_by
from playground.ui.widgets.status import share_of, status

IDLE = status("empty")
SUMMED = "Sent for the last answer, in place of turns that were left out"
WORDS = 60  # characters of a branch's beginning


def chat_value(
    chat: Chat, cut: Collection[int] = (), *, said: str = "", ending: Mapping[str, Any] | None = None, lost: str = ""
) -> dict[str, Any]:
    """The branch that is shown; `cut` are the numbers of turns that are not sent, as `said`, `ending` is how the last
    answer ended, and `lost` what is to be said where the browser cannot keep all of it."""
    origins = {turn.reply.origin for turn in chat.turns if turn.reply and turn.reply.origin}
    several = len(origins) > 1  # weights have answered
    return {
        **(ending or IDLE),
        "turns": [turn_value(chat, turn, cut=turn.id in cut, origin=several) for turn in chat.branch],
        "tree": tree_rows(chat),
        "note": said,
        "lost": lost,
        "busy": False,
    }


def turn_value(chat: Chat, turn: ChatTurn, *, cut: bool = False, origin: bool = False) -> dict[str, Any]:
    """A turn with its place among those that could stand there; with its `origin` where that has to be told."""
    beside = [one.id for one in chat.after(turn.parent)]
    reply = turn.reply
    return {
        "id": turn.id,
        "role": turn.role,
        "text": turn.text,
        "reasoning": reply.reasoning if reply else "",
        "facts": " \u00b7 ".join(_facts(chat, turn)),
        "origin": made_by(reply.origin) if reply and origin and not turn.edited else "",
        "place": beside.index(turn.id) + 1 if turn.id in beside else 1,
        "beside": beside or [turn.id],
        "cut": cut,
        "open": turn.cut and turn.role == "assistant",
        "summary": AsWritten(turn.summary),
        "feedback": turn.feedback,
        "tokens": bool(reply and reply.tokens),
    }


def running_value(before: dict[str, Any], turn: dict[str, Any], run: Run) -> dict[str, Any]:
    """The branch as it stood `before`, and the answer that comes after it as it grows."""
    what = run.progress.what if run.progress else run.steps[-1].label if run.steps else ""
    phase = PHASES[run.status]
    line = status(run.status, f"{phase}: {what}" if what else phase, share=share_of(run.progress), spoken=f"{phase}.")
    return {**before, **line, "turns": [*before["turns"], turn], "busy": True}


def ending_value(run: Run, error: str) -> dict[str, Any]:
    """How an answer has ended."""
    phase = PHASES[run.status]
    answer = run.steps[-1].completions[-1].text[:300] if run.steps and run.steps[-1].completions else ""
    words = " \u00b7 ".join(filter(None, (phase, f"seed {run.seed}" if run.seed is not None else "")))
    return status(run.status, words, error=error, spoken=AsWritten(f"{translated(phase)}. {answer}".strip()))


def _facts(chat: Chat, turn: ChatTurn) -> list[str]:
    reply = turn.reply
    if turn.edited:
        return ["edited by hand"]
    if reply is None:
        return ["did not come to its end"] if turn.cut else []
    first = reply.time_to_first_token
    p = mean_probability(reply.tokens)
    return [
        *(
            [format_count(reply.completion_tokens, "token", estimated=reply.estimated)]
            if reply.completion_tokens
            else []
        ),
        *([f"{reply.prompt_tokens:,} in the prompt"] if reply.prompt_tokens else []),
        *([f"first after {first:.2f} s"] if first is not None else []),
        f"{reply.seconds:.1f} s",
        *([f"mean probability {p:.2f}"] if p is not None else []),
        *([dollars(reply.cost)] if reply.cost is not None else []),
        *(f"token {at} chosen by you" for at, token in enumerate(reply.tokens, 1) if token.forced),
        *([ending] if (ending := ENDINGS[reply.finish_reason]) else []),
        *([f"the same as answer {same}"] if (same := _same_as(chat, turn)) else []),
    ]


def _same_as(chat: Chat, turn: ChatTurn) -> int:
    """The place of an earlier answer that has the same words; 0 where there is none."""
    beside = chat.after(turn.parent)
    return next((place for place, one in enumerate(beside, 1) if one.id < turn.id and one.text == turn.text), 0)


def live_turn(chat: Chat, turn: ChatTurn, completion: Completion | None) -> dict[str, Any]:
    """The value of a turn that is being answered."""
    text = turn.text + (completion.text if completion else "")
    value = turn_value(chat, replace(turn, text=text, reply=None, cut=False))
    reasoning = completion.reasoning if completion else ""
    return {**value, "reasoning": reasoning, "facts": "", "origin": ""}


def tree_rows(chat: Chat) -> list[dict[str, Any]]:
    """A row for each stretch of turns in which nothing branches, with how deep it stands; none for a single one."""
    children: dict[int | None, list[ChatTurn]] = {}
    for turn in chat.turns:
        children.setdefault(turn.parent, []).append(turn)
    shown = {turn.id for turn in chat.branch}
    rows: list[dict[str, Any]] = []
    waiting = [(turn, 0) for turn in reversed(children.get(None, []))]
    while waiting:
        first, depth = waiting.pop()
        stretch = [first]
        while len(next_turns := children.get(stretch[-1].id, [])) == 1:
            stretch.append(next_turns[0])
        rows.append(
            {
                "id": first.id,
                "depth": depth,
                "text": f"{_name(first)}: {shorten(first.text, WORDS, placeholder=' ...') or '(empty)'}",
                "count": format_count(len(stretch), "turn"),
                "shown": first.id in shown,
            }
        )
        waiting += [(turn, depth + 1) for turn in reversed(next_turns)]
    return rows if len(rows) > 1 else []


def _name(turn: ChatTurn) -> str:
    return "You" if turn.role == "user" else "Answer"


def summary_sent(chat: Chat) -> list[dict[str, Any]]:
    """What was sent for the last answer in place of turns that were left out, for the view of prompts; nothing where
    all was sent."""
    summary = next((turn.summary for turn in reversed(chat.branch) if turn.role == "assistant"), "")
    if not summary:
        return []
    before, _, after = BEFORE.partition("{summary}")
    pieces = [{"text": before, "gap": False}, {"text": summary, "gap": True}, {"text": after, "gap": False}]
    words = {"role": "system", "pieces": [piece for piece in pieces if piece["text"]]}
    return [{"label": SUMMED, "messages": [words], "prefill": []}]


def cut_note(turns: Sequence[ChatTurn], begin: int, end: int, window: str) -> str:
    """Which turns are not sent, in a sentence; "" where all are."""
    if begin == end:
        return ""
    one = end == begin + 1
    if one:
        which = f"Turn {begin + 1} of {len(turns)} is left out to make room"
        return f"{which}; a summary of it is sent." if window == "summary" else f"{which}."
    which = f"Turns {begin + 1} to {end} of {len(turns)} are left out to make room"
    return f"{which}; a summary of them is sent." if window == "summary" else f"{which}."
