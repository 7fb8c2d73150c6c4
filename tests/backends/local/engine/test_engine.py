"""The running batch: right answers, fair places, bounded queues, no leaks, and faults that stay where they happen."""

import random
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from engine_requests import answers, count_prompt_tokens, deltas, ids_of, news, request
from patience import PATIENCE, until
from tiny_models import VOCABULARY, tiny_model

from playground.backends.base import Request
from playground.backends.local.adapters.virtual_tokens import VirtualTokens
from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine import batch
from playground.backends.local.engine.batch import Batch, draw_tokens
from playground.backends.local.forward.fused_layers import fuse_layers
from playground.backends.local.weights.lora import LoraAdapter, LoraWeights
from playground.errors import GenerationFailed, InvalidSetup, LimitReached, PromptTooLong
from playground.types import Delta, Message, Progress, Sampling

Backends = Callable[..., LocalBackend]
GREEDY = Sampling(temperature=0, max_tokens=20)


# ------------------------------------------------------------------------------------------ right answers
@pytest.mark.parametrize("name", ["llama", "gpt2", "qwen2", "gemma3-mixed"])
def test_greedy_is_what_generate_answers(backend_of: Backends, tokenizer: Any, name: str) -> None:
    backend = backend_of(name)
    turns = [{"role": "user", "content": "the cat sat on the mat"}]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=False)
    expected = tiny_model(name).generate(prompt, max_new_tokens=40, do_sample=False)[0, prompt.shape[1] :].tolist()
    found = deltas(backend, request("the cat sat on the mat", max_tokens=40))
    ended = expected[-1] == tokenizer.eos_token_id
    assert ids_of(found) == (expected[:-1] if ended else expected)
    assert found[-1].finish_reason == ("stop" if ended else "length")
    assert found[0].prompt_tokens == prompt.shape[1] == backend.count_tokens(request("the cat sat on the mat").messages)
    assert "".join(delta.text for delta in found) == "".join(t.text for delta in found for t in delta.tokens)


def test_seeded_texts_are_the_same_alone_and_beside_others(backend_of: Backends) -> None:
    backend = backend_of()
    asked = request(n=3, temperature=1.2, top_p=0.9, seed=7, frequency_penalty=0.4, max_tokens=30)
    alone = answers(backend, asked)
    others = [backend.stream(request(f"the dog {i}", n=2, temperature=1.5, max_tokens=60)) for i in range(6)]
    with_others = answers(backend, asked)
    for other in others:
        other.close()
    assert alone == with_others
    assert len(set(alone)) == 3, "samples of one seed must differ"
    assert answers(backend, request(n=3, temperature=1.2, seed=8, max_tokens=30)) != alone


def test_other_requests_reuse_and_closes_change_no_token(tokenizer: Any) -> None:
    """In float64 rounding flips no draw: a difference would be rows, adapters or stored prompts mixed up."""
    model = tiny_model("llama").double()
    fuse_layers(model, None, tile=False)
    backend, dice = LocalBackend(model, tokenizer, max_rows=8, kv_bytes=6 << 20), random.Random(3)
    weights = LoraWeights(torch.randn(4, 64), torch.randn(64, 4), 0.5)
    backend.attach(LoraAdapter("voice", {"model.layers.0.self_attn.q_proj": weights}, "a voice"))
    backend.attach(VirtualTokens("tone", "a tone", embeddings=torch.randn(3, 64)))
    uses = [("", 1.0), ("", 1.0), ("voice", 1.0), ("voice", 0.5), ("voice", 0.0), ("tone", 1.0)]
    asked = [
        request(
            "the cat sat on the mat " * dice.choice([0, 1, 3, 3, 20]) + dice.choice(["cat", "dog", "house"]),
            n=dice.choice([1, 1, 2, 3]),
            temperature=dice.choice([0.0, 0.8, 1.4]),
            seed=dice.randrange(10**6),
            max_tokens=dice.randint(1, 30),
            logit_bias={2: -100.0},
            **dict(zip(("adapter", "scale"), dice.choice(uses), strict=True)),
        )
        for _ in range(40)
    ]
    alone = []
    for one in asked:
        backend.between_steps(lambda: backend._engine.prefixes.shrink(0)).result()
        alone.append(answers(backend, one))
    for _ in range(2):
        closed = [backend.stream(dice.choice(asked)) for _ in range(10)]
        streams = [backend.stream(one) for one in asked]
        for stream in closed:
            stream.close()
        for one, stream, expected in zip(asked, streams, alone, strict=True):
            texts = [""] * one.n
            for delta in news(stream):
                texts[delta.index] += delta.text
            assert texts == expected
    backend.close()


