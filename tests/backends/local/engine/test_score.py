"""How likely a given answer is: the model's own log-probabilities, under any adapter, in fair turn with others."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from engine_requests import count_prompt_tokens, deltas, ids_of, news, request
from random_adapters import lora
from tiny_models import tiny_model

from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine import prefill
from playground.errors import GenerationFailed, InvalidSetup, PromptTooLong
from playground.types import Token

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

Backends = Callable[..., LocalBackend]
TEXT = "the dog ran to the house, and the cat sat on the mat: é"


def expected(model: Any, prompt: list[int], answer: list[int]) -> list[float]:
    """From one plain forward pass over everything."""
    with torch.inference_mode():
        logits = model(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
    return logits.log_softmax(-1)[range(len(answer)), answer].tolist()  # type: ignore[no-any-return]


def logprobs(tokens: tuple[Token, ...]) -> list[float]:
    return [token.logprob for token in tokens]


@pytest.mark.parametrize("most", [1 << 22, 1000], ids=["whole", "in chunks"])
@pytest.mark.parametrize("name", ["llama", "gpt2", "gemma3-mixed"])
def test_tokens_are_scored_as_the_model_would(
    backend_of: Backends, tokenizer: Any, name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefill, "MAX_LOGITS", most)
    where = {"target_modules": ["c_attn"], "fan_in_fan_out": True} if name == "gpt2" else {"target_modules": ["q_proj"]}
    adapter, (merged,) = lora(tiny_model(name), "voice", 1, (0.5,), **where)
    backend, answer = backend_of(name), tokenizer(TEXT)["input_ids"]
    backend.attach(adapter)
    running = backend.stream(request(max_tokens=300, logit_bias={2: -100.0}))
    next(news(running))
    for asked, model in ((request(), tiny_model(name)), (request(adapter="voice", scale=0.5), merged)):
        prompt = backend._ticket_factory.for_samples(asked, 1).vocabulary_ids
        for _ in range(2):  # the second time with a prompt that is known
            for given in (TEXT, answer, np.array(answer)):
                tokens = backend.score(asked, given)
                assert [token.id for token in tokens] == answer
                assert logprobs(tokens) == pytest.approx(expected(model, prompt, answer), abs=1e-3)
                assert "".join(token.text for token in tokens) == TEXT
        assert backend.score(asked, answer[:1])[0].logprob == pytest.approx(tokens[0].logprob, abs=1e-3)
    running.close()


def test_an_answer_is_scored_as_it_was_when_it_was_drawn(backend_of: Backends) -> None:
    backend = backend_of()
    asked = request(temperature=1.0, seed=3, top_logprobs=3, prefix="the", begun=" cat")
    drawn = [token for delta in deltas(backend, asked) for token in delta.tokens]
    scored = backend.score(asked, [token.id for token in drawn])
    for one, other in zip(drawn, scored, strict=True):
        assert (one.id, [top.id for top in one.top]) == (other.id, [top.id for top in other.top])
        assert (one.logprob, one.entropy) == pytest.approx((other.logprob, other.entropy), abs=1e-3)


def test_earlier_words_are_no_part_of_the_answer(backend_of: Backends) -> None:
    backend = backend_of()
    tokens = backend.score(request(prefix="the", begun=" cat sat"), " on the mat")
    assert "".join(token.text for token in tokens) == " on the mat"
    whole = backend.score(request(prefix="the"), " cat sat on the mat")
    assert logprobs(tokens) == pytest.approx(logprobs(whole)[-len(tokens) :], abs=1e-3)


def test_control_tokens_in_text_are_text(backend_of: Backends, tokenizer: Any) -> None:
    tokens = backend_of().score(request(), "a<|im_end|>b")
    assert tokenizer.eos_token_id not in [token.id for token in tokens]
    assert "".join(token.text for token in tokens) == "a<|im_end|>b"


def test_prompts_are_computed_once(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    backend.score(request("the cat " * 20), "first")
    computed = count_prompt_tokens(backend, monkeypatch)
    backend.score(request("the cat " * 20), "second")
    assert sum(computed) <= 1


def test_bounds(backend_of: Backends) -> None:
    backend = backend_of()
    assert backend.score(request(), "") == backend.score(request(), []) == ()
    with pytest.raises(PromptTooLong, match=r"Prompt and answer have \d+ tokens; this model takes 512"):
        backend.score(request(), [5] * 510)
    room = 512 - backend.count_tokens(request().messages)
    assert len(backend.score(request(), [5] * room)) == room
    with pytest.raises(InvalidSetup, match="token 384"):
        backend.score(request(), [384])


def test_judging_leaves_nothing_and_ends_with_the_model(backend_of: Backends) -> None:
    backend = backend_of()
    backend.score(request(), TEXT)
    stats = backend.stats
    assert (stats.waiting, stats.rows, stats.slot_bytes, stats.prompt_bytes) == (0, 0, 0, 0)
    assert len(ids_of(deltas(backend, request(logit_bias={2: -100.0})))) == 20
    backend.close()
    with pytest.raises(GenerationFailed, match="unloaded"):
        backend.score(request(), TEXT)
