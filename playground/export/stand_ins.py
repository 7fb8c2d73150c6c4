"""What an exported script has in place of the playground's own definitions of the same names.

Nothing here runs in the playground: its source is copied into scripts.
"""

import json
import sys
from dataclasses import dataclass, replace
from typing import Any

import bm25s

from playground.retrieval.word_index import words_of
from playground.strategies.agents.speaking import all_said
from playground.strategies.parts.replies import spoken_text
from playground.strategies.parts.templates import FIELD
from playground.task import NOTHING_FOUND, SEARCH
from playground.tools import answer_of
from playground.types import Function

script: Any = None  # what is known of a script when it is written
PASSAGES: list[str] = []
MOST_PASSAGES = 0
TECHNIQUES: dict[str, Any] = {}
REPLIES: list[Any] = []
form: Any = None


@dataclass(frozen=True)
class Task:
    input: str
    role: str = ""
    examples: tuple[Any, ...] = ()
    steps: tuple[Any, ...] = ()
    turns: tuple[Any, ...] = ()
    agents: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()
    form: str = "none"


@dataclass(frozen=True)
class Example:
    input: str
    output: str


@dataclass(frozen=True)
class ChainStep:
    name: str
    template: str
    strategy: str


@dataclass(frozen=True)
class Turn:
    role: str
    text: str


@dataclass(frozen=True)
class Agent:
    name: str
    system: str = ""
    writer: str = "model"
    speaks: str = "in_turn"
    tools: str = "none"
    model: str = ""
    adapter: str = ""
    scale: float = 1.0
    temperature: Any = None
    max_tokens: Any = None


@dataclass(frozen=True)
class Completion:
    text: str
    reasoning: str = ""
    finish_reason: str = "stop"
    completion_tokens: int = 0
    tokens: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Answer:
    text: str
    votes: tuple[Any, ...] = ()
    checks: tuple[Any, ...] = ()


class ToolRefused(Exception):
    """A tool was asked for something that it does not do."""


class NotSupported(Exception):
    """The server does not give what this needs."""


class InvalidSetup(Exception):
    """Something is not as it must be."""


def Message(  # the name of what it stands for
    role: str, content: str, functions: Any = (), calls: Any = (), call_id: str = ""
) -> dict[str, Any]:
    return {
        "role": role,
        "content": content,
        **({"functions": functions} if functions else {}),
        **({"tool_calls": [as_tool_call(call) for call in calls]} if calls else {}),
        **({"tool_call_id": call_id} if call_id else {}),
    }


def as_tool_call(call: Any) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def read_functions(text: str, path: Any) -> tuple[Function, ...]:
    """The functions that may be called, from JSON."""
    listed = [one.get("function", one) for one in json.loads(text)]
    return tuple(
        Function(
            name=one["name"],
            description=one.get("description", ""),
            parameters=json.dumps(one.get("parameters", {"type": "object", "properties": {}}), ensure_ascii=False),
        )
        for one in listed
    )


def call(label: str, name: str, arguments: str, fault: str = "") -> Completion:
    """Ask you what a function gives; put your own code here. Of a call that is wrong it is what is wrong with it."""
    print(f"--- {label}: {name}({arguments})", file=sys.stderr)
    return Completion(text=fault or input(f"What does {name} give? "))


def excess(messages: Any, most: int | None) -> int:
    """About how many tokens of a prompt are too many, by its characters; without a limit the server will tell."""
    return max(0, sum(len(message["content"]) for message in messages) // 4 - most) if most else 0


def listen(agent: Any, task: Any, said: Any, label: str) -> Completion:
    """Ask you for the message of this agent."""
    print(f"{task.input}\n\n{all_said(said)}\n", file=sys.stderr)
    return Completion(text=input(f"{label}: "))


def is_unwritten(reply: Completion) -> bool:
    """Nobody waits in a script: nothing may be what is written."""
    return False


def keeps_form(reply: Completion, task: Any) -> bool:
    """Whether a reply is whole, where it was held to a form; and JSON, where that is one of JSON."""
    if task.form == "none":
        return True
    if form.is_json:
        try:
            json.loads(reply.text)
        except ValueError:
            return False
    return reply.finish_reason != "length"


def fill_template(template: str, values: dict[str, str]) -> str:
    """Replace each {name}; {{name}} stands for {name} itself."""
    return FIELD.sub(lambda match: values[match[2]] if match[2] else f"{{{match[1]}}}", template)


def use(label: str, tool: str, argument: str) -> Completion:
    """Ask a tool."""
    text = (
        search(argument) if script.only_searches or (script.searches and tool == SEARCH) else answer_of(tool, argument)
    )
    print(f"--- {label}\n{text}", file=sys.stderr)
    return Completion(text=text)


def search(question: str) -> str:
    """The passages that fit the words of the question best, by BM25."""
    index = bm25s.BM25()
    index.index([words_of(passage) for passage in PASSAGES], show_progress=False)
    known = [word for word in words_of(question) if word in index.vocab_dict]
    scores = index.get_scores(known) if known else [0.0] * len(PASSAGES)
    best = sorted(range(len(PASSAGES)), key=lambda at: -scores[at])
    found = [PASSAGES[at] for at in best[:MOST_PASSAGES] if scores[at] > 0]
    return "\n".join(f"[{number}] {passage}" for number, passage in enumerate(found, 1)) or NOTHING_FOUND


def chaining(task: Any) -> Answer:
    """Ask each step by its technique, on a prompt that is filled with what came before."""
    values, answer = {"input": task.input, "previous": task.input}, Answer(text="")
    for step in task.steps:
        print(f"=== {step.name}", file=sys.stderr)
        filled = replace(task, input=fill_template(step.template, values), steps=())
        if task.form != "none" and step is not task.steps[-1]:
            filled = replace(filled, form="none")
        answer = TECHNIQUES[step.strategy](filled)
        said = spoken_text(REPLIES[-1]) if filled.form == "none" else ""
        values["previous"] = values[step.name] = answer.text or said
    return replace(answer, text=values["previous"])
