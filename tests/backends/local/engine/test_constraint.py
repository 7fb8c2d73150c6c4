"""Rows that are held to a form: always of it, whatever the model, and nothing to the rows beside them."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from engine_requests import answers, deltas, ids_of, request
from jsonschema import Draft202012Validator
from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import PreTrainedTokenizerFast

from playground.answer_forms import grammars
from playground.answer_forms.form import read_form
from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine import constraint
from playground.backends.local.engine.constraint import FormCompiler, hold_to_forms
from playground.errors import GenerationFailed, InvalidSetup, NotSupported
from playground.task import FormKind

Backends = Callable[..., LocalBackend]
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["cat", "dog"]},
        "age": {"type": "integer", "minimum": 0, "maximum": 99},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 2},
        "known": {"type": "boolean"},
    },
    "required": ["kind", "age", "tags"],
    "additionalProperties": False,
}
HOT: dict[str, Any] = {"temperature": 1.5, "max_tokens": 400}


def held(kind: FormKind, text: str, **sampling: Any) -> Request:
    return replace(request(**{**HOT, **sampling}), form=read_form(kind, text))


def in_schema(**sampling: Any) -> Request:
    return held("json_schema", json.dumps(SCHEMA), **sampling)


@pytest.mark.parametrize("model", ["llama", "gpt2"])
def test_what_a_random_model_says_at_a_high_temperature_is_always_valid(backend_of: Backends, model: str) -> None:
    backend, valid = backend_of(model), Draft202012Validator(SCHEMA)
    for seed in range(8):
        for text in answers(backend, in_schema(n=16, seed=seed)):
            valid.validate(json.loads(text))


@pytest.mark.parametrize(
    ("kind", "text", "allowed"),
    [
        ("labels", "Positive\nNegative\nnot sure", {"Positive", "Negative", "not sure"}),
        ("regex", "[ab]{2}c?", {f"{x}{y}{z}" for x in "ab" for y in "ab" for z in ("", "c")}),
        ("grammar", 'start: "(" start ")" | "x"', {"(" * n + "x" + ")" * n for n in range(200)}),
    ],
)
def test_other_forms_are_kept_as_well(backend_of: Backends, kind: FormKind, text: str, allowed: set[str]) -> None:
    said = answers(backend_of(), held(kind, text, n=24, seed=3))
    assert set(said) <= allowed
    assert len(set(said)) > 1


def test_rows_beside_one_in_a_form_say_what_they_say_alone(backend_of: Backends) -> None:
    backend = backend_of()
    free = [request(text, temperature=t, seed=5, max_tokens=60) for text, t in (("the cat", 0.9), ("a dog", 0))]
    alone = [ids_of(deltas(backend, asked)) for asked in free]
    streams = [backend.stream(asked) for asked in (in_schema(n=8, seed=1), *free, held("labels", "yes\nno"))]
    together = [[token.id for event in stream for token in getattr(event, "tokens", ())] for stream in streams]
    assert together[1:3] == alone


def test_each_token_says_how_much_of_the_models_own_probability_the_form_ruled_out(backend_of: Backends) -> None:
    backend = backend_of()
    asked = replace(in_schema(seed=2), sampling=replace(in_schema().sampling, seed=2, top_logprobs=20))
    tokens = [token for delta in deltas(backend, asked) for token in delta.tokens]
    assert all(token.ruled_out is not None and 0 <= token.ruled_out <= 1 for token in tokens)
    first = tokens[0]
    assert first.text == "{"  # nothing else can come first, so all the rest of the probability was ruled out
    assert first.ruled_out == pytest.approx(1 - 2.718281828459045**first.logprob, abs=1e-5)
    assert [other.barred for other in first.top] == [other.id != first.id for other in first.top]
    free = [token for delta in deltas(backend, request()) for token in delta.tokens]
    assert {token.ruled_out for token in free} == {None}


def test_an_answer_ends_when_its_form_is_complete_and_not_before(backend_of: Backends) -> None:
    backend = backend_of()
    end = backend._tokenizer.eos_token_id
    wants_to_end = in_schema(seed=4, logit_bias={end: 100.0})
    (text,) = answers(backend, wants_to_end)
    assert set(json.loads(text)) >= {"kind", "age", "tags"}
    last = deltas(backend, wants_to_end)[-1]
    assert last.finish_reason == "stop"
    (only,) = deltas(backend, held("regex", "x", max_tokens=1))  # no further token is drawn to say that it ended
    assert (only.text, only.finish_reason) == ("x", "stop")


def test_an_answer_that_is_cut_says_so(backend_of: Backends) -> None:
    found = deltas(backend_of(), in_schema(seed=4, max_tokens=5))
    assert found[-1].finish_reason == "length"
    assert len(ids_of(found)) == 5


def test_an_answer_in_a_form_can_be_stopped(backend_of: Backends) -> None:
    backend = backend_of()
    stream = backend.stream(held("regex", "[a-z]+0", max_tokens=400))
    next(stream)
    stream.close()
    assert answers(backend, in_schema(seed=1)) == answers(backend, in_schema(seed=1))


def test_an_answer_goes_on_in_its_form_from_words_that_it_has(backend_of: Backends) -> None:
    backend = backend_of()
    begun = replace(in_schema(seed=1), generated_text='{"kind": "dog", "age"')
    (rest,) = answers(backend, begun)
    assert json.loads('{"kind": "dog", "age"' + rest)["kind"] == "dog"
    with pytest.raises(InvalidSetup, match="words that the answer begins with"):
        backend.stream(replace(begun, generated_text='{"kind": "bird"'))


def test_after_words_of_ours_the_form_may_follow_a_space(backend_of: Backends) -> None:
    backend = backend_of()
    said = {answers(backend, replace(held("labels", "yes\nno", seed=i), prefill="The answer is"))[0] for i in range(20)}
    assert {text.strip() for text in said} == {"yes", "no"}
    assert any(text.startswith(" ") for text in said)
    assert set(answers(backend, replace(held("labels", "yes\nno", n=40, seed=1), prefill="So:\n"))) == {"yes", "no"}


def test_a_form_that_grows_too_large_fails_alone(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backend = backend_of()
    alone = ids_of(deltas(backend, request(max_tokens=60)))
    tight = in_schema(seed=1)
    monkeypatch.setitem(grammars.LIMITS, "step_max_items", 12)
    with pytest.raises((GenerationFailed, InvalidSetup), match="too large to be followed"):
        deltas(backend, tight)
    assert ids_of(deltas(backend, request(max_tokens=60))) == alone


def test_a_model_with_no_token_that_fits_is_told_so(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    decode = backend._decoder.decode

    def without_everything_but_one(*args: Any) -> Any:
        logits = decode(*args)
        logits[:, 4:] = -float("inf")
        return logits

    monkeypatch.setattr(backend._decoder, "decode", without_everything_but_one)
    with pytest.raises(GenerationFailed, match="can go on in the form"):
        deltas(backend, in_schema(seed=1))


def test_a_form_that_takes_too_long_ends_its_request_and_none_beside_it(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that branches without an end takes a second for a token of a large vocabulary, for which all rows wait."""
    backend = backend_of()
    monkeypatch.setattr(constraint, "EACH", -0.1)
    slow = backend.stream(in_schema(n=16))
    beside = backend.stream(request(max_tokens=20))
    with pytest.raises(GenerationFailed, match="takes too long"):
        list(slow)
    assert sum(len(delta.tokens) for delta in beside) == len(
        [token for delta in deltas(backend, request(max_tokens=20)) for token in delta.tokens]
    )


