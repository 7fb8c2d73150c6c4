"""The sampler against transformers' own processors, and against the definitions written out."""

import math
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from playground.backends.local.engine.sampling import (
    BLOCK,
    History,
    SamplingControls,
    distribution,
    draw_tokens,
    next_tokens,
    penalise,
    random_stream,
    uniform_pair,
)
from playground.backends.local.engine.token_readings import read_tokens
from playground.types import Sampling

SIZE = 40
numbers = st.integers(0, 10**6)
samplings = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, 0.3, 0.7, 1.0, 1.7]),
    top_k=st.sampled_from([0, 1, 3, 17, 1000]),
    top_p=st.sampled_from([0.0, 0.2, 0.5, 0.9, 0.99, 1.0]),
    min_p=st.sampled_from([0.0, 0.05, 0.3, 1.0]),
    frequency_penalty=st.sampled_from([0.0, 0.5, -1.0]),
    presence_penalty=st.sampled_from([0.0, 1.5, -0.5]),
    repetition_penalty=st.sampled_from([1.0, 1.3, 0.8]),
    logit_bias=st.dictionaries(st.integers(0, SIZE - 1), st.sampled_from([-100.0, 2.0, 100.0]), max_size=3),
)
tokens = st.lists(st.integers(0, SIZE - 1), max_size=12)
rows_of = st.lists(st.tuples(samplings, tokens, tokens), min_size=1, max_size=5)


def logits_of(rows: int, seed: int) -> torch.Tensor:
    return torch.randn(rows, SIZE, generator=torch.Generator().manual_seed(seed)) * 3


def written_out(row: list[float], s: Sampling, prompt: list[int], answer: list[int]) -> list[float]:
    """The definitions of strategies, one token at a time and without any tensor."""
    row = list(row)
    for token in range(len(row)):
        if token in prompt or token in answer:
            row[token] *= s.repetition_penalty if row[token] < 0 else 1 / s.repetition_penalty
        row[token] -= s.frequency_penalty * answer.count(token) + s.presence_penalty * (token in answer)
        row[token] += s.logit_bias.get(token, 0)
    if s.temperature == 0:
        return [float(token == row.index(max(row))) for token in range(len(row))]
    row = [value / s.temperature for value in row]
    if s.top_k:
        least = sorted(row, reverse=True)[min(s.top_k, len(row)) - 1]
        row = [value if value >= least else -math.inf for value in row]

    def normalised(weights: list[float]) -> list[float]:
        return [weight / sum(weights) for weight in weights]

    p = normalised([math.exp(value - max(row)) for value in row])
    if s.top_p < 1:
        kept, mass = set(), 0.0
        for token in sorted(range(len(p)), key=lambda token: -p[token]):
            if mass >= s.top_p and kept:
                break
            kept.add(token)
            mass += p[token]
        p = [value if token in kept else 0.0 for token, value in enumerate(p)]
    return normalised([value if value >= s.min_p * max(p) else 0.0 for value in p])


@given(rows_of, numbers)
@settings(max_examples=150, deadline=None)
def test_rows_follow_the_definitions(rows: Any, seed: int) -> None:
    logits = logits_of(len(rows), seed)
    before = logits.clone()
    histories = [History(*row) for row in rows]
    got = distribution(penalise(logits, histories), SamplingControls.of([row[0] for row in rows]))
    assert torch.equal(logits, before)
    for row, (sampling, prompt, answer) in enumerate(rows):
        expected = torch.tensor(written_out(before[row].double().tolist(), sampling, prompt, answer))
        # Where a cut falls exactly between two tokens, rounding may move it by one.
        assert ((got[row] - expected).abs() > 1e-4).sum() <= 0 or abs(
            expected[expected > 0].min() - got[row][got[row] > 0].min()
        ) < 1e-4
        assert got[row].sum().item() == pytest.approx(1, abs=1e-5)


@given(rows_of, numbers)
@settings(max_examples=50, deadline=None)
def test_a_row_alone_is_the_same_row(rows: Any, seed: int) -> None:
    logits = logits_of(len(rows), seed)
    together = distribution(
        penalise(logits, [History(*row) for row in rows]), SamplingControls.of([row[0] for row in rows])
    )
    for row, settings_of in enumerate(rows):
        alone = distribution(
            penalise(logits[row : row + 1], [History(*settings_of)]), SamplingControls.of([settings_of[0]])
        )
        assert torch.equal(together[row], alone[0])


@pytest.mark.parametrize(
    ("sampling", "warper"),
    [
        (Sampling(temperature=0.4), TemperatureLogitsWarper(0.4)),
        (Sampling(temperature=1, top_k=7), TopKLogitsWarper(7)),
        (Sampling(temperature=1, top_p=0.8), TopPLogitsWarper(0.8)),
        (Sampling(temperature=1, top_p=0.05), TopPLogitsWarper(0.05)),
        (Sampling(temperature=1, min_p=0.2), MinPLogitsWarper(0.2)),
    ],
)
def test_filters_are_those_of_transformers(sampling: Sampling, warper: Any) -> None:
    logits = logits_of(64, 1)
    expected = warper(torch.zeros(64, 1, dtype=torch.long), logits.clone()).softmax(-1)
    got = distribution(logits, SamplingControls.of([sampling] * 64))
    torch.testing.assert_close(got, expected)


