"""Connect an endpoint: an address and a key, what it offers, and what was seen to work. For this visitor only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.endpoints.endpoint import operator_endpoints
from playground.backends.endpoints.providers import Provider, provider_of, providers
from playground.errors import InvalidSetup
from playground.returning import Returning
from playground.settings import Settings
from playground.ui import widgets
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, news, refuse_second, until_stopped, wire_stop
from playground.ui.handlers.tab import PageContext
from playground.ui.models import endpoint_values
from playground.ui.models.list_values import load_value
from playground.ui.models.load_line import load_view
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent

OWN = "own"  # the choice of an address that is in no list
KEY_INFO = "Sent to this endpoint only. It leaves this box when you connect, and is forgotten when you close the page."
NONE_LISTED = "This server is shared, and its operator lists no endpoints."
STOPPED = "Stopped; nothing was connected."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPanel:
    """The widgets. `going` is what stops the attempt that goes on, in the visitor's session."""

    provider: Any
    about: Any
    name: Any
    url: Any
    key: Any
    model: Any
    start: Any
    line: Any
    waiting: WaitingLine
    connected: Any
    going: Any
    model_changes: Any

    @property
    def fields(self) -> tuple[Any, ...]:
        return self.name, self.url, self.key, self.model


def build(shared: PageContext) -> None:
    """Lay out the panel and wire it. `shared.model_changes` counts up when there are other models to choose from."""
    settings = shared.settings
    offered = _list_providers(settings)
    if not offered:
        gr.Markdown(NONE_LISTED, elem_classes="field-label")
        return
    (first, address), own = next(iter(offered.items())), not settings.public
    choices = [(_title(name, url), name) for name, url in offered.items()]
    with gr.Column(elem_id="endpoints", min_width=0):
        provider = gr.Dropdown(
            [*choices, *([("Another address", OWN)] if own else [])], value=first, label="Provider", filterable=False
        )
        url = gr.Textbox(address, label="Base URL", max_lines=1, interactive=own, info="It often ends in /v1.")
        name = gr.Textbox(first, label="Name", max_lines=1, info="Its models are then called name/model.")
        about = gr.Markdown(_about(provider_of(address)), elem_classes="field-label")
        key = gr.Textbox(
            label="Key", type="password", info=KEY_INFO, elem_id="endpoint-key",
            html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
        )  # fmt: skip
        model = gr.Textbox(
            label="Model to try (optional)", max_lines=1,
            info="Model id. Empty: the first chat model.",
        )  # fmt: skip
        start = gr.Button("Connect", variant="primary", elem_id="connect-button")
        line = load_view("Stop connecting")
        waiting = waiting_line.build(shared.page)
        connected = widgets.widget(
            HERE / "endpoints.js", value=endpoint_values.connections_value(()), elem_id="connected"
        )
    panel = EndpointPanel(
        provider=provider, about=about, name=name, url=url, key=key, model=model, start=start, line=line,
        waiting=waiting, connected=connected, going=gr.State(None), model_changes=shared.model_changes,
    )  # fmt: skip
    _wire_form(panel, offered)
    _wire_connecting(panel, shared)


def _list_providers(settings: Settings) -> Mapping[str, str]:
    """Addresses by name: in public the operator's, else theirs and those of all known providers."""
    known = {} if settings.public else {name: provider.base_url for name, provider in providers().items()}
    return {**operator_endpoints(settings), **known}


def _title(name: str, url: str) -> str:
    provider = provider_of(url)
    return provider.title if provider else name


def _about(provider: Provider | None) -> str:
    """Markdown: whether a key is needed and where to get one."""
    if provider is None:
        return "Any server that speaks the OpenAI protocol. Leave the key empty if it needs none."
    if not provider.needs_key:
        return f"{provider.title} needs no key, unless you gave it one."
    return f"{provider.title} needs a key: [get one]({provider.key_page})." if provider.key_page else "A key is needed."


def _suggested(chosen: str) -> str:
    """A name for the connection."""
    return "mine" if chosen == OWN else chosen.replace("_", "-")


def _wire_form(panel: EndpointPanel, offered: Mapping[str, str]) -> None:
    filled_for = gr.State(next(iter(offered)))

    @report_errors
    def choose(chosen: Any, before: str) -> dict[Any, Any]:
        """The list tells of one choice more than once, and of leaving it as it was: what is typed meanwhile stays."""
        if chosen == before:
            return {filled_for: gr.skip()}
        if chosen != OWN and chosen not in tuple(offered):
            raise InvalidSetup(path=("provider",), value=chosen, rule=f"it must be one of {', '.join(offered)}.")
        address = offered.get(chosen, "")
        about = _about(provider_of(address))
        return {panel.name: _suggested(chosen), panel.url: address, panel.about: about, filled_for: chosen}

    filled = [panel.name, panel.url, panel.about, filled_for]
    plain = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    panel.provider.input(choose, [panel.provider, filled_for], filled, **plain)


def _wire_connecting(panel: EndpointPanel, shared: PageContext) -> None:
    settings, sessions = shared.settings, shared.sessions

    def listed(request: gr.Request) -> dict[str, Any]:
        return endpoint_values.connections_value(sessions.connections(request))

    @report_errors
    def connect(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[panel.going])
        typed = [str(values[box] or "") for box in panel.fields]
        with Stoppable() as going, Returning(sessions.connect(request, *typed)) as work:
            # The key leaves the page before it is used: whatever comes of it, it is not there any more.
            yield {panel.key: "", panel.going: going, panel.line: load_value("loading", "Connecting")}
            try:
                for progress in news(until_stopped(work, going)):
                    yield {panel.line: load_value("loading", progress=progress)}
                if work.ended:
                    words = endpoint_values.summary(work.value)
                    more = {panel.connected: listed(request), panel.model_changes: values[panel.model_changes] + 1}
                    yield {panel.line: load_value("done", words), **more}
                else:
                    yield {panel.line: load_value("stopped", STOPPED)}
            except Exception as error:
                yield {panel.line: load_value("failed", in_words(error))}

    @report_errors
    def disconnect(changes: int, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        sessions.disconnect(request, payloads.read(payloads.Choice, event).key)
        return {panel.connected: listed(request), panel.model_changes: changes + 1}

    shared.opening(listed, None, panel.connected, **AT_ONCE)
    outputs = [panel.key, panel.going, panel.line, panel.connected, panel.model_changes]
    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    either = partial(gr.on, [panel.start.click, panel.key.submit])
    panel.waiting.attach(either, connect, {*panel.fields, panel.going, panel.model_changes}, outputs, **once)
    panel.waiting.wire(panel.going)
    wire_stop(panel.line.stop, panel.going)
    panel.connected.disconnect(disconnect, panel.model_changes, [panel.connected, panel.model_changes], **AT_ONCE)
