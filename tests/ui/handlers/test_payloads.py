"""What the page's parts report may be forged: each oddity has one clear message."""

from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.types import Completion, Message, Run, Step
from playground.ui.handlers import messages, payloads
from playground.ui.handlers.uploads import text_of_file
from playground.ui.run_view.places import Branch, Edit, Pick, read_of
from playground.ui.sampling.token_clicks import Click, Nudge
from playground.ui.setup_form import check as checking

STEP = Step(label="Answer", messages=(Message("user", "x"),), completions=(Completion(text="y"),))
RUN = Run(setup=setups.parse({}), status="done", steps=(STEP,))
HERE = {"step": 0, "sample": 0}
HUGE = "x" * 5_000_000


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.mark.parametrize(
    ("cls", "data", "words"),
    [
        (Pick, None, "`pick` is empty; it must be a mapping"),
        (Pick, [0, 0], "`pick` is [0, 0]; it must be a mapping"),
        (Pick, {}, "`pick.step` is missing"),
        (Pick, {"step": 0}, "`pick.sample` is missing"),
        (Pick, {"step": -1, "sample": 0}, "`pick.step` is -1; it must be a whole number from 0"),
        (Pick, {"step": "0", "sample": 0}, "`pick.step` is '0'"),
        (Pick, {"step": True, "sample": 0}, "`pick.step` is True"),
        (Pick, {"step": 10**30, "sample": 0}, "whole number from 0 to 10,000"),
        (Pick, {"step": 0.5, "sample": 0}, "`pick.step` is 0.5"),
        (Pick, {**HERE, "text": "z"}, "`pick.text` is not known"),
        (Pick, {"step": 1, "sample": 0}, "no output 1 of step 2"),
        (Pick, {"step": 0, "sample": 1}, "no output 2 of step 1"),
        (Edit, HERE, "`edit.text` is missing"),
        (Edit, {**HERE, "text": None}, "`edit.text` is empty; it must be text of at most 200,000 characters"),
        (Edit, {**HERE, "text": HUGE}, "`edit.text` is 'xxx"),
        (Edit, {**HERE, "text": "\ud800"}, "`edit.text` has half of a surrogate pair (U+D800)"),
        (Edit, {**HERE, "text": "\x00"}, "`edit.text` has a control character"),
        (Branch, {**HERE, "at": 0}, "`branch.token` is missing"),
        (Branch, {**HERE, "at": -1, "token": 1}, "`branch.at` is -1"),
        (Branch, {**HERE, "at": {}, "token": 1}, "`branch.at` is {}"),
    ],
)
def test_a_forged_place_is_refused_by_name(cls: Any, data: Any, words: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        read_of(cls, event(data), RUN)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("cls", "data", "words"),
    [
        (Click, {"id": -1}, "`click.id` is -1"),
        (Click, {"id": "1"}, "`click.id` is '1'"),
        (Nudge, {"id": 1}, "`nudge.by` is missing"),
        (Nudge, {"id": 1, "by": "much"}, "`nudge.by` is 'much'; it must be a number from -100 to 100"),
        (Nudge, {"id": 1, "by": float("nan")}, "`nudge.by` is nan"),
        (Nudge, {"id": 1, "by": 1000}, "`nudge.by` is 1000"),
    ],
)
def test_a_forged_token_is_refused_by_name(cls: Any, data: Any, words: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        payloads.read(cls, event(data))
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [None, {}, {"key": None}, {"key": ["a"]}, {"key": "nope"}, {"key": "a", "more": 1}])
def test_a_forged_choice_is_refused(data: Any) -> None:
    with pytest.raises(InvalidSetup, match="choice"):
        payloads.read_choice(event(data), {"a": 1})


def test_what_the_page_sends_is_read() -> None:
    assert read_of(Edit, event({**HERE, "text": "z"}), RUN) == (RUN, Edit(step=0, sample=0, text="z"))
    assert read_of(Branch, event({**HERE, "at": 3, "token": 9}), RUN)[1].token == 9
    assert payloads.read(Nudge, event({"id": 5, "by": -1})) == Nudge(id=5, by=-1)
    assert payloads.read_choice(event({"key": "a"}), {"a": 1}) == 1


def test_before_the_first_run_there_is_nothing_to_change() -> None:
    with pytest.raises(InvalidSetup, match="Nothing has been run yet"):
        read_of(Pick, event(HERE), None)


def test_a_file_that_is_no_text_is_refused() -> None:
    assert text_of_file("\ufefftitle: Größe".encode()) == "title: Größe"
    with pytest.raises(InvalidSetup, match=r"not UTF-8 text \(byte 10 is 0xF6\)"):
        text_of_file("title: Gr\u00f6\u00dfe".encode("latin-1"))


@pytest.mark.parametrize(("say", "words"), [(messages.toast, "&lt;b&gt; &amp; c"), (messages.plain, "<b> & c")])
def test_only_the_page_gets_its_words_escaped(say: Any, words: str) -> None:
    def fails() -> None:
        raise InvalidSetup("<b> & c")

    with pytest.raises(gr.Error) as caught:
        messages.report_errors(fails, say)()
    assert caught.value.message == words


@pytest.mark.parametrize("strategy", [None, 5, [], {}, "nope"])
def test_a_forged_technique_is_refused_by_name(strategy: Any, catalog_of: Any) -> None:
    with pytest.raises(InvalidSetup, match="`strategy` is"):
        checking.check_setup({"strategy": strategy, "task": {"input": "x"}}, catalog_of())