@given(tokens.filter(bool), st.sampled_from([0.6, 1.2, 2.0]), numbers)
@settings(max_examples=40, deadline=None)
def test_repetition_penalty_is_that_of_transformers(seen: list[int], penalty: float, seed: int) -> None:
    logits = logits_of(1, seed)
    expected = RepetitionPenaltyLogitsProcessor(penalty)(torch.tensor([seen]), logits.clone())
    half = len(seen) // 2
    got = penalise(logits, [History(Sampling(repetition_penalty=penalty), seen[:half], seen[half:])])
    torch.testing.assert_close(got, expected)


def test_frequency_and_presence_count_the_answer_only() -> None:
    logits = torch.zeros(1, SIZE)
    history = History(Sampling(frequency_penalty=0.5, presence_penalty=1.0), prompt=[1, 1, 1])
    for token in (2, 2, 3):
        history.add(token)
    got = penalise(logits, [history])[0]
    assert got[:4].tolist() == [0, 0, -2.0, -1.5]


def test_inverse_transform_takes_the_token_at_the_uniform_number() -> None:
    probabilities = torch.tensor([[0.0, 0.25, 0.0, 0.75, 0.0]])
    points = [0.0, 0.2499, 0.25, 0.9999, 1 - 2**-53]
    assert [draw_tokens(probabilities, [(0.5, u)]).item() for u in points] == [1, 1, 3, 3, 3]


def test_blocks_are_drawn_by_the_weight_of_their_tokens() -> None:
    probabilities = torch.zeros(1, 2 * BLOCK + 3)
    probabilities[0, [5, BLOCK + 7, 2 * BLOCK + 2]] = torch.tensor([0.5, 0.25, 0.25])
    firsts = [0.0, 0.4999, 0.5, 0.7499, 0.75, 1 - 2**-53]
    expected = [5, 5, BLOCK + 7, BLOCK + 7, 2 * BLOCK + 2, 2 * BLOCK + 2]
    assert [draw_tokens(probabilities, [(u, 1 - 2**-53)]).item() for u in firsts] == expected


def test_rounding_of_likely_tokens_does_not_decide_between_unlikely_ones() -> None:
    torch.manual_seed(4)
    logits = torch.randn(4_000, 8 * BLOCK, dtype=torch.float64)
    streams = [random_stream(1, row) for row in range(len(logits))]
    uniforms = [uniform_pair(stream) for stream in streams]
    nudged = logits + 1e-6 * torch.randn_like(logits)
    drawn, again = (draw_tokens(x.float().softmax(-1), uniforms) for x in (logits, nudged))
    assert (drawn != again).sum() <= 4


def test_draws_are_distributed_as_asked() -> None:
    logits, stream = logits_of(1, 5), random_stream(1, 0)
    expected = distribution(logits, SamplingControls.of([Sampling(temperature=0.9, top_p=0.9)]))
    n = 20_000
    drawn = draw_tokens(expected.expand(n, -1), [uniform_pair(stream) for _ in range(n)])
    share = torch.bincount(drawn, minlength=SIZE) / n
    assert (share - expected[0]).abs().max() < 0.015
    assert not share[expected[0] == 0].any()


@given(rows_of, numbers, numbers)
@settings(max_examples=40, deadline=None)
def test_a_random_stream_does_not_depend_on_other_rows(rows: Any, seed: int, other: int) -> None:
    assume(seed != other)
    logits = logits_of(len(rows), 9)

    def run(picked: list[int]) -> dict[int, list[int]]:
        histories = [History(*rows[row]) for row in picked]
        streams = [random_stream(seed if row == 0 else other, row) for row in picked]
        controls = SamplingControls.of([rows[row][0] for row in picked])
        steps = [next_tokens(logits[picked], histories, controls, streams).tolist() for _ in range(4)]
        return {row: [step[place] for step in steps] for place, row in enumerate(picked)}

    assert run([0])[0] == run(list(range(len(rows))))[0]


def test_streams_differ_by_seed_and_by_sample() -> None:
    firsts = {random_stream(seed, sample).random() for seed in range(10) for sample in range(10)}
    assert len(firsts) == 100


def test_readings_are_under_the_models_own_distribution() -> None:
    logits = logits_of(3, 2)
    logits[1, 4:] = -torch.inf
    chosen = torch.tensor([3, 1, 0])
    readings = read_tokens(logits, chosen, [0, 2, 5])
    reference = torch.distributions.Categorical(logits=logits.double())
    for row, reading in enumerate(readings):
        assert reading.logprob == pytest.approx(reference.log_prob(chosen)[row].item(), abs=1e-5)
        probabilities = reference.probs[row][reference.probs[row] > 0]
        assert reading.entropy == pytest.approx(-(probabilities * probabilities.log()).sum().item(), abs=1e-5)
    assert [len(reading.top) for reading in readings] == [0, 2, 5]
    best = logits[2].log_softmax(-1).topk(5)
    assert [token for token, _ in readings[2].top] == best.indices.tolist()
