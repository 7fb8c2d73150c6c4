"""From a setup to a run: what streams, what remains, what happens when it is stopped or breaks."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Capabilities, Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.errors import GenerationFailed, InvalidSetup, NotSupported, PromptTooLong, UnknownModel
from playground.prompts import prompts_of
from playground.running import runner
from playground.running.transcript import mark_stopped
from playground.strategies.base import gather
from playground.types import Completion, Delta, Message, Progress, Run, Step, Token

CHAIN = {
    "strategy": "chaining",
    "task": {
        "input": "tea",
        "steps": [{"name": n, "template": f"{n} of {{previous}}"} for n in ("Facts", "Draft", "Title")],
    },
}


def last(runs: Iterator[Run]) -> Run:
    *_, run = runs
    return run


def says(texts: dict[str, str]) -> Callable[[Request, random.Random], str]:
    """A reply that depends on the first word of the question."""
    return lambda request, _: texts[request.messages[-1].content.split()[0]]


def test_a_run_holds_everything_that_was_sent_and_came_back(catalog_of: Any) -> None:
    setup = setups.parse({"task": {"input": "Hi there"}, "sampling": {"seed": 7}})
    run = last(runner.run(setup, catalog_of(lambda *_: " Hello you")))
    (step,) = run.steps
    (completion,) = step.completions
    assert (run.status, run.answer, run.setup, run.seed) == ("done", "Hello you", setup, 7)
    assert step.messages == (Message("user", "Hi there"),)
    assert (completion.text, completion.finish_reason, completion.completion_tokens) == (" Hello you", "stop", 2)
    assert "".join(token.text for token in completion.tokens) == completion.text
    assert completion.time_to_first_token is not None
    assert 0 <= completion.time_to_first_token <= completion.seconds <= run.seconds
    assert run.prompt_tokens == completion.prompt_tokens > 0
    assert run.completion_tokens == 2


def test_text_grows_while_it_runs(catalog_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "INTERVAL", 0)
    setup = setups.parse({"task": {"input": "x"}})
    texts = [
        r.steps[0].completions[0].text for r in runner.run(setup, catalog_of(lambda *_: "one two three")) if r.steps
    ]
    assert texts[0] == ""
    assert sorted(set(texts), key=len) == ["", "one", "one two", "one two three"]


def test_a_seed_is_chosen_and_named_when_none_is_given(catalog_of: Any) -> None:
    catalog = catalog_of(lambda _, rng: str(rng.random()))
    first = last(runner.run(setups.parse({"task": {"input": "x"}}), catalog))
    again = last(runner.run(setups.parse({"task": {"input": "x"}, "sampling": {"seed": first.seed}}), catalog))
    assert first.setup.sampling.seed is None
    assert first.answer == again.answer


def test_the_vote_of_self_consistency(catalog_of: Any) -> None:
    answers = iter([" 18.", " 17.", " 18.0", " none"])

    def reply(request: Request, _: random.Random) -> str:
        return next(answers) if request.prefill.endswith("is") else " So it is clear."

    setup = setups.parse({
        "strategy": "self_consistency", "options": {"paths": 4}, "task": {"input": "How many?", "answer": "number"},
    })  # fmt: skip
    run = last(runner.run(setup, catalog_of(reply)))
    assert (run.answer, run.how) == ("18", "2 of 4 paths agree.")
    assert [(v.answer, v.count, v.paths) for v in run.votes] == [("18", 2, (0, 2)), ("17", 1, (1,))]
    assert len(run.steps[0].completions) == 4
    assert run.prompt_tokens == sum(step.completions[0].prompt_tokens for step in run.steps)


def test_extraction_is_greedy_whatever_the_reasoning_used(catalog_of: Any) -> None:
    seen: list[Request] = []

    def reply(request: Request, _: random.Random) -> str:
        seen.append(request)
        return " 4"

    setup = setups.parse({
        "strategy": "chain_of_thought", "task": {"input": "2+2", "answer": "number"},
        "sampling": {"repetition_penalty": 1.3},
    })  # fmt: skip
    assert last(runner.run(setup, catalog_of(reply))).answer == "4"
    assert [(r.sampling.temperature, r.sampling.repetition_penalty) for r in seen] == [(0.7, 1.3), (0.0, 1.0)]
    assert seen[1].prefill == "Let's think step by step. 4\nTherefore, the answer (arabic numerals) is"


def test_an_edited_step_is_built_upon_and_not_asked_again(catalog_of: Any) -> None:
    catalog = catalog_of(says({"Facts": "hot", "Draft": "Tea is hot.", "Title": "Hot tea"}))
    first = last(runner.run(setups.parse(CHAIN), catalog))
    edited = replace(first.steps[1], completions=(Completion(text="Tea is cold.", finish_reason="stop", edited=True),))
    asked: list[str] = []

    def reply(request: Request, _: random.Random) -> str:
        asked.append(request.messages[-1].content)
        return "Cold tea"

    second = last(runner.run(setups.parse(CHAIN), catalog_of(reply), earlier_steps=(first.steps[0], edited)))
    assert asked == ["Title of Tea is cold."]
    assert second.answer == "Cold tea"
    assert [step.completions[0].text for step in second.steps] == ["hot", "Tea is cold.", "Cold tea"]
    assert second.steps[1].completions[0].edited


def test_closing_stops_the_model(catalog_of: Any) -> None:
    closed = threading.Event()

    class Endless:
        capabilities = Capabilities(sampling=frozenset())

        def count_tokens(self, messages: Any, prefix: str = "") -> int:
            return 1

        def stream(self, request: Request) -> Iterator[Delta]:
            try:
                while True:
                    yield Delta(index=0, text="a")
            finally:
                closed.set()

    backend = Endless()
    entry = ModelEntry(
        name="default", title="", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
    )
    runs = runner.run(setups.parse({"task": {"input": "x"}}), Catalog([entry]))
    so_far = next(r for r in runs if r.steps and r.steps[0].completions[0].text)
    runs.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    halted = mark_stopped(so_far)
    assert halted.status == "stopped"
    assert halted.steps[0].completions[0].text.startswith("a")
    assert halted.steps[0].completions[0].finish_reason == "cancelled"


def test_what_breaks_later_keeps_what_came_before(catalog_of: Any) -> None:
    def reply(request: Request, _: random.Random) -> str:
        if request.messages[-1].content.startswith("Draft"):
            raise GenerationFailed("The model broke.")
        return "hot"

    run = last(runner.run(setups.parse(CHAIN), catalog_of(reply)))
    assert (run.status, run.error) == ("failed", "The model broke.")
    assert run.steps[0].completions[0].text == "hot"


def test_a_bug_looks_like_a_bug(catalog_of: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        last(runner.run(setups.parse(CHAIN), catalog_of(lambda *_: str(1 / 0))))


def test_a_prompt_that_is_too_long_is_refused_with_both_numbers(catalog_of: Any) -> None:
    with pytest.raises(PromptTooLong, match=r"16,\d\d\d tokens.* 8,192"):
        last(runner.run(setups.parse({"task": {"input": "x" * 100_000}}), catalog_of()))


def test_an_unknown_model_and_an_empty_input_are_refused(catalog_of: Any) -> None:
    with pytest.raises(UnknownModel, match="no model named 'gpt'; choose one of default"):
        last(runner.run(setups.parse({"model": "gpt", "task": {"input": "x"}}), catalog_of()))
    with pytest.raises(InvalidSetup, match=r"`task.input` is empty"):
        last(runner.run(setups.parse({}), catalog_of()))


def test_a_setting_the_model_ignores_is_refused_by_name(catalog_of: Any) -> None:
    catalog = catalog_of(capabilities=Capabilities(sampling=frozenset({"temperature"}), context_length=100))
    with pytest.raises(
        NotSupported, match=r"`sampling.top_k` is 5 and would not be sent: default was not seen to honour top-k"
    ):
        last(runner.run(setups.parse({"task": {"input": "x"}, "sampling": {"top_k": 5}}), catalog))
    assert last(runner.run(setups.parse({"task": {"input": "x"}}), catalog)).status == "done"


def test_a_model_without_prefix_gets_the_same_words_as_a_question(catalog_of: Any) -> None:
    sent: list[Request] = []

    def reply(request: Request, _: random.Random) -> str:
        sent.append(request)
        return "4"

    catalog = catalog_of(reply, capabilities=Capabilities(sampling=frozenset(), prefill=False, context_length=1000))
    setup = setups.parse({
        "strategy": "chain_of_thought", "task": {"input": "2+2"}, "sampling": {"temperature": 0.7},
    })  # fmt: skip
    last(runner.run(setup, catalog))
    assert [r.prefill for r in sent] == ["", ""]
    assert sent[0].messages == (Message("user", "2+2\n\nLet's think step by step."),)


def test_gather_sends_all_before_it_waits_and_closes_what_is_left() -> None:
    log: list[str] = []

    def asking(name: str) -> Any:
        log.append(f"sent {name}")
        yield Progress(what=name)
        try:
            yield Progress(what=name)
        finally:
            log.append(f"done {name}")
        return (name,)

    together = gather([asking("a"), asking("b")])
    next(together)
    next(together)
    assert log == ["sent a", "sent b"]
    together.close()
    assert log[2:] == []
    *_, _ = (together := gather([asking("a"), asking("b")]))
    assert log[-2:] == ["done a", "done b"]


def test_an_unfinished_completion_is_continued_where_it_ends(catalog_of: Any) -> None:
    asked: list[Request] = []

    def reply(request: Request, _: random.Random) -> str:
        asked.append(request)
        return " and milk"

    first = last(runner.run(setups.parse(CHAIN), catalog_of(says({"Facts": "hot", "Draft": "Tea", "Title": "T"}))))
    begun = replace(first.steps[1], completions=(replace(first.steps[1].completions[0], finish_reason=None),))
    second = last(runner.run(setups.parse(CHAIN), catalog_of(reply), earlier_steps=(first.steps[0], begun)))
    assert [(r.messages[-1].content, r.generated_text) for r in asked] == [
        ("Draft of hot", "Tea"),
        ("Title of Tea and milk", ""),
    ]
    continued = second.steps[1].completions[0]
    assert (continued.text, continued.finish_reason) == ("Tea and milk", "stop")
    assert "".join(token.text for token in continued.tokens) == "Tea and milk"
    assert continued.completion_tokens == len(continued.tokens)


def test_a_stopped_vote_goes_on_with_the_paths_that_were_cut(catalog_of: Any) -> None:
    setup = setups.parse({
        "strategy": "self_consistency", "options": {"paths": 3}, "task": {"input": "How many?", "answer": "number"},
    })  # fmt: skip
    paths = tuple(Completion(text=f" path {i}", finish_reason=None if i else "stop") for i in range(3))
    asked: list[Request] = []

    def reply(request: Request, _: random.Random) -> str:
        asked.append(request)
        return " 4" if request.prefill.endswith("is") else "."

    step = Step(label="Sample paths", messages=(Message("user", "How many?"),), completions=paths)
    run = last(runner.run(setup, catalog_of(reply), earlier_steps=(step,)))
    assert [c.text for c in run.steps[0].completions] == [" path 0", " path 1.", " path 2."]
    assert [(r.prefill, r.generated_text) for r in asked[:2]] == [
        ("Let's think step by step.", f" path {i}") for i in (1, 2)
    ]
    assert len({r.sampling.seed for r in asked[:2]}) == 2
    assert run.answer == "4"


def test_a_sample_that_had_all_its_tokens_is_not_asked_again(catalog_of: Any) -> None:
    setup = setups.parse({"task": {"input": "x"}, "sampling": {"max_tokens": 1}})
    begun = Completion(text="one", tokens=(Token(1, "one", -0.1),))
    step = Step(label="Answer", messages=(Message("user", "x"),), completions=(begun,))
    run = last(runner.run(setup, catalog_of(), earlier_steps=(step,)))
    assert (run.steps[0].completions[0].text, run.steps[0].completions[0].finish_reason) == ("one", "length")


def test_a_run_that_takes_too_long_is_ended_and_keeps_what_came(catalog_of: Any) -> None:
    setup = setups.parse({"task": {"input": "x"}})
    run = last(runner.run(setup, catalog_of(lambda *_: "word " * 500, delay=0.02), max_seconds=0.3))
    assert run.status == "failed"
    assert "0.3 seconds, the most this server allows" in run.error
    assert run.steps[0].completions[0].text.startswith("word")


def test_paths_asked_at_once_are_marked_so_and_steps_of_a_chain_are_not(catalog_of: Any) -> None:
    vote = {"strategy": "self_consistency", "options": {"paths": 2}, "task": {"input": "x"}}
    run = last(runner.run(setups.parse(vote), catalog_of()))
    assert [step.together for step in run.steps] == ["", "Answers of the paths", "Answers of the paths"]
    assert [prompt.step.together for prompt in prompts_of(setups.parse(vote))] == [step.together for step in run.steps]
    assert {step.together for step in last(runner.run(setups.parse(CHAIN), catalog_of())).steps} == {""}


def test_a_path_written_by_hand_has_full_weight_and_one_without_words_none(catalog_of: Any) -> None:
    setup = setups.parse({
        "strategy": "self_consistency", "options": {"paths": 3, "form": "few_shot", "vote": "probability"},
        "task": {"input": "x", "answer": "number", "examples": [{"input": "1", "output": "The answer is 1."}]},
    })  # fmt: skip
    said = Completion(text="The answer is 4.", finish_reason="stop", edited=True)
    other = Completion(text="The answer is 5.", finish_reason="stop", tokens=(Token(1, "x", -1.0),))
    step = Step(label="", messages=(), completions=(said, other, Completion(text="", finish_reason="stop")))
    run = last(runner.run(setup, catalog_of(), earlier_steps=(step,)))
    assert [(v.answer, round(v.weight, 3)) for v in run.votes] == [("4", 1.0), ("5", 0.368)]


def test_the_scripted_model_answers_even_a_blank_prompt(catalog_of: Any) -> None:
    steps = [{"name": "A", "template": "{{blank}}"}, {"name": "B", "template": "{previous}"}]
    setup = setups.parse({"strategy": "chaining", "task": {"input": "x", "steps": steps}})
    blank = Step(label="A", messages=(), completions=(Completion(text="", finish_reason="stop"),))
    assert last(runner.run(setup, catalog_of(), earlier_steps=(blank,))).status == "done"
