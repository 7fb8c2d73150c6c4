"""The engine on the default model for real: the tokens of `generate`, and rows that do not depend on other rows."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from random_adapters import lora

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.precision import Precision, prepare
from playground.types import Delta, Message, Origin, Sampling, Token

PROMPTS = [
    f"{task} {subject}"
    for task in (
        "Explain in one sentence:",
        "Write a short poem about",
        "Name three facts about",
        "Translate to French:",
    )
    for subject in ("the sea", "a small dog", "winter mornings", "bread", "old maps")
]


def local(default_model: tuple[Any, Any], precision: Precision) -> LocalBackend:
    model, tokenizer = default_model
    return LocalBackend(prepare(copy.deepcopy(model), precision), tokenizer, label="the default model", max_rows=16)


@pytest.fixture(scope="module")
def exact(default_model: tuple[Any, Any]) -> Iterator[LocalBackend]:
    backend = local(default_model, "float32")
    yield backend
    backend.close()


def ask(backend: LocalBackend, text: str, use: tuple[str, float] = ("", 1.0), **sampling: Any) -> Any:
    messages, (adapter, scale) = (Message("user", text),), use
    settings = Sampling(**{"max_tokens": 24, "top_logprobs": 2, **sampling})
    return backend.stream(Request(messages=messages, adapter=adapter, scale=scale, sampling=settings))


def tokens(stream: Any) -> list[Token]:
    return [token for event in stream if isinstance(event, Delta) for token in event.tokens]


def test_greedy_tokens_are_those_of_generate_in_float32(exact: LocalBackend, default_model: tuple[Any, Any]) -> None:
    model, tokenizer = default_model
    reference = copy.deepcopy(model).float()
    for text in PROMPTS[::11]:
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], add_generation_prompt=True, return_tensors="pt", return_dict=False
        )
        output = reference.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=16, do_sample=False)
        expected = [token for token in output[0, prompt.shape[1] :].tolist() if token != tokenizer.eos_token_id]
        assert [token.id for token in tokens(ask(exact, text, temperature=0, max_tokens=16))] == expected


@pytest.mark.parametrize(
    "sampling", [{"temperature": 0}, {"temperature": 0.8, "top_p": 0.95, "seed": 3}], ids=["greedy", "seeded"]
)
def test_texts_are_the_same_alone_and_among_fifteen_others(exact: LocalBackend, sampling: dict[str, Any]) -> None:
    with_others = [tokens(stream) for stream in [ask(exact, text, max_tokens=8, **sampling) for text in PROMPTS[:16]]]
    alone = [tokens(ask(exact, text, max_tokens=8, **sampling)) for text in PROMPTS[:16:4]]
    differing = [(a, b) for a, b in zip(alone, with_others[::4], strict=True) if [t.id for t in a] != [t.id for t in b]]
    assert len(differing) <= 1
    for a, b in differing if sampling["temperature"] == 0 else ():
        before, after = next((x, y) for x, y in zip(a, b, strict=False) if x.id != y.id)
        assert abs(before.top[0].logprob - before.top[1].logprob) < 1e-3, "rows may differ only where two tokens tie"
        assert {before.id, after.id} == {alternative.id for alternative in before.top}


@pytest.mark.parametrize("precision", ["auto", "bfloat16", "int8"])
def test_every_precision_answers_and_agrees_with_the_exact_model(
    exact: LocalBackend, default_model: tuple[Any, Any], precision: Precision
) -> None:
    backend = local(default_model, precision)
    messages = (Message("user", "What is the capital of France?"),)
    try:
        # With the first words given: what comes after them is no near-tie, as "The" against "L'" is.
        asked = Request(
            messages=messages, prefill="The capital of France is", sampling=Sampling(temperature=0, max_tokens=8)
        )
        assert "".join(token.text for token in tokens(backend.stream(asked))) == " Paris."
        asked = Request(messages=messages, generated_text="The capital of")
        near = backend.next_token(asked).logits.log_softmax(-1)
        true = exact.next_token(asked).logits.log_softmax(-1)
        assert (true.exp() * (true - near)).sum() < 0.01, "nats that the precision costs on this token"
    finally:
        backend.close()


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_the_base_is_the_base_while_adapters_decode_beside_it(
    exact: LocalBackend, default_model: tuple[Any, Any]
) -> None:
    """All at once in one batch: the base rows as a fresh copy answers, the others as models with theirs merged in."""
    model, tokenizer = default_model
    fresh = copy.deepcopy(model).float()
    merged = {("", 1.0): fresh}
    for number, modules in enumerate((["q_proj", "v_proj"], ["k_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])):
        adapter, (with_it,) = lora(fresh, f"adapter {number}", number, (0.5,), 0.05, r=8, target_modules=modules)
        exact.attach(adapter)
        merged[adapter.name, 0.5] = with_it
    texts = PROMPTS[::2]  # with the half of them that is asked of an adapter too they fill the batch
    tuned = [(text, f"adapter {number % 2}", 0.5) for number, text in enumerate(texts[::2])]
    asked = [use for place, text in enumerate(texts) for use in ((text, "", 1.0), *tuned[place // 2 :][: place % 2])]
    streams = [ask(exact, text, temperature=0, max_tokens=6, use=(name, scale)) for text, name, scale in asked]
    found = {key: list(stream) for key, stream in zip(asked, streams, strict=True)}
    for (text, name, scale), events in [*found.items()][:6]:  # of the base and of both adapters
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], add_generation_prompt=True, return_tensors="pt", return_dict=False
        )
        output = merged[name, scale].generate(
            prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=6, do_sample=False
        )
        expected = [token for token in output[0, prompt.shape[1] :].tolist() if token != tokenizer.eos_token_id]
        assert [token.id for token in tokens(events)] == expected, (text, name)
        first = next(event for event in events if isinstance(event, Delta))
        label, used = (f"{name} (random)", scale) if name else ("", 1.0)
        assert first.origin == Origin(weights="the default model", adapter=label, scale=used)
    same = [tokens(found[use]) == tokens(found[use[0], "", 1.0]) for use in tuned]
    assert not all(same), "the adapters must make a difference"
    for name in exact.adapters:
        exact.detach(name)
