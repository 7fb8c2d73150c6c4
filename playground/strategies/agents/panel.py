"""Panel: agents converse, by turns, as a moderator chooses or as the person says.

Each message is one request, with the system message and the weights of its agent; what the others said stands in it
under their names. The words are those of AutoGen (Wu et al. 2023, arXiv 2308.08155): agents that converse in a group
chat, speaker selection, termination, a human in the loop, who may leave a message to the model, or exit.
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from playground.errors import FieldPath, InvalidSetup
from playground.formats import format_count
from playground.parameters import choice, flag, number, text
from playground.strategies.agents.choosing import named_by_hand, named_by_moderator, next_in_round
from playground.strategies.agents.endings import final_message, has_phrase, is_agreement, is_silence, without_phrase
from playground.strategies.agents.members import (
    NOBODY_WRITES,
    at_the_end,
    check_agents,
    in_turn,
    own_sampling,
    refuse_persons,
)
from playground.strategies.agents.speaking import LEAVES, USES, Utterance, is_unwritten, listen, look_up, speak
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import read_reply, spoken_text
from playground.task import PERSON, SEARCH, Agent, SearchSettings
from playground.types import Completion, FinishReason, Run, Setup, Step, Task

MOST_TOKENS = 4096  # of one request
ALONE = "One prompt, as many tokens"
WRITE = (
    "It is the turn of {name}, which is you. Write the message as the output of \u201c{label}\u201d, and the "
    'conversation goes on. Leave it empty and the model answers for you; "exit" ends the conversation.'
)
NAMES_NOBODY = "The moderator named nobody before message {turn}, so the next of the round spoke."
SPOKEN = re.compile(r"(?:Turn \d+|At the end): (?P<name>[^,:]+)(?:, (?:by the model|after tool \d+))?")


@dataclass(frozen=True, kw_only=True)
class Panel(Strategy):
    name = "panel"
    title = "Agents in conversation"
    task_fields = ("role", "collection", "input", "agents", "answer", "labels")
    required = ("input", "agents")
    card = TechniqueCard(
        summary="Two to six agents, each with a system message and weights of its own, write to each other.",
        helps="Work that has roles: one writes and another finds fault, two argue and a third decides. Where agents "
        "have different models, tools or documents, each adds what the others do not have. You can be one of them.",
        fails="Against one prompt with as many tokens most of the gain is gone, and debates often lose against several "
        "samples with a vote. Agents of one model make the same mistakes and agree on them; small models repeat each "
        "other. Each message is read again by everybody after it.",
        cost="1 call for each message, 1 more for each choice of a moderator's and each use of a tool, and 1 for the "
        "single prompt beside it.",
        citation="Wu et al. 2023, AutoGen; against: Smit et al. 2023, Should we be going MAD?",
        url="https://arxiv.org/abs/2311.17371",
        figure="Smit et al.: multi-agent debate does not reliably beat self-consistency or ensembles of one model.",
    )

    next_speaker: Literal["round_robin", "moderator", "by_hand"] = choice(
        "round_robin",
        label="Who speaks next",
        help="Round robin: in the order of the list. Moderator: the setup's model names one, but not who spoke "
        "last, so of two it says who begins; where it names none, the next of the round speaks. By hand: you are asked "
        "before each message.",
    )
    messages: int = number(4, 1, 40, step=1, label="Messages at most", help="Then the conversation ends, in any case.")
    stop_phrase: str = text(max_length=100, help="A message that says this ends the conversation, such as APPROVED.")
    agreement: bool = flag(
        False, label="End at agreement", help="As soon as the last messages of all have the same answer."
    )
    token_budget: int | None = number(
        None,
        16,
        100_000,
        step=1,
        empty="no limit",
        help="The message with which all agents together have written so many ends the conversation.",
    )
    single_prompt: bool = flag(
        True,
        label="One prompt beside it",
        help="At last asks the setup's model alone, with as many tokens as all wrote.",
    )

    def why_no_form(self, task: Task) -> str:
        if any(agent.writer == "model" and agent.tools == "none" for agent in at_the_end(task)):
            return ""
        return "needs an agent without tools who speaks at the end: only then it is known which message is the answer."

    def calls(self, task: Task) -> Calls:
        rounds, last = in_turn(task), at_the_end(task)
        waits = self.next_speaker == "by_hand" or any(agent.writer == "person" for agent in task.agents)
        ends_early = bool(self.stop_phrase) or self.token_budget is not None
        first = 1 if ends_early else min(self.messages, len(rounds))
        chosen, alone = self._choices(len(rounds)), int(self.single_prompt)
        used = USES if any(agent.tools != "none" for agent in rounds) else 0
        ending = sum(1 + (USES if agent.tools != "none" else 0) for agent in last)
        found = sum(agent.writer == "search" for agent in (*rounds, *last))
        least = 0 if waits else max(0, first + len(last) - found) + min(first, chosen) + alone
        return Calls(least, self.messages * (1 + used) + chosen + ending + alone)

    def _choices(self, agents: int) -> int:
        """How often a moderator is asked, who is not where only one agent could be next."""
        if self.next_speaker != "moderator" or agents < 2:
            return 0
        return self.messages if agents > 2 else 1

    def asked_with(self, setup: Setup) -> tuple[Setup, ...]:
        return tuple(_as_asked(setup, agent) for agent in setup.task.agents)

    def part_at(self, setup: Setup, number: int, path: FieldPath) -> tuple[FieldPath, str]:
        agent = setup.task.agents[number]
        is_own = path[:1] == ("sampling",) and path[-1] in own_sampling(agent)
        return ("task", "agents", number, path[-1] if is_own else "model"), agent.name

    def dialogue(self, run: Run) -> tuple[tuple[Step, str], ...]:
        found: dict[str, tuple[Step, str]] = {}
        for step in run.steps:
            match = SPOKEN.fullmatch(step.label)
            if match and step.completions and step.tool in ("", PERSON, SEARCH) and step.completions[0].text:
                found[step.label.partition(",")[0]] = (step, match["name"])
        return tuple(found.values())

    def searches(self, task: Task) -> SearchSettings | None:
        searching = any(agent.tools in (SEARCH, "all") or agent.writer == "search" for agent in task.agents)
        return super().searches(task) if searching else None

    def check(self, task: Task) -> None:
        if self.stop_phrase != self.stop_phrase.strip():
            raise InvalidSetup(path=("options", "stop_phrase"), rule="begins or ends with a space; take it away.")
        check_agents(task)
        super().check(task)

    def check_alone(self, task: Task) -> None:
        super().check_alone(task)
        refuse_persons(task)
        if self.next_speaker == "by_hand":
            rule = f"{NOBODY_WRITES}, who speaks next as little as anything else; choose round_robin or moderator."
            raise InvalidSetup(path=("options", "next_speaker"), value="by_hand", rule=rule)

    def run(self, task: Task, ask: Ask) -> Running:
        said: tuple[Utterance, ...] = ()
        planned: tuple[Agent, ...] = ()  # by hand, those who are to speak next
        ended, notes = f"after {format_count(self.messages, 'message')}, the most that were allowed", ""
        for turn in range(1, self.messages + 1):
            speaker = next_in_round(said, in_turn(task))
            if self.next_speaker == "moderator":
                chosen = yield from named_by_moderator(task, said, turn, ask)
                notes = notes if chosen else f"{notes} {NAMES_NOBODY.format(turn=turn)}"
                speaker = chosen or speaker
            if self.next_speaker == "by_hand":
                if not planned:
                    planned, waiting = yield from named_by_hand(task, said, turn, ask)
                    if waiting:
                        return Answer(text="", how=waiting)
                speaker, planned = planned[0], planned[1:]
            label = f"Turn {turn}: {speaker.name}"
            if speaker.writer == "person":
                written = yield from listen(speaker, task, said, label, ask)
                if is_unwritten(written):
                    return Answer(text="", how=WRITE.format(name=speaker.name, label=label))
                if written.text.strip().casefold() == LEAVES:
                    ended = f"because {speaker.name} left"
                    break
                if written.text.strip():
                    said = (*said, Utterance(sender=speaker.name, text=written.text.strip(), label=label))
                else:
                    own = yield from speak(speaker, task, said, f"{label}, by the model", ask)
                    said = (*said, own)
            elif task.collection and speaker.writer == "search":
                own = yield from look_up(speaker, task, said, label, ask)
                said = (*said, own)
            else:
                own = yield from speak(speaker, task, said, label, ask)
                said = (*said, own)
            if why := self.ending(said, task):
                ended = why
                break
        return (yield from self.conclude(task, said, ended, notes, ask))

    def ending(self, said: tuple[Utterance, ...], task: Task) -> str:
        """Why the conversation ends here; "" where it goes on."""
        if self.stop_phrase and has_phrase(said[-1], self.stop_phrase):
            return f"because {said[-1].sender} said \u201c{self.stop_phrase}\u201d"
        if self.agreement and is_agreement(said, task):
            return "because all agree"
        if self.token_budget is not None and tokens_of(said) >= self.token_budget:
            return f"because the budget of {self.token_budget:,} tokens is spent"
        return "because nobody said anything any more" if is_silence(said, task) else ""

    def conclude(self, task: Task, said: tuple[Utterance, ...], ended: str, notes: str, ask: Ask) -> Running:
        """The last word, the single prompt, and the answer."""
        for agent in at_the_end(task):
            label = f"At the end: {agent.name}"
            if agent.writer == "person":
                written = yield from listen(agent, task, said, label, ask)
                if is_unwritten(written):
                    return Answer(text="", how=WRITE.format(name=agent.name, label=label))
                said = (*said, Utterance(sender=agent.name, text=written.text.strip() or LEAVES, label=label))
            elif task.collection and agent.writer == "search":
                own = yield from look_up(agent, task, said, label, ask)
                said = (*said, own)
            else:
                own = yield from speak(agent, task, said, label, ask, task)
                said = (*said, own)
        spent, beside = tokens_of(said), ""
        if self.single_prompt:
            messages = (*system_message(task.role), user_message(task.input))
            room: dict[str, Any] = {"max_tokens": min(spent, MOST_TOKENS)} if spent else {}
            (alone,) = yield from ask(ALONE, messages, **room)
            beside = f" One prompt with as many tokens is the last step: {clipped(spoken_text(alone))}"
        summary = f"{format_count(len(said), 'message')}, {spent:,} tokens; ended {ended}.{notes}{beside}"
        last = final_message(said, self.stop_phrase)
        if last is None:
            return Answer(text="", how=f"Nobody said anything. {summary}")
        finish: FinishReason = "length" if last.cut else "stop"
        answer = read_reply(
            Completion(text=without_phrase(last, self.stop_phrase), finish_reason=finish), task, last=True
        )
        return replace(
            answer, how=" ".join(filter(None, (answer.how, f"What {last.sender} said last is the answer.", summary)))
        )


def _as_asked(setup: Setup, agent: Agent) -> Setup:
    """The setup with this agent's weights and sampling."""
    own, sampling = setup.weights_for(agent), replace(setup.sampling, **own_sampling(agent))
    return replace(setup, model=own.model, adapter=own.adapter, scale=own.scale, sampling=sampling)


def tokens_of(said: tuple[Utterance, ...]) -> int:
    """How many tokens the models wrote."""
    return sum(one.tokens for one in said)


def clipped(said: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(said.split())
    return f"\u201c{line[:100]}\u2026\u201d" if len(line) > 100 else f"\u201c{line}\u201d"
