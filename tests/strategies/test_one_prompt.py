"""Techniques that are one prompt: what is read of the reply, what is checked of it, and what each of them refuses."""

import json
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.errors import PlaygroundError
from playground.evaluation.store import records
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies import technique_of
from playground.strategies.answers.reading_anew import read_anew
from playground.types import Check, Run

RULES = {"avoid_words": ["very"], "most_words": 5, "avoid_format": "lists"}
CALM: dict[str, Any] = {"strategy": "negative", "options": RULES, "task": {"input": "Describe tea."}}
BROKEN = (
    Check(rule='Do not use "very".', kept=False, found="once"),
    Check(rule="Do not write more than 5 words.", kept=False, found="6 words"),
    Check(rule="Do not write a list.", kept=False, found="- It is very hot, 80 degrees."),
)


def ran(catalog_of: Any, reply: str, setup: dict[str, Any]) -> Run:
    *_, run = runner.run(setups.parse(setup), catalog_of(lambda *_: reply))
    return run


def check(data: dict[str, Any]) -> None:
    setup = setups.parse(data)
    technique_of(setup).check(setup.task)


def test_each_rule_is_checked_on_the_answer_and_what_breaks_it_is_data(catalog_of: Any) -> None:
    run = ran(catalog_of, "- It is very hot, 80 degrees.", CALM)
    assert (run.status, run.checks, run.how) == ("done", BROKEN, "0 of 3 rules kept.")
    kept = ran(catalog_of, "Tea is hot.", CALM)
    assert [check.kept for check in kept.checks] == [True] * 3
    assert kept.how == "3 of 3 rules kept."


def test_the_whole_reply_is_checked_and_not_what_is_read_out_of_it(catalog_of: Any) -> None:
    setup = {**CALM, "task": {"input": "How hot?", "answer": "number"}}
    run = ran(catalog_of, "- It is very hot, 80 degrees.", setup)
    assert (run.answer, run.checks) == ("80", BROKEN)
    assert run.how == "First number in the reply. 0 of 3 rules kept."


def test_thought_breaks_no_rule(catalog_of: Any) -> None:
    run = ran(catalog_of, "<think>very very long thoughts about that</think>Tea is hot.", CALM)
    assert [check.kept for check in run.checks] == [True] * 3


@pytest.mark.parametrize("reply", ["", " ", "<think>Well", "<think>Well</think>"])
def test_where_nothing_was_said_no_rule_was_kept(catalog_of: Any, reply: str) -> None:
    run = ran(catalog_of, reply, CALM)
    assert run.checks == ()
    assert "reply" in run.how


def test_of_a_reply_that_was_cut_it_is_said_that_the_rules_were_kept_so_far(catalog_of: Any) -> None:
    run = ran(catalog_of, "Tea is a drink of leaves", {**CALM, "sampling": {"max_tokens": 2}})
    assert run.how == "3 of 3 rules kept so far: the reply was cut off at the token limit."


def test_checks_survive_json_and_the_store(catalog_of: Any) -> None:
    run = ran(catalog_of, "- It is very hot, 80 degrees.", CALM)
    assert setups.run_from_dict(json.loads(json.dumps(setups.run_to_dict(run)))) == run
    record = records.make_record(run)
    kept = records.load_record(records.dump_record(record))
    assert kept == record
    assert technique_of(kept.run.setup) == technique_of(run.setup)
    assert setups.parse(json.loads(json.dumps(setups.changed_settings(kept.run.setup)))) == run.setup


def test_runs_from_before_there_were_checks_and_material_keep_opening(catalog_of: Any) -> None:
    run = ran(catalog_of, "Hot.", {"task": {"input": "Tea?"}})
    stored = json.loads(json.dumps(setups.run_to_dict(run)))
    del stored["checks"], stored["setup"]["task"]["material"]
    assert setups.run_from_dict(stored) == run


def test_read_anew_the_rules_are_checked_anew(catalog_of: Any) -> None:
    run = ran(catalog_of, "- It is very hot, 80 degrees.", CALM)
    again = read_anew(run, setups.parse({**CALM, "task": {"input": "Describe tea.", "answer": "number"}}))
    assert again
    assert (again.answer, again.checks) == ("80", run.checks)


