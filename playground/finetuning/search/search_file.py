"""A recipe and a search over it, in one file."""

from collections.abc import Mapping
from typing import Any

from playground import documents, setups
from playground.errors import InvalidSetup
from playground.finetuning.recipe import Recipe
from playground.finetuning.recipe_files import as_number, as_yaml, read_part, with_powers
from playground.finetuning.search.space import Search, parse_search, search_to_dict

KEYS = ("recipe", "search")


def read_search(text: str, source: str = "search") -> tuple[Recipe, Search]:
    """From YAML or JSON. Raises InvalidSetup naming the line, the field and what is allowed."""
    document = documents.load(as_yaml(text), source, "a search", KEYS)
    with document.add_lines_to_errors():
        if unknown := [key for key in document.data if key not in KEYS]:
            raise InvalidSetup(path=(unknown[0],), rule=f"is not known. Known keys: {', '.join(KEYS)}.")
        given, search = document.data.get("recipe", {}), document.data.get("search")
        recipe: Recipe = setups.build(
            Recipe, with_powers(Recipe, given) if isinstance(given, Mapping) else given, ("recipe",)
        )
        return recipe, parse_search(_with_powers(search), recipe)


def write_search(recipe: Recipe, search: Search) -> str:
    """YAML that `read_search` gives back."""
    return documents.dump({"recipe": read_part(recipe), "search": search_to_dict(search)})


def _with_powers(search: Any) -> Any:
    """The same with numbers like 1e-3 as numbers, in the lists and ranges."""
    over = search.get("over") if isinstance(search, Mapping) else None
    if not isinstance(over, Mapping):
        return search
    return {**search, "over": {name: _numbers_in(values) for name, values in over.items()}}


def _numbers_in(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {key: as_number(value) for key, value in values.items()}
    return [as_number(value) for value in values] if isinstance(values, list) else values