def test_a_tokenizer_that_cannot_be_read_is_refused_by_name(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    monkeypatch.setattr(backend._ticket_factory._forms, "_tokenizer", [])
    with pytest.raises(NotSupported, match=r"`task.form` is not possible with this model"):
        backend.stream(in_schema())
    assert answers(backend, request())


def test_tokens_that_begin_words_with_a_mark_are_read_as_spaces() -> None:
    """As SentencePiece has them, and the bytes of what it has no token for."""
    pieces = {"<unk>": 0, "<s>": 1, "</s>": 2, **{f"<0x{byte:02X}>": 3 + byte for byte in range(256)}}
    words = ["\u2581", "\u2581yes", "yes", "\u2581no", "no", "\u2581maybe"]
    pieces |= {word: len(pieces) + place for place, word in enumerate(words)}
    bpe = Tokenizer(models.BPE(pieces, [], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    bpe.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    parts = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    bpe.decoder = decoders.Sequence(parts)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="</s>", bos_token="<s>", unk_token="<unk>")
    compiler = FormCompiler(tokenizer, len(pieces), [2])
    form = read_form("labels", "yes\nno")

    def first(begun: str) -> set[str]:
        _, allowed, faults = hold_to_forms(torch.zeros(1, len(pieces)), [compiler.build(form, begun, "")])
        assert allowed is not None
        assert not faults
        return {tokenizer.convert_ids_to_tokens(token) for token in allowed.mask[0].nonzero()[:, 0].tolist()}

    assert {"yes", "no", "<0x79>"} <= first("") < first("It is")
    assert first("It is") - first("") == {"\u2581", "\u2581yes", "\u2581no", "<0x20>"}
