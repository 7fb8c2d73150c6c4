"""Prompt tuning, p-tuning and prefix tuning in the shared batch: the tokens of peft's own `generate`."""

import copy
from collections.abc import Callable
from typing import Any

import peft
import pytest
import torch
from engine_requests import answers, count_prompt_tokens, deltas, ids_of, news, request
from tiny_models import tiny_model

from playground.backends.local.adapters.virtual_tokens import VirtualTokens
from playground.backends.local.backend import LocalBackend
from playground.errors import LimitReached, ModelUnavailable, NotSupported, PromptTooLong
from playground.types import Origin

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

Backends = Callable[..., LocalBackend]
KINDS = {
    "prompt tuning": peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5),
    "p-tuning": peft.PromptEncoderConfig(task_type="CAUSAL_LM", num_virtual_tokens=6, encoder_hidden_size=32),
    "prefix tuning": peft.PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2),
}


def tuned(model: Any, kind: str) -> tuple[VirtualTokens, Any]:
    """Random virtual tokens, and peft's model with them."""
    torch.manual_seed(3)
    made = peft.get_peft_model(copy.deepcopy(model), copy.deepcopy(KINDS[kind])).eval()
    with torch.no_grad():
        for parameter in made.prompt_encoder.parameters():
            parameter.normal_(0, 0.5)
        prompt = made.get_prompt(1)
    if isinstance(prompt, torch.Tensor):
        return VirtualTokens(kind, f"{kind} (random)", embeddings=prompt[0]), made
    pairs = tuple((layer.keys[0], layer.values[0]) for layer in prompt.layers)
    return VirtualTokens(kind, f"{kind} (random)", keys_values=pairs), made


def prompt_of(tokenizer: Any, text: str) -> torch.Tensor:
    turns = [{"role": "user", "content": text}]
    ids: torch.Tensor = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, return_tensors="pt", return_dict=False
    )
    return ids


def continued(model: Any, ids: torch.Tensor, count: int) -> list[int]:
    """What follows greedily, each token by a whole forward pass: PEFT's `generate` loses virtual tokens in places."""
    prompt = ids.shape[1]
    with torch.no_grad():
        for _ in range(count):
            output = model(input_ids=ids, attention_mask=torch.ones_like(ids))
            ids = torch.cat([ids, output.logits[:, -1].argmax(-1, keepdim=True)], 1)
            if int(ids[0, -1]) == model.generation_config.eos_token_id:
                break
    found: list[int] = ids[0, prompt:].tolist()
    return found


@pytest.mark.parametrize("name", ["llama", "gpt2", "qwen2", "gemma3-mixed"])
def test_rows_begin_with_them_as_in_peft(backend_of: Backends, tokenizer: Any, name: str) -> None:
    backend, models = backend_of(name), {"": tiny_model(name)}
    for kind in KINDS:
        adapter, models[kind] = tuned(tiny_model(name), kind)
        backend.attach(adapter)
    asked = [(text, kind) for text in ("the cat sat", "a house") for kind in models]
    streams = [backend.stream(request(text, adapter=kind, max_tokens=20)) for text, kind in asked]
    found = [list(news(stream)) for stream in streams]
    for (text, kind), got in zip(asked, found, strict=True):
        prompt = prompt_of(tokenizer, text)
        expected = continued(models[kind], prompt, 20)
        assert ids_of(got) == [token for token in expected if token != tokenizer.eos_token_id]
        label = f"{kind} (random)" if kind else ""
        assert got[0].origin == Origin(weights=type(tiny_model(name)).__name__, adapter=label)
        assert got[0].prompt_tokens == prompt.shape[1], "virtual tokens are no part of the prompt that people count"
    assert len({tuple(ids_of(got)) for got in found}) >= 6


def test_nobody_sees_their_ids(backend_of: Backends) -> None:
    backend = backend_of()
    backend.attach(tuned(tiny_model("llama"), "prompt tuning")[0])
    asked = {"adapter": "prompt tuning", "repetition_penalty": 1.3, "frequency_penalty": 1.0, "begun": "the cat"}
    found = deltas(backend, request(**asked, stop=("##",), top_logprobs=2))
    assert all(token.id >= 0 for delta in found for token in delta.tokens)
    following = backend.next_token(request(begun="the", adapter="prompt tuning"))
    plain = backend.next_token(request(begun="the"))
    assert (following.prompt, following.generated) == (plain.prompt, plain.generated)
    assert not torch.allclose(following.logits, plain.logits)


def test_their_rows_reuse_prompts_and_end_with_their_adapter(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    adapter, _ = tuned(tiny_model("llama"), "prefix tuning")
    answers(backend, request("the cat sat on the mat"))
    held = backend.stats.prefix_bytes
    backend.attach(adapter)
    using = request("the cat sat on the mat", adapter="prefix tuning")
    (text,) = answers(backend, using)
    computed = count_prompt_tokens(backend, monkeypatch)
    assert answers(backend, using) == [text]
    assert not computed
    running = backend.stream(request(adapter="prefix tuning", max_tokens=300, logit_bias={2: -100.0}))
    next(news(running))
    with pytest.raises(LimitReached, match="'prefix tuning' is answering"):
        backend.detach("prefix tuning")
    running.close()
    backend.detach("prefix tuning")
    assert backend.stats.prefix_bytes == held > 0
    pairs = tuple((keys, 50 * values) for keys, values in adapter.keys_values)
    backend.attach(VirtualTokens("prefix tuning", "another", keys_values=pairs))
    assert answers(backend, using) != [text]


def test_they_have_no_scale_but_none(backend_of: Backends) -> None:
    backend = backend_of()
    backend.attach(tuned(tiny_model("llama"), "prompt tuning")[0])
    with pytest.raises(NotSupported, match="virtual tokens, which have no scale"):
        backend.stream(request(adapter="prompt tuning", scale=0.5))
    found = deltas(backend, request(adapter="prompt tuning", scale=0))
    assert found[0].origin == Origin(weights="LlamaForCausalLM")
    assert ids_of(found) == ids_of(deltas(backend, request()))


def test_they_count_in_the_window(backend_of: Backends) -> None:
    backend = backend_of()
    backend.attach(VirtualTokens("long", "long", embeddings=torch.randn(300, 64)))
    with pytest.raises(PromptTooLong, match="300 of them virtual ones of the adapter; this model takes 511"):
        backend.stream(request("x" * 300, adapter="long"))
    assert ids_of(deltas(backend, request("x" * 300, max_tokens=2)))


@pytest.mark.parametrize(
    ("made", "match"),
    [
        ({"embeddings": torch.zeros(4, 32)}, r"embeddings are \[4, 32\], and this model's \[4, 64\]"),
        ({"embeddings": torch.full((4, 64), torch.nan)}, "embeddings that are not numbers"),
        ({"embeddings": torch.zeros(0, 64)}, "0 virtual tokens"),
        ({"embeddings": torch.zeros(600, 64)}, "600 virtual tokens"),
        ({"keys_values": ((torch.zeros(2, 3, 16),) * 2,)}, "it has 1 layers, this one 2"),
        ({"keys_values": ((torch.zeros(4, 3, 16),) * 2,) * 2}, r"keys of layer 0 are \[4, 3, 16\]"),
    ],
)
def test_what_does_not_fit_is_refused(backend_of: Backends, made: dict[str, Any], match: str) -> None:
    backend = backend_of()
    with pytest.raises(ModelUnavailable, match=f"bad one.*{match}"):
        backend.attach(VirtualTokens("bad", "bad one", **made))
    assert backend.adapters == ()
