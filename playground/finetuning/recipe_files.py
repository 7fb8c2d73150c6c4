"""Reads a recipe from a file in YAML or JSON, and writes one, in the words of the form."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from playground import documents, setups
from playground.finetuning.methods import METHODS, method_of
from playground.finetuning.recipe import Recipe, recipe_to_dict
from playground.parameters import parameters

KEYS = tuple(field.name for field in fields(Recipe))
# YAML 1.1 takes a number for text that has an exponent and no point, or no sign in it; JSON writes them so.
HALVES = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
POWER = re.compile(r"[+-]?\d{1,9}(\.\d{0,20})?[eE][+-]?\d{1,3}")


def read_recipe(text: str, source: str = "recipe") -> Recipe:
    """A recipe from YAML or JSON. Raises InvalidSetup naming the line, the field and what is allowed."""
    document = documents.load(as_yaml(text), source, "a recipe", KEYS)
    with document.add_lines_to_errors():
        recipe: Recipe = setups.build(Recipe, with_powers(Recipe, document.data), ())
        return recipe


def write_recipe(recipe: Recipe) -> str:
    """The recipe as YAML that `read_recipe` gives back: all that its method reads, also where it is the default."""
    return documents.dump(read_part(recipe))


def read_part(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data, without what its method does not read and what is left to the method."""
    others = {name for method in METHODS.values() for name in method.reads} - {*method_of(recipe).reads}
    # A number that is not read is kept all the same where somebody chose one: the file gives the same recipe back.
    unread = {p.name for p in parameters(Recipe) if p.name in others and getattr(recipe, p.name) == p.default}
    return {name: value for name, value in recipe_to_dict(recipe).items() if name not in unread and value is not None}


def as_yaml(text: str) -> str:
    """JSON in what YAML reads: it may be indented by tabs, and have letters written as two halves."""
    if not text.lstrip().startswith("{"):
        return text
    return HALVES.sub(lambda match: match[1] + json.loads(f'"{match[2]}"'), text.replace("\t", " "))


def with_powers(cls: type, data: Mapping[Any, Any]) -> dict[Any, Any]:
    """The same with numbers like 1e-3 as numbers, where the class wants one."""
    numbers = {parameter.name for parameter in parameters(cls) if parameter.kind == "number"}
    return {key: as_number(value) if key in numbers else value for key, value in data.items()}


def as_number(value: Any) -> Any:
    """A number where the value is text that is one."""
    return float(value) if isinstance(value, str) and POWER.fullmatch(value) else value