def test_one_token_is_an_answer_too(backend_of: Backends, caplog: pytest.LogCaptureFixture) -> None:
    found = deltas(backend_of(), request(n=3, temperature=1, max_tokens=1, logit_bias={2: -100.0}))
    assert [delta.finish_reason for delta in found] == ["length"] * 3
    assert not caplog.records


def test_without_a_seed_every_run_differs(backend_of: Backends) -> None:
    backend = backend_of()
    assert answers(backend, request(temperature=2, max_tokens=30)) != answers(
        backend, request(temperature=2, max_tokens=30)
    )


def test_samples_of_one_prompt_share_its_prefill(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    computed = count_prompt_tokens(backend, monkeypatch)
    found = deltas(backend, request(n=8, temperature=1))
    assert sum(computed) == found[0].prompt_tokens
    assert {delta.index for delta in found} == set(range(8))


def test_prompts_that_begin_alike_reuse_what_was_computed(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, header = backend_of(), "the cat sat on the mat and the dog ran to the house " * 5
    fresh = answers(backend_of(), request(header + "second"))
    answers(backend, request(header + "first"))
    computed = count_prompt_tokens(backend, monkeypatch)
    assert answers(backend, request(header + "second")) == fresh
    assert 0 < sum(computed) < 20
    assert backend.stats.prefix_bytes > 0


def test_a_growing_conversation_reuses_the_answer_too(
    backend_of: Backends, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    monkeypatch.setattr(tokenizer, "chat_template", None)
    (word,) = tokenizer(" cat")["input_ids"]  # text that is read back as the tokens it was written with
    forced = Sampling(temperature=0, max_tokens=40, logit_bias={word: 100.0})
    first = Request(messages=(Message("user", "the cat sat"),), sampling=forced)
    said = "".join(token.text for delta in deltas(backend, first) for token in delta.tokens)
    computed = count_prompt_tokens(backend, monkeypatch)
    second = Request(messages=(Message("user", "the cat sat" + said + " and the dog"),), sampling=GREEDY)
    total = deltas(backend, second)[0].prompt_tokens
    assert total is not None
    assert sum(computed) < total - 40


def test_stop_strings_end_the_text_and_are_not_in_it(backend_of: Backends) -> None:
    backend = backend_of()
    (whole,) = answers(backend, request(max_tokens=60))
    stop = whole[20:23]
    found = deltas(backend, request(max_tokens=60, stop=(stop,)))
    assert "".join(delta.text for delta in found) == whole[: whole.index(stop)]
    assert "".join(token.text for delta in found for token in delta.tokens) == whole[: whole.index(stop)]
    assert found[-1].finish_reason == "stop"


def test_alternatives_and_entropy_come_with_the_tokens(backend_of: Backends) -> None:
    backend = backend_of()
    asked = request(max_tokens=5, top_logprobs=3)
    tokens = [token for delta in deltas(backend, asked) for token in delta.tokens]
    for token in tokens:
        assert token.entropy is not None
        assert len(token.top) == 3
        assert token.top[0].id == token.id  # greedy
        assert token.top[0].logprob == token.logprob >= token.top[1].logprob >= token.top[2].logprob
    logits = backend.next_token(asked).logits
    assert logits.shape == (VOCABULARY,)
    assert logits.dtype == torch.float32
    assert logits.log_softmax(-1)[tokens[0].id].item() == pytest.approx(tokens[0].logprob, abs=1e-4)


def test_control_tokens_are_told_apart(backend_of: Backends, tokenizer: Any) -> None:
    found = deltas(backend_of(), request(max_tokens=60, top_logprobs=20, logit_bias={2: -100.0}, temperature=1, seed=1))
    top = [alternative for delta in found for token in delta.tokens for alternative in token.top]
    assert any(alternative.control for alternative in top)
    for alternative in top:
        assert alternative.control == (alternative.id in tokenizer.all_special_ids)


def test_own_earlier_words_are_generated_ones(backend_of: Backends) -> None:
    backend = backend_of()
    texts = {"prefix": "the cat ", "begun": "sat sat"}
    whole = request(prefix="the cat sat sat", max_tokens=8)
    assert ids_of(deltas(backend, request(**texts, max_tokens=8))) == ids_of(deltas(backend, whole))
    rows = {
        name: backend._ticket_factory.for_samples(asked, 1)
        for name, asked in (("begun", request(**texts)), ("whole", whole))
    }
    assert rows["begun"].ids.tolist() == rows["whole"].ids.tolist()
    assert rows["whole"].prompt_length == len(rows["whole"].ids)
    own = rows["begun"].ids[rows["begun"].prompt_length :].tolist()
    assert backend._tokenizer.decode(own).strip() == "sat sat"
    # What was said before is held against a token exactly as if it had been drawn in this request.
    (word,) = {token for token in own if own.count(token) == 2} or {own[-1]}
    forced = {"logit_bias": {word: 30.0}, "frequency_penalty": 2.0, "max_tokens": 40}
    assert ids_of(deltas(backend, request(prefix="the cat sat sat", **forced))).count(word) == (
        ids_of(deltas(backend, request(**texts, **forced))).count(word) + own.count(word)
    )


def test_a_bias_forces_a_token_and_an_unknown_one_is_refused(backend_of: Backends) -> None:
    backend = backend_of()
    assert set(ids_of(deltas(backend, request(logit_bias={77: 100.0})))) == {77}
    with pytest.raises(InvalidSetup, match="384"):
        backend.stream(request(logit_bias={384: 1.0}))


def test_the_window_bounds_prompt_and_answer(backend_of: Backends) -> None:
    backend = backend_of()
    with pytest.raises(PromptTooLong, match=r"\d,\d{3} tokens; this model takes 511"):
        backend.stream(request("x" * 5000))
    room = 512 - backend.count_tokens(request("x" * 480).messages)
    found = deltas(backend, request("x" * 480, max_tokens=4096, logit_bias={77: 100.0}))
    assert len(ids_of(found)) == room
    assert found[-1].finish_reason == "length"


# ------------------------------------------------------------------------------------- places and queues
def test_many_samples_do_not_starve_one(backend_of: Backends) -> None:
    backend = backend_of(max_rows=8)
    many = backend.stream(request(n=40, temperature=1, max_tokens=200, logit_bias={2: -100.0}))
    next(news(many))
    assert len(ids_of(deltas(backend, request("the dog", max_tokens=5)))) == 5
    assert backend.stats.rows == 6, "the many must still be running, on three rows of four"
    many.close()


def test_two_large_requests_share_the_rows(backend_of: Backends) -> None:
    backend = backend_of(max_rows=8)
    endless = {"temperature": 1, "max_tokens": 300, "logit_bias": {2: -100.0}}
    streams = [backend.stream(request(text, n=20, **endless)) for text in ("the cat", "the dog")]
    places = lambda: [ticket.running_count for ticket in backend._engine._tickets]  # noqa: E731
    until(lambda: sum(places()) == 8 and min(places()) >= 2)
    for stream in streams:
        stream.close()


def test_who_waits_is_told_the_place_and_a_full_queue_refuses(backend_of: Backends) -> None:
    backend = backend_of(max_rows=1, max_queue=2)
    running = backend.stream(request(max_tokens=300, logit_bias={2: -100.0}))
    next(news(running))
    waiting = [backend.stream(request(max_tokens=3)) for _ in range(2)]
    told = [next(event for event in stream if isinstance(event, Progress) and event.unit) for stream in waiting]
    assert told == [Progress(what="Waiting for a place", total=ahead, unit="ahead of you") for ahead in (0, 1)]
    with pytest.raises(LimitReached, match="2 requests are waiting"):
        next(backend.stream(request()))
    running.close()
    for stream in waiting:
        assert [event.finish_reason for event in stream if isinstance(event, Delta)][-1] in {"length", "stop"}


def test_who_waits_can_stop_at_any_time(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of(max_rows=1)
    running = backend.stream(request(max_tokens=400, logit_bias={2: -100.0}))
    next(news(running))
    decode = backend._decoder.decode
    with monkeypatch.context() as patch:  # slow steps, so that the row stays taken
        patch.setattr(backend._decoder, "decode", lambda *given: (time.sleep(0.05), decode(*given))[1])
        queued = backend.stream(request())
        place = Progress(what="Waiting for a place", total=0, unit="ahead of you")
        until(lambda: next(queued) == place)
        assert next(queued) == place  # nothing new, and no waiting for it
        assert backend.stats.waiting == 1
        queued.close()
        until(lambda: backend.stats.waiting == 0)
    running.close()


def test_while_a_prompt_is_read_there_are_events(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, reading = backend_of(), threading.Event()
    prefill = backend._decoder.prefill
    monkeypatch.setattr(backend._decoder, "prefill", lambda *given: (reading.wait(PATIENCE), prefill(*given))[1])
    stream = backend.stream(request())
    assert next(stream) == next(stream) == Progress(what="Reading the prompt")
    reading.set()
    assert len(list(news(stream))) > 0


def test_a_request_has_only_so_many_seconds(backend_of: Backends) -> None:
    backend = backend_of(max_seconds=0.1)
    with pytest.raises(LimitReached, match=r"0\.1 seconds"):
        list(backend.stream(request("x", n=8, max_tokens=500, logit_bias={2: -100.0})))
    until(lambda: backend.stats.rows == 0)


def test_memory_stays_within_its_budget(backend_of: Backends) -> None:
    budget = 1200 * 2 * 2 * 2 * 16 * 4  # tokens, layers, keys and values, heads, size, bytes
    with pytest.raises(LimitReached, match="MB"):
        list(backend_of(kv_bytes=budget // 12).stream(request(max_tokens=400)))
    backend = backend_of(kv_bytes=budget)
    for number in range(10):
        answers(backend, request(str(number) * 90))
    assert backend.stats.prefix_bytes > budget * 0.6
    asked = [request(f"the cat {i}", n=3, max_tokens=60, temperature=1, logit_bias={2: -100.0}) for i in range(6)]
    ended = 0
    for stream in [backend.stream(one) for one in asked]:
        for event in stream:
            ended += isinstance(event, Delta) and event.finish_reason is not None
            stats = backend.stats
            assert stats.slot_bytes + stats.prompt_bytes + stats.prefix_bytes <= budget
    assert ended == 18


@pytest.mark.parametrize(
    ("allocated", "needs", "length", "expected"),
    [
        ((3, 128), [300], 129, (1, 256)),  # two that have gone do not grow with the one that is left
        ((4, 384), [200] * 8, 100, (8, 256)),  # nor does the room of one that was longer, with more rows
        ((4, 256), [250] * 3, 100, (4, 256)),
        ((1, 256), [500], 257, (1, 384)),
    ],
)
def test_slots_grow_to_what_was_promised(
    backend_of: Backends,
    allocated: tuple[int, int],
    needs: list[int],
    length: int,
    expected: tuple[int, int],
) -> None:
    backend = backend_of()
    running = Batch(backend._decoder, backend._adapters)
    running.cache.resize(*allocated)
    rows: list[Any] = [SimpleNamespace(ticket=SimpleNamespace(slots_per_sample=need)) for need in needs]
    running._fit(rows, length)
    assert (running.cache.rows, running.cache.capacity) == expected


def test_a_long_prompt_does_not_freeze_the_others(backend_of: Backends) -> None:
    backend = backend_of()
    running = backend.stream(request(max_tokens=400, logit_bias={2: -100.0}))
    next(news(running))
    chunks: list[int] = []
    prefill = backend._decoder.prefill
    backend._decoder.prefill = lambda cache, ids, adapter: (  # type: ignore[method-assign]
        chunks.append(len(ids)),
        prefill(cache, ids, adapter),
    )[1]
    assert deltas(backend, request("x" * 440, max_tokens=2))
    running.close()
    assert len(chunks) > 2
    assert max(chunks) <= 128


# ----------------------------------------------------------------------------------------- ends and faults
@pytest.mark.parametrize("how", ["close", "drop"])
def test_rows_are_free_once_the_iterator_is_gone(
    backend_of: Backends, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    steps: list[int] = []
    decode = backend._decoder.decode
    monkeypatch.setattr(backend._decoder, "decode", lambda *given: (steps.append(1), decode(*given))[1])
    stream: Any = backend.stream(request(n=4, max_tokens=400, logit_bias={2: -100.0}))
    next(news(stream))
    assert backend.stats.rows == 4
    before = len(steps)
    if how == "close":
        stream.close()
        with pytest.raises(StopIteration):
            next(stream)
    del stream
    until(lambda: backend.stats.rows == 0)
    assert backend.stats.slot_bytes == backend.stats.prompt_bytes == 0
    assert len(steps) - before < 100, "the answer must not have been decoded to its end"


def test_submitting_needs_no_reader(backend_of: Backends) -> None:
    backend = backend_of()
    stream = backend.stream(request(n=2))
    until(lambda: backend.stats.prefix_bytes > 0 and backend.stats.rows == 0)
    assert sum(isinstance(event, Delta) and event.finish_reason is not None for event in stream) == 2


def test_a_fault_of_one_request_stays_its_own(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    decode = backend._engine.vocabulary.decode

    def broken(ids: Any) -> str:
        if 77 in ids:
            raise RuntimeError("no such piece")
        return decode(ids)

    monkeypatch.setattr(backend._engine.vocabulary, "decode", broken)
    good = backend.stream(request("the dog", max_tokens=100, logit_bias={2: -100.0, 77: -100.0}))
    with pytest.raises(GenerationFailed, match="the server's log says why"):
        list(backend.stream(request(logit_bias={77: 100.0})))
    assert len(ids_of([event for event in good if isinstance(event, Delta)])) == 100


def test_a_fault_of_a_first_draw_stays_its_own(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(logits: Any, rows: Any, settings: Any) -> Any:
        if rows[0].ticket.request.messages[0].content == "broken":
            raise RuntimeError("no draw")
        return draw_tokens(logits, rows, settings)

    backend = backend_of()
    good = backend.stream(request("the dog", max_tokens=300, logit_bias={2: -100.0}))
    seen = len(ids_of([next(news(good))]))
    monkeypatch.setattr(batch, "draw_tokens", broken)
    with pytest.raises(GenerationFailed, match="the server's log says why"):
        list(backend.stream(request("broken")))
    assert seen + len(ids_of(list(news(good)))) == 300


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_a_row_without_probabilities_fails_alone(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    backend = backend_of()
    decode, settings = backend._decoder.decode, {"temperature": 1.0, "top_p": 0.9, "seed": 1, "logit_bias": {2: -100.0}}
    (whole,) = answers(backend, request("the dog", max_tokens=200, **settings))
    good = backend.stream(request("the dog", max_tokens=200, **settings))
    text = next(news(good)).text

    def overflowing(cache: Any, ids: Any, uses: Any) -> Any:
        logits = decode(cache, ids, uses)
        return logits if len(ids) == 1 else torch.cat([logits[:-1], torch.full_like(logits[-1:], value)])

    monkeypatch.setattr(backend._decoder, "decode", overflowing)
    with pytest.raises(GenerationFailed, match="no valid probabilities"):
        list(backend.stream(request("the cat", **settings)))
    assert text + "".join(delta.text for delta in news(good)) == whole


def test_a_fault_of_the_step_fails_who_runs_and_the_engine_goes_on(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    whole = answers(backend, request())
    streams = [backend.stream(request(n=2, max_tokens=300, logit_bias={2: -100.0})) for _ in range(2)]
    for stream in streams:
        next(news(stream))
    with monkeypatch.context() as patch:
        patch.setattr(backend._decoder, "decode", lambda *_: (_ for _ in ()).throw(RuntimeError("out of memory")))
        for stream in streams:
            with pytest.raises(GenerationFailed, match="the server's log says why"):
                list(stream)
    assert answers(backend, request()) == whole
    assert backend.stats.rows == backend.stats.slot_bytes == 0


def test_numbers_that_are_none_fail_the_request(backend_of: Backends) -> None:
    backend = backend_of()
    head = backend._decoder.model.lm_head
    backend.between_steps(lambda: head.weight.data.fill_(torch.nan)).result()
    with pytest.raises(GenerationFailed, match="no valid probabilities"):
        list(backend.stream(request()))
    with pytest.raises(GenerationFailed, match="no valid probabilities"):
        backend.next_token(request())
    with pytest.raises(GenerationFailed, match="no valid probabilities"):
        backend.score(request(), "the cat")


def test_closing_the_model_ends_what_runs(backend_of: Backends) -> None:
    backend = backend_of()
    stream = backend.stream(request(max_tokens=400, logit_bias={2: -100.0}))
    next(news(stream))
    backend.close()
    with pytest.raises(GenerationFailed, match="unloaded"):
        list(stream)
    with pytest.raises(GenerationFailed, match="unloaded"):
        list(backend.stream(request()))


def test_stress(backend_of: Backends) -> None:
    """200 requests from 32 threads with random lengths, seeds, stops and closes: all end, nothing leaks."""
    backend = backend_of(max_rows=16, max_queue=200)
    ends: list[str] = []

    def user(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(7 if seed < 8 else 6):
            stream = backend.stream(
                request(
                    "the cat sat on the mat " * dice.randint(0, 12) + str(dice.random()),
                    n=dice.choice([1, 1, 1, 2, 5]),
                    temperature=dice.choice([0.0, 0.7, 1.3]),
                    top_p=dice.choice([1.0, 0.9]),
                    presence_penalty=dice.choice([0.0, 1.0]),
                    seed=dice.randrange(1000),
                    stop=dice.choice([(), ("e",), ("cat", "##")]),
                    max_tokens=dice.randint(1, 60),
                )
            )
            last = dice.choice([None, None, 0, 1, 5, 20])  # events to read before closing
            for number, _ in enumerate(stream):
                if number == last:
                    break
            ends.append("closed" if last is not None else "answered")
            if last is not None:
                stream.close()

    threads = [threading.Thread(target=user, args=(seed,)) for seed in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert len(ends) == 200
    until(lambda: backend.stats.rows == 0)
    stats = backend.stats
    assert (stats.waiting, stats.slot_bytes, stats.prompt_bytes) == (0, 0, 0)
    assert answers(backend, request()) == answers(backend_of(), request())
