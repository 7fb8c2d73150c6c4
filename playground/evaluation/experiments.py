"""Parses and writes experiments as YAML, with path and line of every error."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from playground import documents, presets, setups
from playground.errors import FieldPath, InvalidSetup, LimitReached
from playground.evaluation import datasets, scorers
from playground.evaluation.columns import columns
from playground.evaluation.datasets.base import Dataset, Shot
from playground.evaluation.findings import expectations
from playground.evaluation.grid import column_setup
from playground.evaluation.plan import MAX_CELLS, MAX_ITEMS, DataChoice, Experiment, Technique
from playground.json_values import as_json
from playground.strategies.parts import templates

log = logging.getLogger(__name__)
FOLDER = presets.FOLDER / "experiments"
KEYS = tuple(f.name for f in fields(Experiment))
KEY, FORMER_KEY = "variants", "draws"  # of the sampling variants, in files and programs from before
MAX_CHARACTERS = 20_000_000  # in all items together
MAX_BYTES = 1024 * 1024  # of a file: more items than that belong into a file of their own


def parse(data: Any) -> Experiment:
    """A checked experiment, all of whose columns can be asked. Raises InvalidSetup naming path, value, what is allowed.

    Nothing is opened for it: neither files nor models.
    """
    if not isinstance(data, Mapping):
        raise InvalidSetup(f"An experiment is a mapping with the keys {', '.join(KEYS)}.")
    if FORMER_KEY in data:
        return _parse_former(data)
    _check_given(data.get("data"))
    experiment: Experiment = setups.build(Experiment, _with_schema_text(data), ())
    check(experiment)
    return experiment


def _parse_former(data: Mapping[str, Any]) -> Experiment:
    """An experiment in which the sampling variants have their former key; errors name it as it stands there."""
    if KEY in data:
        rule = f"is the former name of `{KEY}`, which is there too; keep one of them."
        raise InvalidSetup(path=(FORMER_KEY,), rule=rule)
    try:
        return parse({KEY if key == FORMER_KEY else key: value for key, value in data.items()})
    except InvalidSetup as error:
        raise (error.at((FORMER_KEY, *error.path[1:])) if error.path[:1] == (KEY,) else error) from None


def check(experiment: Experiment) -> None:
    """Raises InvalidSetup for what `parse` would refuse although each value by itself is allowed."""
    if not experiment.techniques:
        raise InvalidSetup(path=("techniques",), value=(), rule="add at least one technique.")
    _check_data(experiment.data)
    places: list[tuple[Mapping[str, Any], tuple[str | int, ...]]] = [(experiment.sampling, ())]
    places += [(t.sampling, ("techniques", i)) for i, t in enumerate(experiment.techniques)]
    places += [(d.sampling, ("variants", i)) for i, d in enumerate(experiment.variants)]
    for sampling, path in places:
        if "seed" in sampling:
            rule = "is not known there: every cell has a seed of its own, made from the experiment's."
            raise InvalidSetup(path=(*path, "sampling", "seed"), rule=f"{rule} Use `seed`, beside `techniques`.")
    for i, technique in enumerate(experiment.techniques):
        _check_wording(technique, ("techniques", i))
        if "input" in technique.task:
            raise InvalidSetup(
                path=("techniques", i, "task", "input"), rule="is not known there: the data has the inputs."
            )
    experiment_columns = columns(experiment)
    dataset = _placeholder_data(experiment.data)
    for column in experiment_columns:
        column_setup(column, experiment, dataset)
    labels = [column.label for column in experiment_columns]
    _check_scorer(scorers.build(experiment.scorer, dataset), labels)
    expectations.validate(experiment, labels)
    check_size(experiment, MAX_CELLS)


def check_size(experiment: Experiment, most: int, name: str = "") -> None:
    """Raises LimitReached for more cells than that; `name` is the variable that says so."""
    own = len(experiment.data.items) - experiment.data.shots
    items = min(experiment.data.size, own) if experiment.data.items else experiment.data.size
    total = len(columns(experiment)) * items * experiment.repetitions
    if total > most:
        set_by = f" ({name})" if name else ""
        message = f"This experiment has {total:,} cells; {most:,} is the most{set_by}. Take fewer items or columns."
        raise LimitReached(message)


def read_yaml(text: str, source: str = "experiment", *, folder: Path | None = None) -> Experiment:
    """An experiment from YAML. Raises InvalidSetup naming the line, the field and what is allowed.

    With a `folder`, `data: {file: mine.csv, columns: {input: question}, skip_bad: true}` takes the items from a file
    below it or elsewhere: for a person's own files on their own machine, never for what comes over a network.
    """
    document = documents.load(text, source, "an experiment", KEYS, most=MAX_BYTES)
    with document.add_lines_to_errors():
        return parse(document.data if folder is None else _with_items(document.data, folder))


def write_yaml(experiment: Experiment) -> str:
    """The experiment as YAML that `read_yaml` gives back, without what is default anyway."""
    return documents.dump(setups.changed_values(experiment))


def to_dict(experiment: Experiment) -> dict[str, Any]:
    """The whole experiment as plain data; `parse` of it gives the same experiment."""
    whole: dict[str, Any] = as_json(experiment)
    return whole


@cache
def shipped_experiments(folder: Path = FOLDER) -> Mapping[str, Experiment]:
    """The experiments that come with the playground, by file name, group after group."""
    return {path.stem: read_yaml(path.read_text("utf-8"), path.name) for path in presets.grouped_files(folder)}


def groups(folder: Path = FOLDER) -> dict[str, str]:
    """Under which others each of them is offered, by file name."""
    return {path.stem: group for path, group in presets.grouped_files(folder).items()}


def _with_schema_text(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, a JSON schema that was written as a mapping replaced by its JSON text."""
    scorer = data.get("scorer")
    options = scorer.get("options") if isinstance(scorer, Mapping) else None
    if (
        not isinstance(scorer, Mapping)
        or not isinstance(options, Mapping)
        or not isinstance(options.get("schema"), dict)
    ):
        return data
    try:
        schema = json.dumps(options["schema"], ensure_ascii=False, default=str)
    except (RecursionError, TypeError):  # too deep, or keys that are no text: said of the value as it is
        return data
    return {**data, "scorer": {**scorer, "options": {**options, "schema": schema}}}


