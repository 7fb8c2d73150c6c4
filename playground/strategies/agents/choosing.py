"""Who speaks next: the next of the round, whom a moderator names, or whom the person names."""

import re
from collections.abc import Generator

from playground.strategies.agents.members import agent_named, in_turn, names_of
from playground.strategies.agents.speaking import Utterance, all_said, is_unwritten, labels_of
from playground.strategies.answers import read_answer
from playground.strategies.base import Ask, Event
from playground.strategies.parts.templates import template_messages
from playground.task import PERSON, Agent, Task

MODERATOR = """\
{members}

The task: {input}

Said so far:
{said}

Who is to speak next? Reply with one name and nothing else: {names}."""
NOBODY_YET = "(nothing)"
NAME_TOKENS = 12
CHOOSE = (
    "Who speaks next? Write a name as the output of \u201c{label}\u201d, or several with commas between: {names}. "
    "Leave it empty and the next in the round speaks."
)
UNKNOWN = "Nobody is called {name!r}. Write one of these as the output of \u201c{label}\u201d: {names}."


def next_in_round(said: tuple[Utterance, ...], rounds: tuple[Agent, ...]) -> Agent:
    """The one after whoever spoke last, in the order of the list."""
    places = [place for place, agent in enumerate(rounds) if said and agent.name == said[-1].sender]
    return rounds[(places[0] + 1) % len(rounds)] if places else rounds[0]


def named_by_moderator(
    task: Task, said: tuple[Utterance, ...], turn: int, ask: Ask
) -> Generator[Event, None, Agent | None]:
    """Whom the setup's model names, of all but the one who spoke last; None for nobody. Where one alone is left, it is
    that one, and nobody is asked."""
    others = tuple(agent for agent in in_turn(task) if not said or agent.name != said[-1].sender)
    rounds = others or in_turn(task)
    if len(rounds) == 1:
        return rounds[0]
    # All of them, whoever may speak now: so each of these prompts begins as the one before, and is read from there on.
    members = "\n".join(f"{agent.name}: {agent.system}" for agent in in_turn(task))
    names = ", ".join(names_of(rounds))
    messages = template_messages(task, MODERATOR, members=members, said=all_said(said) or NOBODY_YET, names=names)
    (reply,) = yield from ask(
        f"Who speaks, message {turn}",
        messages,
        depends_on=labels_of(said),
        one_of=names_of(rounds),
        temperature=0.0,
        max_tokens=NAME_TOKENS,
    )
    reading = read_answer(reply.text, "label", names_of(rounds))
    return agent_named(reading.text, rounds) if reading else None


def named_by_hand(
    task: Task, said: tuple[Utterance, ...], turn: int, ask: Ask
) -> Generator[Event, None, tuple[tuple[Agent, ...], str]]:
    """Whom the person names, in order, and what the person is to be told where nobody is named, or nobody who is
    there."""
    rounds, label = in_turn(task), f"Who speaks, message {turn}"
    listed = ", ".join(names_of(rounds))
    named = yield from ask.call(label, PERSON, all_said(said) or task.input, depends_on=labels_of(said))
    if is_unwritten(named):
        return (), CHOOSE.format(label=label, names=listed)
    wanted = tuple(name.strip() for name in re.split(r"[,\n]", named.text) if name.strip())
    unknown = tuple(name for name in wanted if agent_named(name, rounds) is None)
    if unknown:
        return (), UNKNOWN.format(name=unknown[0], label=label, names=listed)
    found = tuple(agent for name in wanted if (agent := agent_named(name, rounds)))
    return found or (next_in_round(said, rounds),), ""
