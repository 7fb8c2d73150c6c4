"""Which weights answer: a model, and of one that has adapters perhaps one of them, at a scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.details import AdapterDetails
from playground.parameters import parameters
from playground.types import Setup, Weights
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors, warn
from playground.ui.handlers.tab import PageContext
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form import check as checking
from playground.ui.setup_form import fields
from playground.ui.setup_form.fields import Field

NONE = ("None, the model as it is", "")
MANY = 12  # models from which on one types to find one


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The widgets. The adapter shows where the model has any, the scale where an adapter is chosen."""

    model: Any
    adapter: Any
    scale: Field

    @property
    def widgets(self) -> list[Any]:
        return [self.model, self.adapter, self.scale.widget]

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """That part of a setup as plain data. Not checked."""
        chosen = {"model": values[self.model]}
        if not values[self.adapter]:
            return chosen
        return {**chosen, "adapter": values[self.adapter], "scale": self.scale.read(values[self.scale.widget])}

    def write(self, setup: Setup, catalog: Catalog) -> dict[Any, Any]:
        """Updates that make the widgets hold what the setup names. Raises UnknownModel for what is not there."""
        info = checking.weights(setup, catalog)
        scale = {**_scale(info, setup.adapter), "value": setup.scale}
        return {self.model: setup.model, self.adapter: _adapters(info, setup.adapter), self.scale.widget: scale}

    def show(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[Any, Any]:
        """Updates that offer the adapters of the chosen model, and keep the one that is chosen if it has that."""
        info, adapter = checking.model(values[self.model], catalog), values[self.adapter]
        adapter = adapter if adapter in [known.name for known in info.adapters] else ""
        return {self.adapter: _adapters(info, adapter), self.scale.widget: _scale(info, adapter)}

    def hold(self, weights: Weights, models: Sequence[ModelInfo], *, offer: bool = True) -> dict[Any, Any]:
        """Updates that make the widgets hold these weights, said to be gone where they are not there any more.

        Without `offer` the models that can be chosen stay as they were sent: there may be a thousand.
        """
        info, adapter = next((info for info in models if info.name == weights.model), None), weights.adapter
        model = gr.update(value=weights.model)
        if offer or info is None:
            gone = [] if info else [(f"{weights.model} (gone)", weights.model)]
            model |= {"choices": [*_models(models), *gone], "filterable": len(models) > MANY}
        tuned = _adapters(info, adapter)
        if adapter not in [name for _, name in tuned["choices"]]:
            tuned["choices"].append((f"{adapter} (gone)", adapter))
        scale = {**_scale(info, adapter), "value": weights.scale}
        return {self.model: model, self.adapter: tuned, self.scale.widget: scale}

    def refresh(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[Any, Any]:
        """Updates that offer the models there are now. Says so when the chosen one is not among them any more."""
        models, name = catalog.models(), values[self.model]
        # The value only where it must change: what is chosen meanwhile would be written over.
        update = gr.update(choices=_models(models), filterable=len(models) > MANY)
        if name not in [info.name for info in models]:
            warn(f"The chosen model is not there any more; {models[0].title} is chosen instead.")
            name = update["value"] = models[0].name
        elif (adapter := values[self.adapter]) and adapter not in [
            a.name for a in checking.model(name, catalog).adapters
        ]:
            warn("The chosen adapter is not there any more; the model is asked without one.")
        return {self.model: update, **self.show({**values, self.model: name}, catalog)}


def build(catalog: Catalog, of: str = "") -> Any:
    """The list of models, laid out here; `of` is what it is the model of."""
    models = catalog.models()
    return gr.Dropdown(
        _models(models), label=f"{of}: model" if of else "Model", filterable=len(models) > MANY, min_width=140,
        elem_classes="of-model",
    )  # fmt: skip


def build_adapter(model: Any, of: str = "") -> ModelChoice:
    """The adapter and its scale, laid out here, for that list of models; `of` is what it is the model of."""
    named = {"adapter": f"{of}: adapter", "scale": f"{of}: scale"} if of else {"adapter": "Adapter", "scale": "Scale"}
    (scale,) = (replace(p, label=named["scale"]) for p in parameters(Weights) if p.name == "scale")
    with gr.Row(elem_classes=["pair", "tuning", "of-adapter"]):
        adapter = gr.Dropdown([NONE], value="", label=named["adapter"], filterable=False, min_width=140, visible=False)
        field = Field(parameter=scale, widget=fields.widget(scale))
        field.widget.visible = False
    return ModelChoice(model=model, adapter=adapter, scale=field)


def wire(shared: PageContext, choice: ModelChoice) -> None:
    """Offer what the visitor can choose from, when the choice comes in sight and whenever `model_changes` does."""
    sessions = shared.sessions

    @report_errors
    def refresh(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        return choice.refresh(values, sessions.of(request))

    @report_errors
    def show(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        return choice.show(values, sessions.of(request))

    held, options = set(choice.widgets), {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    on_opening_and(shared.opening, [shared.model_changes.change], refresh, held, choice.widgets, **options)
    gr.on([choice.model.change, choice.adapter.change], show, held, choice.widgets[1:], **options)


def _models(models: Sequence[ModelInfo]) -> list[tuple[str, str]]:
    return [(info.title, info.name) for info in models]


def _adapters(info: ModelInfo | None, chosen: str) -> Any:
    offered = [NONE, *((adapter.title, adapter.name) for adapter in (info.adapters if info else ()))]
    return gr.update(choices=offered, value=chosen, visible=len(offered) > 1 or bool(chosen))


def _scale(info: ModelInfo | None, adapter: str) -> dict[str, Any]:
    """Shown with an adapter; but a served one has its full strength, always."""
    known = next((one for one in (info.adapters if info else ()) if one.name == adapter), None)
    shown = bool(adapter) and (info is None or info.kind != "endpoint")
    steps = known is None or has_steps(known)
    return dict(gr.update(visible=shown, step=0.05 if steps else 1, maximum=2 if steps else 1))


def has_steps(adapter: AdapterDetails) -> bool:
    """What merges into a copy, or is made of virtual tokens, is on or off."""
    return not adapter.loaded or (adapter.shared and adapter.rank is not None)
