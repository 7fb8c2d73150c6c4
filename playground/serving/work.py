"""The run that answers a request: a conversation as it is, or a technique on one input."""

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.running import runner
from playground.serving.names import ServedName, parse_name
from playground.serving.requests import ChatRequest
from playground.strategies.base import Answer, Ask, Running
from playground.types import Message, Run, Setup, Task

EVERY = 0.05  # seconds between two looks at what has come: twenty chunks a second can be told from none by nobody
FROM_MESSAGES = {"input": "the last message", "role": "a system message"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A procedure that sends messages as they are."""

    messages: tuple[Message, ...]
    n: int
    prefill: str
    task: Task = Task()

    def check(self, task: Task) -> None:
        """Of the task nothing but the form of the answer is used, which was read as such."""

    def carry_out(self, task: Task, ask: Ask) -> Running:
        """One request to the model."""
        completions = yield from ask("Answer", self.messages, n=self.n, prefill=self.prefill, answer_to=self.task)
        return Answer(text=completions[0].text)


def prepare(
    request: ChatRequest, catalog: Catalog, max_seconds: float
) -> tuple[ServedName, Generator[Run, None, None]]:
    """What is asked, and the run that answers it, not begun. Raises PlaygroundError for what cannot be asked."""
    served = parse_name(request.model, catalog)
    if served.strategy:
        return served, runner.run(technique_setup(request, served), catalog, max_seconds=max_seconds, every=EVERY)
    for name in ("options", "task"):
        if getattr(request, name):
            rule = f"is of a technique; ask one, such as {f'{request.model}/self_consistency'!a}, or leave it out."
            raise InvalidSetup(path=(name,), rule=rule)
    weights = served.weights
    setup = Setup(
        model=weights.model,
        adapter=weights.adapter,
        options={},
        task=Task(form=request.form, form_text=request.form_text),
        sampling=request.sampling,
    )
    talk = Conversation(messages=request.messages, n=request.n, prefill=request.prefill, task=setup.task)
    return served, runner.carry_out(talk, setup, catalog, max_seconds=max_seconds, every=EVERY)


def technique_setup(request: ChatRequest, served: ServedName) -> Setup:
    """The last message is the input, a system message the role. Raises InvalidSetup."""
    *before, last = request.messages
    has_system = bool(before) and before[0].role == "system"
    if last.role != "user" or len(before) > has_system:
        rule = (
            f"has earlier turns, which {request.model!a} cannot take: a technique writes its own prompts. Send one "
            "user message, and a system message before it if you like; or ask the model without a technique."
        )
        raise InvalidSetup(path=("messages",), rule=rule)
    for name, is_asked in (("n", request.n > 1), ("logprobs", request.logprobs)):
        if is_asked:
            rule = "is of one answer's tokens; a technique asks as often as it needs. Leave it out."
            raise InvalidSetup(path=(name,), rule=rule)
    if any(message.functions for message in request.messages):
        raise InvalidSetup(path=("tools",), rule="is not possible with a technique; ask the model without one.")
    if request.prefill:
        raise InvalidSetup(path=("continue_final_message",), rule="is not possible with a technique; leave it out.")
    task = request.task
    if isinstance(task, Mapping):
        for name, source in FROM_MESSAGES.items():
            if name in task:
                raise InvalidSetup(path=("task", name), rule=f"comes from {source}; leave it out here.")
        if request.form != "none":
            if "form" in task:
                raise InvalidSetup(path=("task", "form"), rule="comes from a field of its own too; send one of them.")
            task = {**task, "form": request.form, "form_text": request.form_text}
        task = {**task, "input": last.content, "role": before[0].content if has_system else ""}
    weights = served.weights
    sampling = {name: value for name, value in asdict(request.sampling).items() if name not in request.left_out}
    plain: dict[str, Any] = {"model": weights.model, "adapter": weights.adapter, "strategy": served.strategy}
    return setups.parse({**plain, "options": request.options, "task": task, "sampling": sampling})
