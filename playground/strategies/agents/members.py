"""Who takes part in a conversation of agents: what must hold of them, and which weights speak for them."""

from typing import Any

from playground.errors import InvalidSetup
from playground.strategies.parts.templates import field_names
from playground.task import MAX_AGENTS, SEARCH, Agent, Task

FEWEST = 2
NOBODY_WRITES = "nobody writes in a comparison or an experiment"


def in_turn(task: Task) -> tuple[Agent, ...]:
    """Those who speak by turns."""
    return tuple(agent for agent in task.agents if agent.speaks == "in_turn")


def at_the_end(task: Task) -> tuple[Agent, ...]:
    """The one who speaks once, last; none where there is none."""
    return tuple(agent for agent in task.agents if agent.speaks == "at_the_end")


def names_of(agents: tuple[Agent, ...]) -> tuple[str, ...]:
    return tuple(agent.name for agent in agents)


def agent_named(name: str, agents: tuple[Agent, ...]) -> Agent | None:
    """The one of that name, however it is cased."""
    wanted = name.strip(" .*\"'").casefold()
    return next((agent for agent in agents if agent.name.casefold() == wanted), None)


def own_sampling(agent: Agent) -> dict[str, Any]:
    """The sampling settings that are its own."""
    own = {"temperature": agent.temperature, "max_tokens": agent.max_tokens}
    return {name: value for name, value in own.items() if value is not None}


def check_agents(task: Task) -> None:
    """Raises InvalidSetup by row for agents that cannot converse."""
    if not FEWEST <= len(task.agents) <= MAX_AGENTS:
        rule = f"has {len(task.agents)}; a conversation has {FEWEST} to {MAX_AGENTS} of them."
        raise InvalidSetup(path=("task", "agents"), rule=rule)
    seen: set[str] = set()
    for row, agent in enumerate(task.agents):
        if field_names(f"{{{agent.name}}}") != (agent.name,):
            rule = "use letters, digits, spaces, - and _, beginning with a letter."
            raise InvalidSetup(path=("task", "agents", row, "name"), value=agent.name, rule=rule)
        if agent.name.casefold() in seen:
            rule = "this is taken: give the agent a name of its own."
            raise InvalidSetup(path=("task", "agents", row, "name"), value=agent.name, rule=rule)
        if not agent.system.strip() and agent.writer == "model":
            rule = f"tell {agent.name} who it is and what it does: an agent without that is the model as it is."
            raise InvalidSetup(path=("task", "agents", row, "system"), value="", rule=rule)
        if agent.tools == SEARCH and not task.collection:
            rule = f"is search, and there are no documents: choose some for {agent.name} to search."
            raise InvalidSetup(path=("task", "agents", row, "tools"), rule=rule)
        if agent.writer == "search" and not task.collection:
            rule = f"is search, and there are no documents: choose some for {agent.name} to find passages in."
            raise InvalidSetup(path=("task", "agents", row, "writer"), rule=rule)
        seen.add(agent.name.casefold())
    if not in_turn(task):
        raise InvalidSetup(path=("task", "agents"), rule="has nobody who speaks in turn.")
    if len(at_the_end(task)) > 1:
        raise InvalidSetup(
            path=("task", "agents"), rule="has several who speak at the end; one can have the last word."
        )


def refuse_persons(task: Task) -> None:
    """Raises InvalidSetup by row for an agent whose messages a person writes."""
    for row, agent in enumerate(task.agents):
        if agent.writer == "person":
            rule = f"{NOBODY_WRITES}; have a model write for {agent.name}, or run it in the Playground."
            raise InvalidSetup(path=("task", "agents", row, "writer"), value=agent.writer, rule=rule)
