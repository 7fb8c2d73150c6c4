"""Extreme settings and failing rows never change what the other rows of a batch draw."""

import logging
import math
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from engine_requests import answers, news, request
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE, until

from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine import batch, prefill
from playground.backends.local.engine.next_token import LocalNextToken
from playground.backends.local.engine.sampling import (
    History,
    SamplingControls,
    distribution,
    next_tokens,
    penalise,
    random_stream,
)
from playground.backends.local.engine.ticket import FAILED
from playground.backends.local.engine.token_readings import read_tokens
from playground.errors import GenerationFailed
from playground.types import Sampling

Backends = Callable[..., LocalBackend]
SIZE = 300
ENDLESS = {"logit_bias": {2: -100.0}, "max_tokens": 60}
TINY = [1e-3, 1e-12, 1e-30, 1e-37, 1e-38, 1e-39, 1e-40, 1e-45, 5e-324]


def a_row(seed: int, scale: float = 3) -> torch.Tensor:
    return torch.randn(1, SIZE, generator=torch.Generator().manual_seed(seed)) * scale


def chosen(logits: torch.Tensor, samplings: Sequence[Sampling], generated: Sequence[int] = ()) -> list[int]:
    histories = [History(s, (), generated) for s in samplings]
    streams = [random_stream(5, row) for row in range(len(samplings))]
    return next_tokens(logits, histories, SamplingControls.of(samplings), streams).tolist()


# ------------------------------------------------------------------------------------ numbers at their ends
@pytest.mark.parametrize("temperature", TINY)
def test_a_tiny_temperature_takes_the_likeliest_token(temperature: float) -> None:
    logits = torch.cat([a_row(1), a_row(1), -a_row(2).abs() * 1e30, a_row(3) * 1e37])
    drawn = chosen(logits, [Sampling(temperature=temperature)] * 4)
    assert drawn == logits.argmax(-1).tolist()


def test_equal_tokens_stay_equal_at_a_tiny_temperature() -> None:
    logits = torch.full((1, SIZE), -5.0)
    logits[0, [7, 9]] = 4.0
    found = distribution(logits, SamplingControls.of([Sampling(temperature=1e-40)]))[0]
    assert found[[7, 9]].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("temperature", TINY)
def test_a_neighbour_draws_what_it_draws_alone(temperature: float) -> None:
    usual = Sampling(temperature=0.7, top_p=0.9)
    alone = chosen(a_row(1), [usual])
    assert chosen(torch.cat([a_row(1), a_row(2)]), [usual, Sampling(temperature=temperature)])[:1] == alone


extremes = st.sampled_from([0.0, -0.0, 1e-45, 1e-38, -1e-38, 0.5, -2.0, 1e10, -1e10, 1e38, -1e38, 1e300, -1e300])
samplings = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, *TINY, 0.7, 2.0, 1e38, 1e300]),
    top_p=st.sampled_from([0.0, 1e-45, 1e-9, 0.5, 1 - 1e-9, 1.0]),
    top_k=st.sampled_from([0, 1, 5, 100_000]),
    min_p=st.sampled_from([0.0, 1e-45, 1e-9, 0.5, 1.0]),
    frequency_penalty=extremes,
    presence_penalty=extremes,
    repetition_penalty=st.sampled_from([1e-45, 1e-30, 0.5, 1.0, 2.0, 1e30, 1e300]),
    logit_bias=st.dictionaries(st.integers(0, SIZE - 1), extremes, max_size=4),
)


@given(st.lists(samplings, min_size=1, max_size=4), st.sampled_from([1.0, 0.0, 1e4, 1e30, 3e37]), st.booleans())
@settings(max_examples=200)
def test_no_settings_take_the_probabilities_away(many: list[Sampling], scale: float, ruled_out: bool) -> None:
    logits = torch.cat([a_row(row, scale) for row in range(len(many))])
    if ruled_out:
        logits[:, ::2] = -torch.inf
    histories = [History(s, (0, 1, 2, 3), (3, 3, 4)) for s in many]
    penalised = penalise(logits, histories)
    assert bool(penalised.isneginf().equal(logits.isneginf())), "what is finite stays so, what is ruled out too"
    found = distribution(penalised, SamplingControls.of(many))
    torch.testing.assert_close(found.sum(-1), torch.ones(len(many)), atol=1e-4, rtol=0)
    assert not found[logits.isneginf()].any()
    drawn = next_tokens(logits, histories, SamplingControls.of(many), [random.Random(row) for row in range(len(many))])
    assert logits.gather(1, drawn[:, None]).isfinite().all()


