"""Whether a sampling setting changes what a backend says, seen in its answers by the kind of effect it declares."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playground.backends.base import Backend, Request
from playground.parameters import Parameter, parameters
from playground.running.transcript import Transcript
from playground.types import Completion, Message, Sampling, Setup, Step, Task

Say = Callable[[Sampling], Completion]
BY_NAME = {p.name: p for p in parameters(Sampling)}
COLD = Sampling(temperature=0.0, max_tokens=32, seed=1)
HOT = replace(COLD, temperature=BY_NAME["temperature"].strong)
SEEDS = range(1, 6)


def without_effect(backend: Backend, prompt: str) -> set[str]:
    """The settings that the backend claims to honour and that change nothing."""

    def say(sampling: Sampling) -> Completion:
        messages = (Message("user", prompt),)
        step = Transcript(Setup(task=Task(), sampling=sampling, options={})).open(Step(label="", messages=messages), 1)
        for news in backend.stream(Request(messages=messages, sampling=sampling)):
            if hasattr(news, "index"):
                step.add(0, news)
        return step.completions()[0]

    return {name for name in backend.capabilities.sampling if not has_effect(BY_NAME[name], say)}


def has_effect(p: Parameter, say: Say) -> bool:
    """Tried at a value that cannot be overlooked. Fails for a kind of effect that nobody knows how to see."""
    cold = say(COLD)
    hot = [say(replace(HOT, seed=seed)).text for seed in SEEDS]
    match p.effect:
        case "temperature":
            return any(text != cold.text for text in hot)
        case "filter":
            strict = [say(_set(replace(HOT, seed=seed), p)).text for seed in SEEDS]
            return any(text != cold.text for text in hot) and all(text == cold.text for text in strict)
        case "penalty":
            return say(_set(COLD, p)).text != cold.text
        case "bias":
            return say(replace(COLD, **{p.name: {cold.tokens[-1].id: -100.0}})).text != cold.text
        case "length":
            return len(say(_set(COLD, p)).tokens) == p.strong < len(cold.tokens)
        case "stop":
            word = cold.text.split()[1]
            return say(replace(COLD, **{p.name: (word,)})).text == cold.text.partition(word)[0] != cold.text
        case "seed":
            return say(replace(HOT, seed=1)).text == hot[0] and len({*hot}) > 1
        case "record":
            most = max(len(token.top) for token in say(_set(COLD, p)).tokens)  # a first word may be the only one
            return most == p.strong and not any(token.top for token in cold.tokens)
    raise AssertionError(f"how {p.name} shows is not known; say so here")


def _set(sampling: Sampling, p: Parameter) -> Sampling:
    changed: dict[str, Any] = {p.name: p.strong}
    return replace(sampling, **changed)
