"""Who spoke to whom in a conversation of agents, as plain values for the page."""

from collections import Counter
from itertools import pairwise
from typing import Any

from playground.strategies import technique_of
from playground.types import Run, Step
from playground.ui.language.translating import listed


def recipients(run: Run) -> dict[int, str]:
    """By the place of a message among the steps: to whom it went, which is everybody else."""
    names = [agent.name for agent in run.setup.task.agents]
    return {
        _place(run, step): f"to {_listed([name for name in names if name != sender])}"
        for step, sender in technique_of(run.setup).dialogue(run)
    }


def graph_value(run: Run) -> dict[str, Any]:
    """Each agent with its messages and tokens, and how often whom was answered by whom; empty without a conversation.

    All hear every message; what an arrow counts is who spoke next.
    """
    names = {agent.name for agent in run.setup.task.agents}
    said = [(step, sender) for step, sender in technique_of(run.setup).dialogue(run) if sender in names]
    if not said:
        return {"agents": [], "arrows": []}
    messages = Counter(sender for _, sender in said)
    tokens: Counter[str] = Counter()
    for step, sender in said:
        tokens[sender] += sum(completion.completion_tokens for completion in step.completions)
    answered = Counter(pairwise(sender for _, sender in said))
    return {
        "agents": [
            {"name": agent.name, "messages": messages[agent.name], "tokens": tokens[agent.name]}
            for agent in run.setup.task.agents
        ],
        "arrows": [{"from": one, "to": other, "count": count} for (one, other), count in answered.items()],
    }


def _place(run: Run, step: Step) -> int:
    return next(place for place, one in enumerate(run.steps) if one is step)


def _listed(names: list[str]) -> str:
    return listed(names)
