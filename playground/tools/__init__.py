"""What a technique may use besides a model: each tool is given a line of text, and answers with text.

calculator.py   Works out a line of arithmetic exactly, within bounds that no line can pass
clock.py        The date and the time, of the world's own clock
"""

from collections.abc import Callable, Generator

from playground.errors import ToolRefused, write_value
from playground.task import SEARCH
from playground.tools.calculator import calculate
from playground.tools.clock import read_clock
from playground.types import Progress

MOST_SHOWN = 2_000  # characters of an answer: it becomes part of the next prompt
CUT = f"... (cut after {MOST_SHOWN:,} characters)"
Search = Callable[[str], Generator[Progress, None, str]]
TOOLS: dict[str, Callable[[str], str]] = {"calculator": calculate, "clock": read_clock}
TOOL_NAMES = (*TOOLS, SEARCH)


def use_tool(tool: str, argument: str, search: Search | None) -> Generator[Progress, None, str]:
    """The same, of a tool that may take a while: `search` where there are documents for it."""
    if tool == SEARCH and search:
        return (yield from search(argument))
    return answer_of(tool, argument)


def answer_of(tool: str, argument: str) -> str:
    """What the tool says to that. A refusal is an answer as well: whoever asked reads why, and may ask otherwise."""
    use = TOOLS.get(tool)
    if use is None:
        return f"There is no tool called {write_value(tool)}; there are {', '.join(TOOLS)}."
    try:
        said = use(argument)
    except ToolRefused as refusal:
        return f"Refused: {refusal}"
    return said if len(said) <= MOST_SHOWN else f"{said[:MOST_SHOWN]} {CUT}"


__all__ = ["TOOLS", "TOOL_NAMES", "Search", "answer_of", "use_tool"]