@pytest.mark.parametrize("size", [3, 40, 300, 384, 1000, 49_152])
@pytest.mark.parametrize("p", [0.0, 1e-45, 0.3])
def test_of_equal_tokens_some_are_in_the_nucleus(size: int, p: float) -> None:
    found = distribution(torch.full((1, size), 0.1), SamplingControls.of([Sampling(temperature=0.9, top_p=p)]))[0]
    assert found.sum().item() == pytest.approx(1, abs=1e-3)
    assert found[0] > 0


def test_what_the_model_rules_out_is_no_alternative_and_has_no_shift() -> None:
    logits = a_row(1)
    logits[0, 4:] = -torch.inf
    (reading,) = read_tokens(logits, logits.argmax(-1), [20])
    assert len(reading.top) == 4
    assert all(math.isfinite(logprob) for _, logprob in reading.top)
    found = LocalNextToken(logits[0], (), (), str).distribution(Sampling(logit_bias={3: 5.0, 200: 5.0}), SIZE)
    assert all(math.isfinite(candidate.shift) for candidate in found.candidates)


@pytest.mark.parametrize("temperature", [1e-37, 1e-38, 1e-39, 1e-45])
def test_nobodys_run_ends_by_anothers_temperature(backend_of: Backends, temperature: float) -> None:
    backend = backend_of()
    asked = request("the dog", temperature=0.7, seed=4, **ENDLESS)
    alone = answers(backend, asked)
    other = request("the cat", temperature=temperature, seed=1, **ENDLESS)
    likeliest = answers(backend, request("the cat", **ENDLESS))
    streams = [backend.stream(asked), backend.stream(other)]
    texts = ["".join(delta.text for delta in news(stream)) for stream in streams]
    assert [texts[:1], texts[1:]] == [alone, likeliest]


