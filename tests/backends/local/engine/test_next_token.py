"""Kept logits under any settings: the numbers of every stage against the definitions written out."""

import math
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_sampling import SIZE, logits_of, numbers, samplings, tokens, written_out

from playground.backends.base import Candidate, Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine.next_token import FILTERS, LocalNextToken
from playground.errors import InvalidSetup
from playground.types import Message, Sampling

PLAIN = Sampling(temperature=1.0)
OFF = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}


def next_token(seed: int, prompt: Any = (), generated: Any = ()) -> LocalNextToken:
    return LocalNextToken(logits_of(1, seed)[0], prompt, generated, str)


def by_id(found: tuple[Candidate, ...]) -> dict[int, Candidate]:
    return {c.id: c for c in found}


def stages(row: list[float], s: Sampling, prompt: list[int], answer: list[int]) -> list[list[float]]:
    """The distribution without any filter, then with one filter more at a time."""
    now = replace(s, **OFF)
    found = [written_out(row, now, prompt, answer)]
    for name in FILTERS:
        now = replace(now, **{name: getattr(s, name)})
        found.append(written_out(row, now, prompt, answer))
    return found


@given(samplings, tokens, tokens, numbers)
@settings(max_examples=150, deadline=None)
def test_every_stage_follows_the_definitions(s: Sampling, prompt: list[int], answer: list[int], seed: int) -> None:
    kept = next_token(seed, prompt, answer)
    row = kept.logits.double().tolist()
    found = by_id(kept.distribution(s, SIZE).candidates)
    expected = stages(row, s, prompt, answer)
    # A cut exactly between two tokens may fall on either side in float32.
    assume(all((found[i].probability > 0) == (expected[-1][i] > 1e-30) for i in range(SIZE) if expected[0][i] > 1e-30))
    own = written_out(row, PLAIN, [], [])
    for i, candidate in found.items():
        assert candidate.logit == pytest.approx(row[i], abs=1e-5)
        assert candidate.model_probability == pytest.approx(own[i], abs=1e-5)
        assert candidate.tempered_probability == pytest.approx(expected[0][i], abs=1e-4)
        assert candidate.probability == pytest.approx(expected[-1][i], abs=1e-4)
        if expected[0][i] > 1e-6:
            first = next((f for f, now in zip(FILTERS, expected[1:], strict=True) if now[i] == 0), "")
            assert candidate.cut_by == first
    assert sum(c.probability for c in found.values()) == pytest.approx(1, abs=1e-4)


@given(samplings, tokens, numbers, st.integers(1, SIZE))
@settings(max_examples=60, deadline=None)
def test_a_few_candidates_are_the_ones_that_matter(s: Sampling, answer: list[int], seed: int, count: int) -> None:
    kept = next_token(seed, (), answer)
    few, every = kept.distribution(s, count).candidates, by_id(kept.distribution(s, SIZE).candidates)
    assert len(few) == count
    assert sum(c.probability for c in few) <= 1 + 1e-5
    assert [c.model_probability for c in few] == sorted((c.model_probability for c in few), reverse=True)
    weight = {i: max(c.model_probability, c.tempered_probability) for i, c in every.items()}
    least = min(weight[c.id] for c in few)
    assert all(weight[i] <= least + 1e-6 for i in every if i not in by_id(few))


@given(numbers)
@settings(max_examples=20, deadline=None)
def test_without_settings_all_stages_are_the_models_own(seed: int) -> None:
    for c in next_token(seed, [1, 2], [3, 3]).distribution(PLAIN, SIZE).candidates:
        assert c.shift == 0
        assert c.cut_by == ""
        assert c.probability == pytest.approx(c.model_probability, abs=1e-6)
        assert c.tempered_probability == pytest.approx(c.model_probability, abs=1e-6)


def test_temperature_zero_is_certain() -> None:
    likeliest, *others = next_token(1).distribution(Sampling(temperature=0), SIZE).candidates
    assert (likeliest.tempered_probability, likeliest.probability) == (1, 1)
    assert {c.probability for c in others} == {0}


@pytest.mark.parametrize(
    ("changed", "name"), [({"top_k": 3}, "top_k"), ({"top_p": 0.3}, "top_p"), ({"min_p": 0.5}, "min_p")]
)
def test_the_filter_that_cut_is_named(changed: dict[str, Any], name: str) -> None:
    found = next_token(1).distribution(replace(PLAIN, **changed), SIZE).candidates
    assert found[0].cut_by == ""
    assert {c.cut_by for c in found if c.probability == 0} == {name}


def test_the_first_filter_to_cut_gets_the_name() -> None:
    found = next_token(1).distribution(replace(PLAIN, top_k=5, top_p=0.6, min_p=0.01), SIZE).candidates
    kept = sum(c.probability > 0 for c in found)
    assert [c.cut_by for c in found] == [""] * kept + ["top_p"] * (5 - kept) + ["top_k"] * (SIZE - 5)


def test_penalties_take_what_they_say() -> None:
    s = replace(PLAIN, frequency_penalty=0.5, presence_penalty=1.0, logit_bias={7: 3.0})
    shift = {c.id: c.shift for c in next_token(1, prompt=[4], generated=[2, 2, 3]).distribution(s, SIZE).candidates}
    assert {i: round(x, 4) for i, x in shift.items() if x} == {2: -2.0, 3: -1.5, 7: 3.0}


def test_a_backend_counts_the_prefix_as_generated(backend_of: Callable[..., LocalBackend]) -> None:
    backend = backend_of()
    kept = backend.next_token(Request(messages=(Message("user", "the cat sat"),), generated_text="the mat"))
    s = replace(PLAIN, frequency_penalty=1.0)
    assert sum(c.shift for c in kept.distribution(s, 10**6).candidates) == pytest.approx(-len(kept.generated))
    assert len(kept.generated) == backend.count_tokens((Message("user", "x"),), "the mat") - backend.count_tokens(
        (Message("user", "x"),)
    )


def test_entropies_are_over_the_whole_vocabulary() -> None:
    kept = LocalNextToken(torch.zeros(64), (), (), str)
    outlook = kept.distribution(replace(PLAIN, top_k=16, logit_bias=dict.fromkeys(range(16), 1.0)), 4)
    assert len(outlook.candidates) == 4
    assert outlook.model_entropy == pytest.approx(math.log(64))
    assert outlook.entropy == pytest.approx(math.log(16))
    assert (outlook.vocabulary, outlook.left) == (64, (64, 16, 16, 16))


def test_a_draw_gives_every_token_its_share() -> None:
    kept = LocalNextToken(torch.zeros(40), (), (), str)
    stream = random.Random(1)
    drawn = [kept.draw(PLAIN, stream).id for _ in range(2_000)]
    assert all(25 < drawn.count(i) < 75 for i in range(40))


def test_a_bias_on_a_token_that_is_not_there_is_explained() -> None:
    with pytest.raises(InvalidSetup, match="token 99; this model's tokens are 0 to 39"):
        LocalNextToken(torch.zeros(40), (), (), str).distribution(replace(PLAIN, logit_bias={99: 1.0}), 20)
