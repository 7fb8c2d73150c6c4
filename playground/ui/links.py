"""Links to what a tab holds: copied from there, and opened in any other session, in which nothing is run for it."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from playground.sharing import links
from playground.ui.handlers import payloads
from playground.ui.handlers.drafts import while_hidden
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import BEGINS, ENDS
from playground.ui.handlers.messages import report_errors, warn
from playground.ui.handlers.one_at_a_time import NothingYet, Stoppable, begin_after
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import TabLink, Values

RESTORED = "() => {{ document.documentElement.dataset.restored{kind} = 'yes' }}"


def wire(page: Any, opener: Any, linked: TabLink, tabs: Any, tab: str, sessions: Sessions) -> None:
    """Attach the handlers of one tab's links. `opener` is what opens them, and the `tab` of these `tabs` is theirs."""
    going = linked.going or gr.State(NothingYet())

    @report_errors
    def copy_link(values: Values, request: gr.Request) -> dict[Any, Any]:
        link = links.write(linked.kind, linked.read(values, sessions.of(request)))
        named = {"name": f"{linked.kind}-link.txt"} if len(link) > links.LONGEST else {}
        return {linked.button: {"link": link, **named}}

    @report_errors
    def open_link(kept: Any, last: Stoppable | NothingYet, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        reported = payloads.read_report(event)
        link = reported.get("link") if isinstance(reported, Mapping) else None
        with begin_after(last) as change:
            updates, said = linked.write(links.read(linked.kind, link), sessions.of(request))
            if said:
                warn(said)
            return {**while_hidden(updates), **linked.back.offer(kept), tabs: gr.Tabs(selected=tab), going: change}

    linked.button.click(copy_link, set(linked.inputs), [linked.button], preprocess=False, **AT_ONCE)
    opened = getattr(opener, f"open_{linked.kind}")
    outputs = [*linked.outputs, *linked.back.marks, tabs, going]
    filling = opened(open_link, [linked.back.kept, going], outputs, js=BEGINS, **AT_ONCE)
    filling.then(None, None, None, js=ENDS, **AT_ONCE)
    ready = linked.restored or page.load
    ready(None, None, None, js=RESTORED.format(kind=linked.kind), **AT_ONCE)


def wire_hand_over(held: Any, linked: TabLink, tabs: Any, tab: str, sessions: Sessions) -> None:
    """What another tab puts into the state `held`, the values of a link, fills this tab's form as the link would."""

    @report_errors
    def take_over(values: Mapping[str, Any] | None, kept: Any, request: gr.Request) -> dict[Any, Any]:
        if values is None:
            return {tabs: gr.skip()}
        updates, said = linked.write(values, sessions.of(request))
        if said:
            warn(said)
        return {**while_hidden(updates), **linked.back.offer(kept), tabs: gr.Tabs(selected=tab)}

    filling = held.change(
        take_over, [held, linked.back.kept], [*linked.outputs, *linked.back.marks, tabs], js=BEGINS, **AT_ONCE
    )  # fmt: skip
    filling.then(None, None, None, js=ENDS, **AT_ONCE)
