"""What the form holds as plain data, and back: kept in the browser while one types, in a link, and with each run."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, PlaygroundError, UnknownModel
from playground.presets import Preset
from playground.types import Setup, Weights
from playground.ui.handlers import drafts
from playground.ui.handlers.form_filling import BEGINS
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.put_back import PutBack
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import TABLE, TabLink, Updates, Values
from playground.ui.playground.variables_panel import ROW, PromptForm
from playground.ui.playground.variables_values import read_table

KIND = "setup"  # of a link


def build() -> Any:
    """Where it is kept. With a secret that each start of the server makes anew, it could not be read after one."""
    return gr.BrowserState(None, storage_key="playground-draft", secret="playground")


def read_draft(form: PromptForm, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
    """The form as plain data, in values of our own and only what is not default. Raises InvalidSetup."""
    setup = setups.parse(form.read_as_typed(values, catalog))
    return {**setups.changed_settings(setup), **form.variables.as_kept(values)}


def as_kept(form: PromptForm, values: Mapping[Any, Any], catalog: Catalog) -> Any:
    """The same; no news where the form holds what cannot be read."""
    try:
        return read_draft(form, values, catalog)
    except PlaygroundError:  # the preview says what is wrong
        return gr.skip()


def setup_of(data: Mapping[str, Any]) -> Setup:
    """The setup in what `held` gave. Raises InvalidSetup."""
    return setups.parse({key: value for key, value in data.items() if key not in (TABLE, ROW)})


def fill(form: PromptForm, data: Mapping[str, Any], catalog: Catalog) -> tuple[Updates, str]:
    """Updates that make the form hold what `held` gave, and what to say of them: that the default model stands in for
    one that is not there. Raises InvalidSetup. A table of values that is none is left out."""
    setup = setup_of(data)
    variables = form.variables.write(data)
    try:
        return {**form.write(setup, catalog), **variables}, ""
    except UnknownModel as error:
        written = form.write(replace(setup, **asdict(Weights())), catalog)
        return {**written, **variables}, f"{error} The default model is chosen instead."


def key_of(setup: Setup, offered: Mapping[str, Preset]) -> str:
    """The key of the preset that is this setup; "" for another."""
    return next((key for key, preset in offered.items() if preset.setup == setup), "")


def wire(
    page: Any, draft: Any, filled: Any, form: PromptForm, loaded: Any, offered: Mapping[str, Preset],
    opens_with: Setup, sessions: Sessions,
) -> Any:  # fmt: skip
    """`loaded` shows which of the presets on offer the form holds; the page opens with a setup of its own.

    Returns the event after which the form holds what was kept; `filled` is marked then, or at once if nothing was.
    """

    @report_errors
    def reopen(held: Any, request: gr.Request) -> dict[Any, Any]:
        kept = held if isinstance(held, Mapping) else {}
        opened: dict[Any, Any] = {loaded: gr.skip()}
        try:
            same = not kept or (setup_of(kept) == opens_with and not kept.get(TABLE))
            if not same:
                opened = {**fill(form, kept, sessions.of(request))[0], loaded: key_of(setup_of(kept), offered)}
        except InvalidSetup:  # not by this version
            pass
        return opened

    return drafts.restore(page, draft, filled, reopen, [*form.outputs, loaded], js=BEGINS)


def linked(
    button: Any, form: PromptForm, loaded: Any, offered: Mapping[str, Preset], back: PutBack, restored: Any
) -> TabLink:
    """The form as the values of a link. `restored` attaches a handler to when the form holds what was kept."""

    def read(values: Values, catalog: Catalog) -> dict[str, Any]:
        return read_draft(form, values, catalog)

    def write(data: Mapping[str, Any], catalog: Catalog) -> tuple[Updates, str]:
        read_table(data.get(TABLE))
        updates, said = fill(form, data, catalog)
        return {**updates, loaded: key_of(setup_of(data), offered)}, said

    return TabLink(
        kind=KIND, button=button, inputs=form.widgets, outputs=[*form.outputs, loaded], read=read, write=write,
        back=back, restored=restored,
    )  # fmt: skip