@pytest.mark.parametrize(
    ("strategy", "options", "message"),
    [
        ("negative", {}, "`options.avoid_words` is empty; negative needs words to avoid, a longest length or a format"),
        ("negative", {"avoid_words": ["a", " "]}, "`options.avoid_words.1` is blank; remove it."),
        ("negative", {"avoid_words": ["\u200b"]}, "`options.avoid_words.0` is blank; remove it."),
        ("negative", {"avoid_words": [""]}, "`options.avoid_words.0` is empty; it must not be empty."),
        ("negative", {"avoid_words": [f"word {i}" for i in range(300)]}, "a list of at most 64 items."),
        ("negative", {"avoid_words": "very"}, "it must be a list of at most 64 items."),
        ("negative", {"avoid_words": ["x" * 101]}, "it may have 100 characters."),
        ("negative", {"most_words": 0}, "`options.most_words` is 0; it must be a whole number from 1 to 5,000"),
        ("negative", {"avoid_format": "poems"}, "it must be one of none, lists, headings, tables, code, markup."),
        ("contextual", {}, "`options.situation` is empty; contextual needs a situation, an audience or both."),
        ("contextual", {"situation": " \n"}, "`options.situation` is empty"),
        ("contextual", {"audience": "x" * 1_001}, "it must be text of at most 1,000 characters."),
        (
            "instruction",
            {"format": " "},
            "`options.format` is empty; instruction needs a format, a length, an audience",
        ),
        ("delimiters", {}, "`task.material` is empty; delimiters needs it."),
        ("plan_and_solve", {"detailed": 1}, "`options.detailed` is 1; it must be true or false."),
        ("rereading", {"times": 3}, "`options.times` is not known. Known keys: none."),
    ],
)
def test_each_mistake_has_one_clear_message(strategy: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(PlaygroundError) as refused:
        check({"strategy": strategy, "options": options, "task": {"input": "Why?"}})
    assert message in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("strategy", ["contextual", "instruction", "delimiters", "negative", "rereading"])
def test_an_empty_input_is_refused_whatever_else_is_filled_in(strategy: str) -> None:
    with pytest.raises(PlaygroundError, match=r"`task\.input` is empty"):
        check({"strategy": strategy, "task": {"input": " \n", "material": "Text."}})


@pytest.mark.parametrize(
    ("strategy", "options"),
    [("contextual", {"audience": "Cooks"}), ("instruction", {"length": "short"}), ("delimiters", {}),
     ("negative", {"most_words": 3}), ("plan_and_solve", {}), ("rereading", {}), ("zero_shot", {})],
)  # fmt: skip
def test_a_thousand_lines_are_sent_as_they_are(catalog_of: Any, strategy: str, options: dict[str, Any]) -> None:
    lines = "\n".join(f'{i}"""{{x}}###' for i in range(1_000))
    task = {"input": lines, "material": lines}
    run = ran(catalog_of, "Fine.", {"strategy": strategy, "options": options, "task": task})
    assert run.status == "done"
    assert lines in run.steps[0].messages[-1].content
    assert f"\n===\n{lines}\n===" in run.steps[0].messages[-1].content


def test_reasoning_that_never_ends_is_not_asked_for_an_answer(catalog_of: Any) -> None:
    for strategy in ("plan_and_solve", "rereading"):
        run = ran(catalog_of, "<think>Well", {"strategy": strategy, "task": {"input": "5 + 5?", "answer": "number"}})
        assert (run.answer, len(run.steps)) == ("", 1)
        assert "thought and nothing else" in run.how


def test_the_answer_is_read_off_the_plan(catalog_of: Any) -> None:
    def reply(request: Request, _: Any) -> str:
        return " 10." if request.prefill.endswith(" is") else " Plan: add. 5 + 5 = 10."

    setup = setups.parse({"strategy": "plan_and_solve", "task": {"input": "5 + 5?", "answer": "number"}})
    *_, run = runner.run(setup, catalog_of(reply))
    assert (run.answer, run.how) == ("10", "Read by a second call, after the reasoning.")
    assert [step.label for step in run.steps] == [prompt.step.label for prompt in prompts_of(setup)]
