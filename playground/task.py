"""What is asked, whatever the technique: the task and the rows that some of its fields hold."""

from dataclasses import dataclass
from typing import Literal

from playground.parameters import STRICT, Short, choice, many, text

AnswerType = Literal["text", "number", "choice", "yes_no", "label"]

MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One demonstration: an input and the output it should have."""

    __pydantic_config__ = STRICT
    input: str = text(max_length=MAX_TEXT, help="An input of the kind you will ask about.")
    output: str = text(max_length=MAX_TEXT, help="The answer it should get.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """One link of a chain: a name and a template over `{input}`, `{previous}` and earlier step names."""

    __pydantic_config__ = STRICT
    name: str = text(max_length=60, help="Short name; later steps refer to this step's output by it.")
    template: str = text(max_length=MAX_TEXT, lines=3, help="{input}, {previous} and {earlier step name} are replaced.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked, whatever the technique. A technique names the fields it uses."""

    __pydantic_config__ = STRICT
    input: str = text(max_length=MAX_TEXT, help="The question, or what is to be done.", lines=5)
    material: str = text(max_length=MAX_TEXT, help="A text to work on. It is put behind the input, fenced by a marker.")
    role: str = text(max_length=MAX_TEXT, help='Who answers: "You are ...". Sent as the system message.', lines=2)
    examples: tuple[Example, ...] = many(max_length=64, help="Pairs of input and output, shown in this order.")
    steps: tuple[ChainStep, ...] = many(max_length=20, help="Prompts that build on each other.")
    answer: AnswerType = choice(
        "text",
        label="Answer type",
        help="What is read out of the reply. Label: one of your own words, such as positive. Choice: the letter of one "
        "of the options that your prompt lists as A), B) and so on.",
    )
    labels: tuple[Short, ...] = many(
        max_length=64, help="The allowed answers; of a choice, its options in the order of their letters."
    )