# -------------------------------------------------------------------------------------- one fails, and no other
def broken_for(text: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The work, but not for rows of one question."""

    def fails(logits: Any, rows: Any, *others: Any) -> Any:
        if any(row.ticket.request.messages[0].content == text for row in rows):
            raise RuntimeError("/home/somebody/secret")
        return work(logits, rows, *others)

    return fails


def test_a_row_that_cannot_be_drawn_fails_alone(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backend = backend_of()
    asked = request("the dog", n=3, temperature=1.1, seed=4, **ENDLESS)
    alone = answers(backend, asked)
    bad = backend.stream(request("broken", **ENDLESS | {"max_tokens": 400}))
    next(news(bad))  # it has drawn, so that its next draw is one of the batch
    monkeypatch.setattr(batch, "_draw_together", broken_for("broken", batch._draw_together))
    assert answers(backend, asked) == alone
    with pytest.raises(GenerationFailed) as failed:
        list(bad)
    assert str(failed.value) == FAILED
    assert "/home/somebody/secret" in caplog.text, "the log has what the visitor is not told"


def test_a_neighbours_draws_are_its_own_when_a_row_fails_beside_it(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    asked = request("the dog", temperature=1.3, seed=9, **ENDLESS | {"max_tokens": 300})
    alone = answers(backend, asked)
    streams = [backend.stream(asked), backend.stream(request("broken", **ENDLESS | {"max_tokens": 300}))]
    text = "".join(next(news(stream)).text for stream in streams[:1])
    next(news(streams[1]))
    monkeypatch.setattr(batch, "_draw_together", broken_for("broken", batch._draw_together))
    text += "".join(delta.text for delta in news(streams[0]))
    assert [text] == alone
    with pytest.raises(GenerationFailed):
        list(streams[1])


@pytest.mark.parametrize("what", ["the detokeniser", "the stop strings", "the record", "keeping its prompt"])
@pytest.mark.parametrize("error", [RuntimeError("no"), MemoryError("no"), SystemExit(3)])
def test_what_breaks_of_one_row_fails_that_row(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, what: str, error: BaseException
) -> None:
    backend, bad = backend_of(), request("broken", **ENDLESS | {"max_tokens": 30})

    def raises(*_: Any) -> Any:
        raise error

    owners = {"the detokeniser": "_text", "the stop strings": "_stops"}
    made, copied = batch.SampleRow.__init__, batch.Batch.cached_prefix

    def made_to_fail(row: Any, ticket: Any, *others: Any) -> None:
        made(row, ticket, *others)
        if ticket.request is bad:
            if what in owners:
                monkeypatch.setattr(getattr(row, owners[what]), "push", raises, raising=False)
            elif what == "the record":
                monkeypatch.setattr(row, "_vocabulary", None)

    monkeypatch.setattr(batch.SampleRow, "__init__", made_to_fail)
    keep = {"keeping its prompt": lambda own, row: raises() if row.ticket.request is bad else copied(own, row)}
    if what in keep:
        monkeypatch.setattr(batch.Batch, "cached_prefix", keep[what])
    good = backend.stream(request("the dog", **ENDLESS | {"max_tokens": 200}))
    first = [token.id for token in next(news(good)).tokens]
    with pytest.raises(GenerationFailed, match="log"):
        list(backend.stream(bad))
    assert len(first + [token.id for delta in news(good) for token in delta.tokens]) == 200


def test_of_prompts_read_together_only_the_one_that_fails_ends(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    asked = [request(text) for text in ("the dog ran", "the cat sat", "broken house")]
    alone = [answers(backend, one) for one in asked[:2]]
    backend.between_steps(lambda: backend._engine.prefixes.shrink(0)).result()
    unread = backend._engine.prefill._prefill_alone
    together: list[int] = []

    def fails_together(caches: Any, *_: Any) -> Any:
        together.append(len(caches))
        raise RuntimeError("index out of range")

    def fails_alone(ticket: Any, prompt: Any, run: Any) -> Any:
        with prefill.isolate_failure(ticket):
            if ticket.request is asked[2]:
                raise RuntimeError("index out of range")
            return unread(ticket, prompt, run)
        return None

    monkeypatch.setattr(backend._decoder, "prefill_together", fails_together)
    monkeypatch.setattr(backend._engine.prefill, "_prefill_alone", fails_alone)
    go = threading.Event()
    backend.between_steps(lambda: go.wait(PATIENCE))  # until all of them have arrived
    streams = [backend.stream(one) for one in asked]
    go.set()
    assert [["".join(delta.text for delta in news(stream))] for stream in streams[:2]] == alone
    with pytest.raises(GenerationFailed):
        list(streams[2])
    assert max(together) > 1


def test_a_row_of_another_adapter_than_was_said_fails_alone(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    whole = answers(backend, request("the dog", **ENDLESS | {"max_tokens": 200}))
    good = backend.stream(request("the dog", **ENDLESS | {"max_tokens": 200}))
    text = next(news(good)).text
    bad = request("the cat", **ENDLESS)
    made = batch.SampleRow.__init__

    def misled(row: Any, ticket: Any, *others: Any) -> None:
        made(row, ticket, *others)
        if ticket.request is bad:
            row.origin = batch.Origin(weights="others")

    monkeypatch.setattr(batch.SampleRow, "__init__", misled)
    with pytest.raises(GenerationFailed, match="Another adapter"):
        list(backend.stream(bad))
    assert [text + "".join(delta.text for delta in news(good))] == whole


# ------------------------------------------------------------------------------------------- the decode thread
@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), MemoryError()])
@pytest.mark.parametrize("where", ["_step", "_collect", "_drop_ended"])
def test_a_decode_thread_that_dies_is_replaced(
    backend_of: Backends,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: BaseException,
    where: str,
) -> None:
    backend = backend_of()
    whole = answers(backend, request())
    running = backend.stream(request(max_tokens=400, logit_bias={2: -100.0}))
    next(news(running))

    def dies(*_: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(backend._engine, where, dies)
        with pytest.raises(GenerationFailed) as failed:
            list(running)
        assert str(failed.value) == FAILED
    assert answers(backend, request()) == whole
    assert backend.stats.rows == backend.stats.waiting == 0
    assert any(record.levelno == logging.ERROR for record in caplog.records)


def test_stats_never_wait_for_a_thread_that_is_gone(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    answers(backend, request())
    until(lambda: backend._engine._thread is None)  # it ends where there is nothing to do
    gone = threading.Thread(target=int)
    gone.start()
    gone.join()
    backend._engine._thread = gone  # as one that was killed
    assert backend.stats.rows == 0
    assert answers(backend, request())


@pytest.mark.parametrize("error", [SystemExit(1), RuntimeError("no")])
def test_work_between_steps_that_ends_badly_is_told_to_who_gave_it(backend_of: Backends, error: BaseException) -> None:
    backend = backend_of()

    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        backend.between_steps(work).result(PATIENCE)
    assert backend.stats.rows == 0
