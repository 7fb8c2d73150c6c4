"""Function calling: the model is told of functions, and calls them by the protocol of its makers.

A call is checked against its function's schema, and what is wrong is told to the model. What a function gives, the
person says: the run ends where a result is wanted, and goes on from there once it is written.
"""

from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.functions.calls import fault_of, read_calls
from playground.functions.listing import read_functions
from playground.parameters import number, text
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import read_reply
from playground.types import Completion, Message, Task

WHERE = ("options", "functions")
MAX_RESULT = 100_000  # characters that a function may give
WAITING = "It calls {name}. Write what that gives as the output of \u201c{label}\u201d, and the run goes on from there."


@dataclass(frozen=True, kw_only=True)
class FunctionCalling(Strategy):
    name = "function_calling"
    title = "Function calling"
    task_fields = ("role", "input", "answer", "labels")
    offers_functions = True
    card = TechniqueCard(
        summary="The model is told of your functions and calls them; you say what each call gives.",
        helps="What a model cannot know or do: look something up, book, calculate. Shows before anything is programmed "
        "whether descriptions and schemas are clear enough to be called rightly.",
        fails="Small models call what is not there, forget arguments, or answer without calling. The chat template has "
        "to know functions; of the models that come with it those of Qwen do.",
        cost="1 call for each reply; a result is none.",
        citation="Schick et al. 2023, Toolformer: Language Models Can Teach Themselves to Use Tools",
        url="https://arxiv.org/abs/2302.04761",
    )

    functions: str = text(
        max_length=20_000,
        lines=6,
        help='A JSON list: [{"name": "weather", "description": "The weather in a town.", "parameters": {"type": '
        '"object", "properties": {"town": {"type": "string"}}, "required": ["town"]}}].',
    )
    rounds: int = number(5, 1, 20, step=1, help="Replies at most, of which each but the last may call functions.")

    def calls(self, task: Task) -> Calls:
        return Calls(1, self.rounds)

    def why_no_form(self, task: Task) -> str:
        return "is not possible with function calling, whose replies may be calls; choose another technique."

    def check(self, task: Task) -> None:
        super().check(task)
        if not self.functions.strip():
            raise InvalidSetup(path=WHERE, rule="is empty; function calling needs it.")
        read_functions(self.functions, WHERE)

    def run(self, task: Task, ask: Ask) -> Running:
        functions = read_functions(self.functions, WHERE)
        messages = (*system_message(task.role), Message("user", task.input, functions=functions))
        seen: tuple[str, ...] = ()
        for turn in range(1, self.rounds + 1):
            (reply,) = yield from ask(f"Reply {turn}", messages, depends_on=seen)
            seen += (f"Reply {turn}",)
            said, calls = read_calls(reply.text)
            if not calls:
                return read_reply(reply, task)
            messages += (Message("assistant", said, calls=calls),)
            for place, made in enumerate(calls, 1):
                label = f"Result {turn}.{place}" if calls[1:] else f"Result {turn}"
                name, fault = made.name or "function", fault_of(made, functions)
                result = yield from ask.call(label, name, made.arguments, fault=fault, depends_on=seen)
                if is_missing(result):
                    return Answer(text="", how=WAITING.format(name=name, label=label))
                check_result(label, result)
                seen += (label,)
                messages += (Message("tool", result.text, call_id=made.id),)
        return Answer(
            text="", how=f"Each of {self.rounds} replies calls a function, and that is the most it was given."
        )


def is_missing(result: Completion) -> bool:
    """Whether nobody has said yet what a function gives. Nothing may be what it gives, once somebody has said so."""
    return not result.edited and not result.text


def check_result(label: str, result: Completion) -> None:
    """Raises InvalidSetup for more than a function may give."""
    if len(result.text) > MAX_RESULT:
        raise InvalidSetup(
            f"{label} has {len(result.text):,} characters; {MAX_RESULT:,} is the most that a function may give."
        )
