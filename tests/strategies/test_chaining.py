"""A chain's templates: which steps each can use, and what is said of one that it cannot."""

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.strategies import technique_of

END = ": a step can use {input}, {previous} and the steps before it."


@pytest.mark.parametrize(
    ("templates", "message"),
    [
        (["{A}", "x"], "`task.steps.0.template` names itself" + END),
        (["x", "{A} {B}"], "`task.steps.1.template` names itself" + END),
        (["{B}", "x"], "`task.steps.0.template` names {B}, a step that comes after it" + END),
        (["{C}", "x"], "`task.steps.0.template` cannot be filled in. The template names {C}, which is not known here"),
    ],
)
def test_a_template_that_names_itself_a_later_step_or_none_is_refused(templates: list[str], message: str) -> None:
    steps = [{"name": name, "template": template} for name, template in zip("AB", templates, strict=True)]
    setup = setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": steps}})
    with pytest.raises(InvalidSetup) as caught:
        technique_of(setup).check(setup.task)
    assert str(caught.value).startswith(message)


def test_a_name_in_doubled_braces_is_no_reference() -> None:
    steps = [{"name": "A", "template": "Write {{A}} for {input}"}]
    setup = setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": steps}})
    technique_of(setup).check(setup.task)
