"""The page's message is made of an error's data and its own labels: no wording of a rule can break it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import comparison, setups
from playground.backends.base import Capabilities
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import FieldPath, InvalidSetup, NotSupported, PlaygroundError
from playground.evaluation import experiments
from playground.presets import read_preset as read_preset
from playground.running import runner
from playground.strategies import technique_of
from playground.ui.compare import labels as of_compare
from playground.ui.experiments import form as experiment_form
from playground.ui.experiments.labels import describe_plan_error
from playground.ui.setup_form import sampling_fields
from playground.ui.setup_form.labels import LABELS, describe_error, labelled_run

NO_K = Capabilities(sampling=ScriptedBackend().capabilities.sampling - {"top_k"})


def checked(data: dict[str, Any]) -> None:
    setup = setups.parse(data)
    technique_of(setup).check(setup.task)


def raised(doing: Callable[[], object], error: type[PlaygroundError] = InvalidSetup) -> PlaygroundError:
    with pytest.raises(error) as caught:
        doing()
    return caught.value


@pytest.mark.parametrize(
    ("data", "program", "page"),
    [
        ({}, "`task.input` is empty; zero-shot", "\u201cInput\u201d is empty; zero-shot"),
        ({"model": 5}, "`model` is 5; it must be text", "\u201cModel\u201d is 5; it must be text"),
        ({"strategy": "x"}, "`strategy` is 'x'; it must be one of", "\u201cTechnique\u201d is 'x'; it must be one of"),
        (
            {
                "strategy": "few_shot",
                "task": {"input": "?", "examples": [{"input": "a", "output": "b"}, {"input": "c"}]},
            },
            "`task.examples.1.output` is empty; fill in row 2",
            "\u201cExamples\u201d, row 2, output is empty; fill in row 2",
        ),
        (
            {"sampling": {"logit_bias": {7: 101}}},
            "`sampling.logit_bias.7` is 101; ",
            "\u201cLogit bias\u201d, token 7 is 101; ",
        ),
        (
            {"strategy": "self_consistency", "options": {"paths": 41}},
            "`options.paths` is 41; it must be a whole number from 1 to 40.",
            "\u201cPaths\u201d is 41; it must be a whole number from 1 to 40.",
        ),
        (
            {"strategy": "chaining", "task": {"input": "?", "steps": [{"name": "a", "template": "{b}"}]}},
            "`task.steps.0.template` cannot be filled in. The template names {b}, which is not known here;",
            "\u201cSteps\u201d, row 1, template cannot be filled in. The template names {b}, which is not known here;",
        ),
        ({"task": {"role": "\x00"}}, "`task.role` has a control character", "\u201cRole\u201d has a control character"),
        ({"options": {"nope": 1}}, "`options.nope` is not known", "`options.nope` is not known"),
    ],
)
def test_a_program_reads_the_path_and_a_person_the_label(data: dict[str, Any], program: str, page: str) -> None:
    error = raised(lambda: checked(data))
    assert str(error).startswith(program)
    assert describe_error(error).startswith(page)
    prompt = page.replace("\u201cInput\u201d", "\u201cPrompt\u201d")
    assert describe_error(error, of_compare.LABELS).startswith(prompt)


@given(st.sampled_from(sorted(LABELS)), st.text(min_size=1), st.none() | st.integers() | st.text())
def test_no_wording_of_a_rule_breaks_the_pages_message(path: FieldPath, rule: str, value: Any) -> None:
    error = InvalidSetup(path=path, value=value, rule=rule)
    assert str(error).startswith(f"`{'.'.join(map(str, path))}` is ")
    assert describe_error(error).startswith(f"\u201c{LABELS[path]}\u201d is ")
    assert describe_error(error).endswith(f"; {rule}")


def test_an_error_in_a_file_is_about_its_text_and_keeps_the_path() -> None:
    error = raised(lambda: read_preset("title: x\nsampling: {top_p: 2}\n", "The file"))
    assert str(error) == "The file, line 2: `sampling.top_p` is 2; it must be a number from 0 to 1."
    assert describe_error(error) == str(error)
    assert (error.path, error.value, error.source) == (("sampling", "top_p"), 2, "The file, line 2")


def test_what_is_not_sent_is_said_alike_by_a_form_a_run_and_a_comparison() -> None:
    backend = ScriptedBackend(capabilities=NO_K)
    entry = ModelEntry(name="m", title="M", kind="scripted", load=lambda _: backend, capabilities=NO_K)
    catalog = Catalog([entry])
    setup = setups.parse({"model": "m", "task": {"input": "Hi"}, "sampling": {"top_k": 5}})
    error = raised(lambda: list(runner.run(setup, catalog)), NotSupported)
    why = "was not seen to honour top-k"
    words = f" is 5 and would not be sent: m {why}. Set it back to 0, or choose another model."
    assert str(error) == "`sampling.top_k`" + words
    assert describe_error(error) == "\u201cTop-k\u201d" + words
    *_, (run,) = comparison.compare([setup], catalog)
    assert (run.status, run.error, run.error_path) == ("failed", str(error), ("sampling", "top_k"))
    assert labelled_run(run) == describe_error(error)
    with gr.Blocks():
        fields = sampling_fields.build("top_k", "temperature")
    free, greyed = fields.show(catalog.info("m")).values()
    assert (greyed["interactive"], greyed["info"]) == (False, f"Not sent: M {why}.")
    assert free["interactive"]
    assert setups.run_from_dict(setups.run_to_dict(run)) == run


# ------------------------------------------------------------------------------------------- experiments
@pytest.fixture(scope="module")
def plan() -> Callable[..., str]:
    with gr.Blocks():
        form, _ = experiment_form.build(())
    return partial(describe_plan_error, labels=form.labels)


@pytest.mark.parametrize(
    ("data", "page"),
    [
        ({"data": {"size": None}}, "\u201cItems\u201d is empty; it must be a whole number"),
        ({"data": {"size": 0}}, "\u201cItems\u201d is 0; it must be a whole number"),
        ({"data": {"name": "x"}}, "\u201cData set\u201d is 'x'; it must be one of"),
        ({"repetitions": 0}, "\u201cRepetitions\u201d is 0; "),
        ({"title": 5}, "\u201cTitle\u201d is 5; "),
        ({"scorer": {"name": "x"}}, "\u201cScorer\u201d is 'x'; "),
        ({"techniques": [{}, {"template": "x"}]}, "\u201cB\u201d, \u201cPrompt template\u201d, must have {input}"),
        (
            {"techniques": [{}, {"strategy": "self_consistency", "options": {"paths": 0}}]},
            "\u201cB\u201d, \u201cPaths\u201d, is 0; it must be a whole number",
        ),
        ({"techniques": [{}, {}, {"name": 5}]}, "Column 3, \u201cName\u201d, is 5; "),
        ({"techniques": [{"tmplate": "x"}]}, "\u201cA\u201d, `tmplate`, is not known"),
        (
            {"data": {"shots": 0}, "techniques": [{"strategy": "few_shot"}]},
            "\u201cA\u201d needs examples: set \u201cExamples\u201d to 1 or more, or untick it.",
        ),
        (
            {
                "data": {"name": "own", "shots": 2, "items": [{"input": "a", "references": ["b"]}] * 2},
            },
            "\u201cExamples\u201d is 2; all 2 items are held apart",
        ),
    ],
)
def test_an_experiments_fields_are_named_as_its_form_does(plan: Any, data: dict[str, Any], page: str) -> None:
    error = raised(lambda: experiments.parse({"techniques": [{}], **data}))
    assert plan(error, names=["A", "B"]).startswith(page)


@given(rule=st.text(min_size=1), at=st.integers(0, 3))
def test_no_wording_breaks_the_word_about_missing_examples(plan: Any, rule: str, at: int) -> None:
    error = InvalidSetup(path=("techniques", at, "task", "examples"), value=(), rule=rule)
    column = "\u201cA\u201d" if at == 0 else f"Column {at + 1}"
    words = f"{column} needs examples: set \u201cExamples\u201d to 1 or more, or untick it."
    assert plan(error, names=["A"]) == words