def _with_items(data: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The same, its data's file replaced by the items in it."""
    choice = data.get("data")
    if not isinstance(choice, Mapping) or "file" not in choice:
        return data
    rest = {key: value for key, value in choice.items() if key not in ("file", "columns", "skip_bad")}
    if not isinstance(choice["file"], str) or "items" in rest:
        raise InvalidSetup(path=("data", "file"), rule="must be the name of a file, and stand without `data.items`.")
    columns, labels, skip_bad = choice.get("columns", {}), rest.get("labels", ()), choice.get("skip_bad", False)
    if not isinstance(columns, Mapping) or not all(isinstance(name, str) for pair in columns.items() for name in pair):
        rule = "must name columns of the file, like {input: question, reference: answer}."
        raise InvalidSetup(path=("data", "columns"), rule=rule)
    if not isinstance(skip_bad, bool):
        rule = "it must be true, to leave out bad rows, or false."
        raise InvalidSetup(path=("data", "skip_bad"), value=skip_bad, rule=rule)
    if not isinstance(labels, (list, tuple)) or not all(isinstance(label, str) for label in labels):
        rule = "must be a list of texts; put what YAML takes for something else in quotes: 'yes', '1'."
        raise InvalidSetup(path=("data", "labels"), rule=rule)
    try:
        content = (folder / choice["file"]).read_bytes()
    except FileNotFoundError:
        raise _unreadable(f"there is no file {choice['file']}") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(error) from None
    from playground.evaluation import own_data  # reads spreadsheets too: loaded by those who have a file

    own = own_data.read_items(content, choice["file"], columns=columns, labels=labels, skip_bad=skip_bad)
    if own.bad:
        line, why = own.bad[0]
        count = f"{len(own.bad):,} row{'s' if len(own.bad) > 1 else ''}"
        log.warning("%s: %s left out; the first is line %d, which %s.", choice["file"], count, line, why)
    if own.encoding not in ("", "utf-8", "utf-8-sig"):
        log.warning("%s: read as %s, for it is not UTF-8.", choice["file"], own.encoding)
    items = [*map(asdict, own.items)]
    return {**data, "data": {"name": datasets.OWN, "size": len(items), **rest, "items": items}}


def _unreadable(why: object) -> InvalidSetup:
    return InvalidSetup(path=("data", "file"), rule=f"cannot be read: {why}.")


def _check_given(data: Any) -> None:
    """Raises LimitReached for more items than are read, before each of them is looked at; InvalidSetup for none, which
    would mean another data set, and for what only a person's own machine opens."""
    if not isinstance(data, Mapping):
        return
    if "file" in data:
        rule = "is for the command line only (python -m playground.experiment), where files are the person's own."
        hint = "Give the rows themselves, as `data.items` with `data.name` own."
        raise InvalidSetup(path=("data", "file"), rule=f"{rule} {hint}")
    items = data.get("items")
    if isinstance(items, (list, tuple)) and len(items) > MAX_ITEMS:
        raise LimitReached(f"The data has more than {MAX_ITEMS:,} rows, which is the most; give a part of them.")
    if isinstance(items, (list, tuple)) and not items and "name" not in data:
        rule = "is empty; give at least one, or leave it out and choose a data set with `data.name`."
        raise InvalidSetup(path=("data", "items"), rule=rule)


def _check_data(data: DataChoice) -> None:
    _check_template(data.template, ("data", "template"))
    size = sum(len(item.input) + sum(map(len, item.references)) for item in data.items)
    if size > MAX_CHARACTERS:
        raise LimitReached(f"The items have {size:,} characters in all; {MAX_CHARACTERS:,} is the most. Take fewer.")
    if data.name not in (names := (*datasets.names(), datasets.OWN)):
        raise InvalidSetup(path=("data", "name"), value=data.name, rule=f"it must be one of {', '.join(names)}.")
    if data.items and data.name != datasets.OWN:
        rule = f"there are items besides, and for these it must be {datasets.OWN}."
        raise InvalidSetup(path=("data", "name"), value=data.name, rule=rule)


def _check_scorer(scorer: scorers.Scorer, labels: Sequence[str]) -> None:
    if isinstance(scorer, scorers.Judge) and scorer.mode == "pairwise" and scorer.against not in labels:
        rule = f"the columns are {', '.join(labels)}."
        raise InvalidSetup(path=("scorer", "options", "against"), value=scorer.against, rule=rule)


def _check_template(template: str, path: FieldPath) -> None:
    if template and set(templates.field_names(template)) != {"input"}:
        raise InvalidSetup(path=path, rule="must have {input} where the item goes, and no other name in braces.")


def _check_wording(technique: Technique, path: FieldPath) -> None:
    """Where the item is the material, a template says what to do with it and need not hold it too."""
    material = technique.task.get("material", "")
    names = set(templates.field_names(material)) if isinstance(material, str) else set()
    if "input" not in names:
        _check_template(technique.template, (*path, "template"))
        return
    _check_template(material, (*path, "task", "material"))
    if not technique.template:
        rule = "the item is the material of this technique, so write what to do with it."
        raise InvalidSetup(path=(*path, "template"), value="", rule=rule)
    if set(templates.field_names(technique.template)) - {"input"}:
        _check_template(technique.template, (*path, "template"))


def _placeholder_data(data: DataChoice) -> Dataset:
    """A data set for a check of the columns: one with shots, if any are wanted, that nobody asks."""
    shots = (Shot(input="?", output="?", reasoning="The answer is ?."),) if data.shots else ()
    return replace(datasets.load(data if data.items else replace(data, size=1, shots=0)), shots=shots)
