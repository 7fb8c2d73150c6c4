"""A section of a form: the technique, and the options of the one that is chosen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.strategies import STRATEGIES
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form.fields import Field, read_fields
from playground.ui.setup_form.used_fields import used_fields

DECIDE = ("choice", "flag")  # kinds of options on which others depend


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueFields:
    """The widgets. `options` are by technique; those of the others are hidden."""

    strategy: Any
    options: Mapping[str, tuple[Field, ...]]

    @property
    def widgets(self) -> list[Any]:
        return [self.strategy, *(f.widget for fields in self.options.values() for f in fields)]

    def used(self, values: Mapping[Any, Any], answer: Any = "") -> frozenset[str]:
        """Which fields of a task and which options make a difference; none where the technique is none."""
        name = values[self.strategy]
        own = self._own(name)
        return frozenset() if own is None else used_fields(name, read_fields(own, values), answer)

    def read_name(self, values: Mapping[Any, Any]) -> str:
        """The technique. Raises InvalidSetup for one that there is not."""
        return setups.parse({"strategy": values[self.strategy]}).strategy

    def read(self, values: Mapping[Any, Any], used: Collection[str]) -> dict[str, Any]:
        """The technique and its own options as plain data. Not checked."""
        name = values[self.strategy]
        own = tuple(f for f in self._own(name) or () if f.parameter.name in used)
        return {"strategy": name, "options": read_fields(own, values)}

    def write(self, strategy: str, options: Mapping[str, Any]) -> dict[Any, Any]:
        """Updates that make the widgets hold a technique with options, of which none is missing.

        Of the other techniques too, at their defaults: what another setup has left there is not this one's.
        """
        return {
            self.strategy: gr.update(value=strategy),
            **{
                f.widget: f.write(options[f.parameter.name] if name == strategy else f.parameter.default)
                for name, own in self.options.items()
                for f in own
            },
        }

    def show(self, strategy: str, used: Collection[str]) -> dict[Any, Any]:
        """Updates that show those options of this technique that are used; none where it is empty."""
        return {
            f.widget: gr.update(visible=name == strategy and f.parameter.name in used)
            for name, own in self.options.items()
            for f in own
        }

    @property
    def deciding(self) -> list[Any]:
        """Widgets whose value decides which others make a difference."""
        return [self.strategy, *(f.widget for own in self.options.values() for f in own if f.parameter.kind in DECIDE)]

    def _own(self, name: Any) -> tuple[Field, ...] | None:
        return self.options.get(name) if isinstance(name, str) else None


def build_choice() -> Any:
    """The list of techniques, laid out here."""
    titles = [(strategy.title, name) for name, strategy in STRATEGIES.items()]
    return gr.Dropdown(titles, label="Technique", filterable=False, min_width=140, elem_classes="of-strategy")


def build_options(strategy: Any) -> TechniqueFields:
    """The options of every technique in that list, laid out here."""
    return TechniqueFields(
        strategy=strategy, options={name: controls.fields(technique) for name, technique in STRATEGIES.items()}
    )
