"""An assignment: an experiment, what of it may be changed, items seen and sealed, and limits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from playground import documents, setups
from playground.errors import InvalidSetup
from playground.evaluation import datasets, experiments
from playground.evaluation.plan import Experiment, Technique
from playground.json_values import as_json
from playground.parameters import STRICT, choice, number, parameters
from playground.retrieval.collections import shipped_collections
from playground.strategies import STRATEGIES
from playground.types import Sampling, Setup, Task

Changeable = Literal["prompt", "sampling", "everything"]
MAX_BYTES = experiments.MAX_BYTES  # of a file
MOST_ADDED = 50_000  # characters that a student's technique may have more than the one it began with
PARTS = tuple(p.name for p in parameters(Task) if p.name not in ("input", "answer", "labels"))  # of a task: the prompt
FREE: Mapping[Changeable, tuple[str, ...]] = {
    "prompt": ("template", "task"),
    "sampling": ("sampling",),
    "everything": ("template", "task", "strategy", "options", "sampling"),
}
LABELS = {
    "template": "the prompt template", "task": "the parts of the prompt", "strategy": "the technique",
    "options": "the technique's options", "sampling": "the sampling settings",
}  # fmt: skip
NO_ITEM = "The Playground's input has no {{item}}, which stands for each item: put it there, and press again."
NOTHING_FREE = "In a laboratory nothing is changed: all run the same two techniques."
NO_TEMPLATE = "The prompt template is empty. It must hold {input}, where each item goes."
ITEM = "{{item}}"  # a variable of the Playground's input: where it stands each item goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one student may use; the teacher can change it while the class works."""

    __pydantic_config__ = STRICT
    attempts: int = number(5, 1, 100, step=1, label="Submissions each", help="How often a student may submit.")
    tokens: int = number(
        200_000, 1_000, 100_000_000, step=1_000, label="Tokens each", help="Tokens a student may use, read and written."
    )
    minutes: int = number(
        60, 0, 100_000, step=5, label="Minutes, 0 is no end", help="How long it is open, from when it is given."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a class is given. The experiment's first technique on its first model is where each student begins; as a
    `laboratory` each student runs its first two techniques on items of their own, and nothing is changed."""

    __pydantic_config__ = STRICT
    experiment: Experiment
    may_change: Changeable = choice("prompt", label="May be changed", help="The rest is fixed, and checked.")
    seen: int = number(20, 1, 500, step=1, label="Items seen", help="Items that students run on, and see.")
    sealed: int = number(
        20, 0, 500, step=1, label="Items sealed", help="Items that only the sealed score is made from."
    )
    limits: Limits = Limits()
    laboratory: bool = False

    @property
    def technique(self) -> Technique:
        """Where each student begins."""
        return self.experiment.techniques[0]


KEYS = tuple(f.name for f in fields(Assignment))


def parse(data: Any) -> Assignment:
    """A checked assignment. Raises InvalidSetup naming path, value and what is allowed."""
    if not isinstance(data, Mapping):
        raise InvalidSetup(f"An assignment is a mapping with the keys {', '.join(KEYS)}.")
    if not isinstance(data.get("experiment"), Mapping):
        raise InvalidSetup(path=("experiment",), rule="is missing; it is what an experiment's file holds.")
    try:
        experiment = experiments.parse(data["experiment"])
    except InvalidSetup as error:
        raise error.at(("experiment", *error.path)) from None
    # Checked above: as a part of this it would be nested deeper than a setup may be.
    assignment: Assignment = setups.build(Assignment, {**data, "experiment": {}}, ())
    if assignment.laboratory and len(experiment.techniques) < 2:
        rule = "has one technique; a laboratory compares the first two."
        raise InvalidSetup(path=("experiment", "techniques"), rule=rule)
    return replace(assignment, experiment=experiment)


def read_yaml(content: str, source: str = "assignment") -> Assignment:
    """An assignment from a file. Raises InvalidSetup naming the line, the field and what is allowed."""
    document = documents.load(content, source, "an assignment", KEYS, most=MAX_BYTES)
    with document.add_lines_to_errors():
        return parse(document.data)


def write_yaml(assignment: Assignment) -> str:
    """The assignment as a file for colleagues; `read_yaml` gives it back."""
    return documents.dump(to_dict(assignment))


def to_dict(assignment: Assignment) -> dict[str, Any]:
    """The assignment as plain data without what is default anyway; `parse` gives it back."""
    plain: dict[str, Any] = as_json(replace(assignment, experiment=Experiment()))
    return {**plain, "experiment": as_json(setups.changed_values(assignment.experiment))}


def from_setup(setup: Setup, data: str) -> Assignment:
    """An assignment that begins with this setup, on a data set that comes with the playground. Its input is the prompt
    template where it says where the item goes; else the data's own is."""
    given = setups.changed_settings(setup)
    task = {key: part for key, part in given.get("task", {}).items() if key in PARTS}
    sampling = {key: value for key, value in given.get("sampling", {}).items() if key not in setups.SAME_CHANCES}
    title = STRATEGIES[setup.strategy].title
    technique = {
        "strategy": setup.strategy, "options": given.get("options", {}), "task": task, "sampling": sampling,
        "template": setup.task.input.replace(ITEM, "{input}") if ITEM in setup.task.input else "",
    }  # fmt: skip
    experiment = {
        "title": f"{title} on {datasets.card(data).title.lower()}",
        "data": {"name": data},
        "techniques": [{"name": title, **technique}],
        "models": [setups.weights_to_dict(setup)],
    }
    return parse({"experiment": experiment})


def technique_of_setup(assignment: Assignment, setup: Setup, begun: Technique) -> Technique:
    """The Playground's setup as a student's technique, with the prompt template that stands where that is fixed.

    Raises InvalidSetup where the prompt may be changed and does not say where the item goes.
    """
    if "template" in FREE[assignment.may_change] and ITEM not in setup.task.input:
        raise InvalidSetup(NO_ITEM)
    made = from_setup(setup, datasets.names()[0]).technique
    return replace(made, name=begun.name, template=made.template or begun.template)


def fixed_parts(assignment: Assignment) -> tuple[str, ...]:
    """What of a setup may not be changed: parts of it, and of its task."""
    free = () if assignment.laboratory else FREE[assignment.may_change]
    held = [name for name in ("strategy", "options", "sampling") if name not in free]
    return (
        *("model", "answer", "labels", *held),
        *(() if "task" in free else PARTS),
        *(() if "template" in free else ("input",)),
    )


def parse_technique(data: Any) -> Technique:
    """A technique as it is kept, or comes from a page. Raises InvalidSetup."""
    technique: Technique = setups.build(Technique, data, ("technique",))
    return technique


def check_technique(assignment: Assignment, technique: Technique) -> None:
    """Raises InvalidSetup for a change of what is fixed, and for what cannot be asked at all."""
    free = () if assignment.laboratory else FREE[assignment.may_change]
    for name in ("template", "task", "strategy", "options", "sampling"):
        if name not in free and _plain(technique, name) != _plain(assignment.technique, name):
            if assignment.laboratory:
                raise InvalidSetup(NOTHING_FREE)
            allowed = ", ".join(LABELS[part] for part in free)
            raise InvalidSetup(f"In this assignment {LABELS[name]} may not be changed, only {allowed}.")
    if not assignment.laboratory:
        if assignment.technique.template and not technique.template.strip():
            raise InvalidSetup(NO_TEMPLATE)
        bare = replace(assignment.experiment.data, shots=0)  # examples are the student's own
        alone = replace(assignment.experiment, data=bare, techniques=(technique,), variants=(), expectations=())
        try:
            experiments.check(alone)
        except InvalidSetup as error:  # of the one technique that there is
            raise error.at(error.path[2:]) if error.path[:1] == ("techniques",) else error from None
        _check_fair(assignment.technique, technique)


def _check_fair(begun: Technique, technique: Technique) -> None:
    """Raises InvalidSetup for what others could not ask for, such as the teacher who scores it: documents of a session,
    and models that the assignment does not have."""
    collection = technique.task.get("collection")
    if collection and collection not in shipped_collections():
        raise InvalidSetup("In a class no documents of your own can be searched; choose those that come with it.")
    if not _models_of_agents(technique) <= _models_of_agents(begun):
        raise InvalidSetup("In this assignment an agent has no model or adapter of its own: all have the model given.")
    length, most = len(json.dumps(as_json(technique))), MOST_ADDED + len(json.dumps(as_json(begun)))
    if length > most:
        raise InvalidSetup(f"The prompt with its settings has {length:,} characters; {most:,} is the most here.")


def _models_of_agents(technique: Technique) -> set[tuple[Any, ...]]:
    names = ("model", "adapter", "scale")
    weights = [tuple(agent.get(name) for name in names) for agent in technique.task.get("agents", ())]
    return {one for one in weights if one[0] or one[1]}


def sampling_of(technique: Technique) -> Sampling:
    """How its tokens are chosen, with all defaults."""
    sampling: Sampling = setups.parse_sampling(dict(technique.sampling))
    return sampling


def _plain(technique: Technique, name: str) -> Any:
    plain = as_json(getattr(technique, name))
    return (
        {key: value for key, value in plain.items() if key not in setups.SAME_CHANCES} if name == "sampling" else plain
    )
