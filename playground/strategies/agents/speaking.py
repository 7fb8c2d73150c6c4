"""One agent's message: what it is shown, which tools it uses, and what the person writes."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from playground.strategies.agents.members import names_of, own_sampling
from playground.strategies.base import Ask, Event, assistant_message, system_message, user_message
from playground.strategies.parts.actions import read_action
from playground.strategies.parts.replies import spoken_text
from playground.task import PERSON, SEARCH, Agent, Task
from playground.types import Completion, Message

USES = 3  # of tools, for one message
SILENCE = "(says nothing)"
GO_ON = "Go on."
TOOLS = {
    "calculator": "Calculator[3 * (4 + 5)] works out one line of arithmetic.",
    "clock": "Clock[] tells the date and the time.",
    SEARCH: "Search[opening hours] finds passages about that in the documents.",
}
MAY_USE = """\
You may use a tool. Write it on a line of its own and wait for what it says:
{tools}"""
LAST_WORD = "{name}, it is your turn. The task again: {task}"
REPEATED = 1000  # characters of a task that is told again to who has the last word: small models lose it on the way
SEEN_BY_PERSON = "{task}\n\n{said}"
LEAVES = "exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A message of the conversation: who sent it, and the step that it came from. `tokens` is what was generated."""

    sender: str
    text: str
    label: str
    tokens: int = 0
    cut: bool = False

    @property
    def is_silent(self) -> bool:
        return self.text == SILENCE


def system_of(agent: Agent, task: Task) -> tuple[Message, ...]:
    """What an agent is told: what all are told, who it is, and what it may use."""
    parts = (task.role, agent.system, "" if agent.tools == "none" else may_use(agent, task))
    return system_message("\n\n".join(part.strip() for part in parts if part.strip()))


def may_use(agent: Agent, task: Task) -> str:
    """Which tools it may use, and how; "" for none."""
    offered = [told for name, told in TOOLS.items() if agent.tools in (name, "all")]
    if not task.collection:
        offered = [told for told in offered if told != TOOLS[SEARCH]]
    listed = "\n".join(f"Action: {told}" for told in offered)
    return MAY_USE.format(tools=listed) if listed else ""


def seen_by(agent: Agent, task: Task, said: tuple[Utterance, ...]) -> tuple[Message, ...]:
    """The conversation as this agent sees it: its own messages are the assistant's, and those of others the user's,
    under their names. Who has the last word is told the task again, unless that is long."""
    messages = system_of(agent, task)
    heard: tuple[str, ...] = (task.input,)
    for one in said:
        if one.sender == agent.name:
            messages = (*messages, user_message("\n\n".join(heard) or GO_ON), assistant_message(one.text))
            heard = ()
        else:
            heard = (*heard, written_down(one))
    if agent.speaks == "at_the_end" and said and len(task.input) <= REPEATED:
        heard = (*heard, LAST_WORD.format(name=agent.name, task=task.input))
    return (*messages, user_message("\n\n".join(heard) or GO_ON))


def written_down(one: Utterance) -> str:
    """A message under its sender's name."""
    return f"{one.sender}: {one.text}"


def all_said(said: Iterable[Utterance]) -> str:
    """The conversation as text."""
    return "\n\n".join(written_down(one) for one in said)


def labels_of(said: Iterable[Utterance]) -> tuple[str, ...]:
    return tuple(one.label for one in said)


def speak(
    agent: Agent, task: Task, said: tuple[Utterance, ...], label: str, ask: Ask, answer_to: Task | None = None
) -> Generator[Event, None, Utterance]:
    """Have the agent's model write its message, with the tools that it uses."""
    messages, seen = seen_by(agent, task, said), labels_of(said)
    others = [name for name in names_of(task.agents) if name != agent.name]
    stop = tuple(f"\n{name}:" for name in [*others, *(["Observation"] if agent.tools != "none" else [])])
    settings = own_sampling(agent)
    (reply,) = yield from ask(
        label, messages, depends_on=seen, weights=agent, answer_to=answer_to, stop=stop, **settings
    )
    tokens, begun, last = tokens_in(reply), "", ""
    if agent.tools != "none":
        for count in range(1, USES + 1):
            thought, action = read_action(spoken_text(reply), is_whole=reply.finish_reason != "length")
            if action is None:
                break
            looked, on = f"{label}, tool {count}", f"{label}, after tool {count}"
            seen = (*seen, label if count == 1 else f"{label}, after tool {count - 1}")
            used = yield from ask.use(looked, action.tool, action.argument, depends_on=seen)
            seen, last = (*seen, looked), used.text
            done = f"Action: {action.name}[{action.argument}]"
            begun = f"{begun}{thought}\n{done}\nObservation: {used.text}\n".lstrip()
            (reply,) = yield from ask(
                on, messages, prefill=begun, depends_on=seen, weights=agent, stop=stop, **settings
            )
            tokens += tokens_in(reply)
    text = without_name(spoken_text(reply), agent.name) or last or SILENCE
    return Utterance(sender=agent.name, text=text, label=label, tokens=tokens, cut=reply.finish_reason == "length")


def look_up(
    agent: Agent, task: Task, said: tuple[Utterance, ...], label: str, ask: Ask
) -> Generator[Event, None, Utterance]:
    """What the documents hold about what the others said last, or about the task where nobody has said anything."""
    heard = [one.text for one in said if one.sender != agent.name]
    found = yield from ask.use(label, SEARCH, heard[-1] if heard else task.input, depends_on=labels_of(said))
    return Utterance(sender=agent.name, text=found.text, label=label)


def listen(
    agent: Agent, task: Task, said: tuple[Utterance, ...], label: str, ask: Ask
) -> Generator[Event, None, Completion]:
    """What the person writes for this agent, once it is written."""
    shown = SEEN_BY_PERSON.format(task=task.input, said=all_said(said)).strip()
    return (yield from ask.call(label, PERSON, shown, depends_on=labels_of(said)))


def without_name(text: str, name: str) -> str:
    """Without its own name before it, as models write that see the names of others."""
    begun = text[: len(name) + 1]
    return text[len(begun) :].strip() if begun.casefold() == f"{name}:".casefold() else text


def tokens_in(reply: Completion) -> int:
    """How many tokens were generated."""
    return reply.completion_tokens


def is_unwritten(reply: Completion) -> bool:
    """Whether the person has not written yet. Nothing may be what is written, once it is."""
    return not reply.edited and not reply.text
