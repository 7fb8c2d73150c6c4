"""A sweep asks every cell, and says how much the answers of a cell have in common."""

import random
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, LimitReached, NotSupported
from playground.evaluation import sweep
from playground.evaluation.sweep import Sweep
from playground.types import Completion, Step, Task, Token

SETUP = setups.parse({"task": {"input": "Name a colour."}, "sampling": {"seed": 1}})


def test_every_cell_is_asked_with_its_own_settings(catalog_of: Any) -> None:
    asked: list[tuple[float, float, int]] = []

    def reply(request: Request, _: random.Random) -> str:
        asked.append((request.sampling.temperature, request.sampling.top_p, request.n))
        return "red"

    *_, run = sweep.run(SETUP, catalog_of(reply), Sweep(temperatures=(0.0, 1.0), top_ps=(0.5, 1.0), samples=2))
    assert sorted(set(asked)) == [(0.0, 0.5, 2), (0.0, 1.0, 2), (1.0, 0.5, 2), (1.0, 1.0, 2)]
    assert [step.label for step in run.steps][:2] == ["temperature 0, top-p 0.5", "temperature 0, top-p 1"]
    assert all(len(step.completions) == 2 for step in run.steps)


def test_a_cell_in_numbers() -> None:
    def said(text: str, logprob: float, finish: Any = "stop") -> Completion:
        return Completion(text=text, finish_reason=finish, completion_tokens=1, tokens=(Token(0, text, logprob),))

    step = Step(
        label="", messages=(), completions=(said("Red.", -1), said("red", -2), said("blue", -3), said("", 0, None))
    )
    cell = sweep.summary(step, Task())
    assert cell == sweep.SweepCell(answers=3, distinct=2, agreement=2 / 3, mean_logprob=-2.0, mean_tokens=1.0)
    assert sweep.summary(Step(label="", messages=(), completions=(said("", 0, None),)), Task()) is None


@pytest.mark.parametrize(
    ("temperatures", "top_ps", "ignored"),
    [((0.7,), (0.5, 1.0), "top_p"), ((0.7, 1.0), (1.0,), "temperature")],
)
def test_a_sweep_over_what_the_model_ignores_is_refused_by_name(
    catalog_of: Any, temperatures: tuple[float, ...], top_ps: tuple[float, ...], ignored: str
) -> None:
    capabilities = ScriptedBackend().capabilities
    for honoured in ({"seed"}, {"seed", "temperature", "top_p"}):
        catalog = catalog_of(capabilities=replace(capabilities, sampling=frozenset(honoured)))
        asked = sweep.run(SETUP, catalog, Sweep(temperatures=temperatures, top_ps=top_ps, samples=1))
        if ignored in honoured:
            assert list(asked)[-1].status == "done"
        else:
            with pytest.raises(NotSupported, match=rf"`sampling\.{ignored}` is .* not seen to honour"):
                list(asked)


def test_a_sweep_needs_no_card_and_checks_its_task(catalog_of: Any) -> None:
    assert not hasattr(Sweep, "card")
    blank = setups.parse({"task": {"input": " "}})
    with pytest.raises(InvalidSetup, match=r"`task\.input` is empty"):
        list(sweep.run(blank, catalog_of(), Sweep(temperatures=(1.0,), top_ps=(1.0,), samples=1)))


def test_a_sweep_too_large_is_refused_before_anything_is_asked(catalog_of: Any) -> None:
    large = Sweep(temperatures=(0.1, 0.2, 0.3, 0.4), top_ps=(0.5, 0.6, 0.7), samples=40)
    with pytest.raises(LimitReached, match="480 answers; 400 is the most"):
        list(sweep.run(SETUP, catalog_of(), large))
