"""What a setup asks for and its model would ignore is refused by name, in the same words wherever it is said."""

from collections.abc import Callable

from playground.answer_forms.form import NAMES
from playground.backends.base import Capabilities
from playground.errors import FieldPath, NotSupported, write_value
from playground.functions.calls import NOT_KNOWN
from playground.parameters import Parameter, parameters
from playground.strategies import technique_of
from playground.types import Sampling, Setup, Task


def refuse_ignored(setup: Setup, capabilities: Capabilities) -> None:
    """Raises NotSupported, by name, for a sampling parameter, or a form of the answer, that is asked for and not sent
    to this model."""
    if setup.task.form != "none" and setup.task.form not in capabilities.forms:
        raise NotSupported(path=("task", "form"), rule=f"is {NAMES[setup.task.form]}: {no_form(setup, capabilities)}.")
    if (option := technique_of(setup).measured_by) and not capabilities.logits:
        rule = (
            f"has given words measured, and {setup.model} gives no probabilities of these. Leave it empty, or choose a "
            "local model."
        )
        raise NotSupported(path=("options", option), rule=rule)
    if technique_of(setup).offers_functions and not capabilities.functions:
        raise NotSupported(path=("strategy",), rule=f"offers functions, and {NOT_KNOWN.format(model=setup.model)}.")
    for p in parameters(Sampling):
        if p.name not in capabilities.sampling and (value := getattr(setup.sampling, p.name)) != p.default:
            raise NotSupported(
                path=("sampling", p.name),
                rule=f"is {write_value(value)} and would not be sent: {not_honoured(setup.model, p)}. "
                f"Set it back to {write_value(p.default)}, or choose another model.",
            )


def refuse_ignored_anywhere(setup: Setup, capabilities: Callable[[str], Capabilities]) -> None:
    """The same for a setup and for each part of it that has weights or sampling of its own: what a model of that name
    is capable of is asked for. A part's setting is named where it stands, and by whose it is."""
    refuse_ignored(setup, capabilities(setup.model))
    technique = technique_of(setup)
    for number, asked in enumerate(technique.asked_with(setup)):
        try:
            refuse_ignored(asked, capabilities(asked.model))
        except NotSupported as error:
            path, whose = technique.part_at(setup, number, error.path)
            is_own = path[-1] == error.path[-1]
            rule = error.rule if is_own else f"is {asked.model}, and {_in_words(error.path)} of the setup {error.rule}"
            raise NotSupported(path=path, rule=f"of {whose} {rule}") from None


def _in_words(path: FieldPath) -> str:
    """A field of a setup, by its label."""
    cls = {"sampling": Sampling, "task": Task}.get(str(path[0]), Setup)
    label = next((p.label for p in parameters(cls) if p.name == path[-1]), path[-1])
    return f"\u201c{label}\u201d"


def no_form(setup: Setup, capabilities: Capabilities) -> str:
    """What a model that holds no answer to the form of a setup does instead."""
    others = [NAMES[kind] for kind in NAMES if kind in capabilities.forms]
    instead = f"it was seen to keep {' and '.join(others)}" if others else "it was not seen to keep any form"
    return f"{setup.model} cannot hold an answer to that; {instead}. Choose another form or a local model"


def not_honoured(model: str, parameter: Parameter) -> str:
    """Why a sampling parameter is not sent to a model, in the words of all who say so: the page, a run, a program.

    That it ignores it would be too much: of some settings nothing can be seen from outside.
    """
    return f"{model} was not seen to honour {parameter.label.lower()}"
