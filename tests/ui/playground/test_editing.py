"""The steps that a run goes on from, changed by hand."""

from dataclasses import replace

import pytest

from playground import setups
from playground.errors import InvalidSetup, NotSupported
from playground.types import Alternative, Completion, Message, Run, Step, Token
from playground.ui.playground import editing
from playground.ui.run_view.places import Branch, Edit

TOP = (
    Alternative(1, " a", -0.1), Alternative(2, " b", -2.0), Alternative(3, "\ufffd", -5.0),
    Alternative(4, "</s>", -6.0, control=True),
)  # fmt: skip
SAID = Completion(
    text="So a then",
    finish_reason="stop",
    tokens=(Token(0, "So", -0.5), Token(1, " a", -0.1, 0.4, TOP), Token(9, " then", -1.0)),
)
STEPS = tuple(Step(label=label, messages=(Message("user", "x"),), completions=(SAID,)) for label in ("One", "Two"))
RUN = Run(setup=setups.parse({}), status="done", steps=STEPS)


def test_another_token_leaves_the_words_before_it_and_an_open_end() -> None:
    (step,) = editing.take_branch(RUN, Branch(step=0, sample=0, at=1, token=2))
    (completion,) = step.completions
    assert (completion.text, completion.finish_reason) == ("So b", None)
    assert [(t.id, t.logprob, t.top) for t in completion.tokens] == [(0, -0.5, ()), (2, -2.0, TOP)]


@pytest.mark.parametrize(
    ("at", "token", "error", "words"),
    [
        (1, 3, NotSupported, "part of a character"),
        (1, 4, NotSupported, "ends the answer"),
        (1, 99, InvalidSetup, "not recorded"),
        (0, 1, InvalidSetup, "not recorded"),
        (3, 1, InvalidSetup, "has 3 tokens"),
    ],
)
def test_a_token_that_cannot_be_taken_is_refused(at: int, token: int, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        editing.take_branch(RUN, Branch(step=0, sample=0, at=at, token=token))


def cut(text: str) -> Completion:
    return Completion(text=text, finish_reason="cancelled", tokens=(Token(0, text, -0.5),))


def test_what_was_cut_is_left_open_when_the_run_goes_on() -> None:
    paths = replace(STEPS[1], completions=(SAID, cut("So")))
    run = replace(RUN, status="stopped", steps=(STEPS[0], paths))
    assert editing.resume(run)[1].completions[1] == replace(cut("So"), finish_reason=None)
    assert editing.resume(run)[1].completions[0] == SAID
    given = editing.edit_output(run, Edit(step=1, sample=0, text="Mine"))
    assert [c.finish_reason for c in given[1].completions] == ["stop", None]


def test_an_edited_output_is_marked_and_what_follows_is_left_to_the_model() -> None:
    (step,) = editing.edit_output(RUN, Edit(step=0, sample=0, text="My own"))
    assert (step.completions[0].text, step.completions[0].edited) == ("My own", True)
    assert len(editing.edit_output(RUN, Edit(step=1, sample=0, text="My own"))) == 2
