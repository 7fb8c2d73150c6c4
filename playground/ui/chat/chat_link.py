"""A chat as the values of a link and of the browser's memory, and of a setup of the Playground."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from textwrap import shorten
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.chats import kept_chat
from playground.chats.tree import Chat, ChatTurn, chat_of
from playground.errors import InvalidSetup, UnknownModel
from playground.formats import format_count
from playground.strategies import technique_of
from playground.strategies.parts.material import with_material
from playground.types import Setup, Turn, Weights
from playground.ui.chat.chat_form import settings_of
from playground.ui.chat.chat_view import ChatView
from playground.ui.handlers import payloads
from playground.ui.handlers.drafts import MOST, characters
from playground.ui.handlers.tab import TabLink, Updates, Values

KEYS = ("setup", "chat", "message")


def read(view: ChatView, values: Values, *, measured: bool = True) -> dict[str, Any]:
    """What the tab holds, as plain data; on demand without what was `measured`. Raises InvalidSetup."""
    chat = view.chat(values)
    held = {
        "setup": settings_of(values, view.form),
        "chat": kept_chat.as_data(chat if measured else chat.without_measures()),
        "message": view.typed(values),
    }
    return {key: value for key, value in held.items() if value}


def read_newest(view: ChatView, values: Values, most: int) -> dict[str, Any]:
    """What the tab holds, with the last turns only, so that all of it has at most so many characters."""
    chat, rest = view.chat(values), {key: value for key, value in read(view, values).items() if key != "chat"}

    def held(shown: Chat) -> dict[str, Any]:
        return {**rest, **({"chat": kept_chat.as_data(shown)} if shown.turns else {})}

    return held(kept_chat.newest(chat, lambda shown: characters(held(shown)) <= most))


def kept_note(view: ChatView, values: Values, kept: Any) -> str:
    """What is said of a chat of which the browser keeps only this much, as `as_kept` gave it."""
    made, shown = len(view.chat(values).turns), len((kept or {}).get("chat", {}).get("turns", ()))
    what = f"only its last {format_count(shown, 'turn')} of {made}" if shown else "none of its turns"
    return (
        f"This chat has more than {MOST:,} characters, too many for the browser to keep: after a reload {what} will be "
        "there. Download it as JSON to keep all that is shown."
    )


def linked(button: Any, view: ChatView, restored: Any = None, *, measured: bool = False) -> TabLink:
    """`restored` is when the chat's draft has come back. What was `measured` is kept for the same browser only: in a
    link anybody can claim it."""

    def read_values(values: Values, catalog: Catalog) -> dict[str, Any]:
        return read(view, values, measured=measured)

    def write(held: Mapping[str, Any], catalog: Catalog) -> tuple[Updates, str]:
        if unknown := [key for key in held if key not in KEYS]:
            raise InvalidSetup(path=(unknown[0],), rule=f"is not known. Known keys: {', '.join(KEYS)}.")
        setup = setups.parse({"strategy": "conversation", **_mapping(held.get("setup"))})
        chat = kept_chat.read(held.get("chat"))
        chat = chat if measured else chat.without_measures()
        text, said = payloads.words(held.get("message"), "message"), ""
        try:
            written = view.form.write(setup, catalog)
        except UnknownModel as error:
            written = view.form.write(replace(setup, **asdict(Weights())), catalog)
            said = f"{error} The default model is chosen instead."
        return {**written, **view.show(chat), view.box: gr.update(value=text)}, said

    outputs = [*view.form.widgets, *view.shown, view.box]
    return TabLink(
        kind="chat", button=button, inputs=[*view.form.widgets, view.held, view.box], outputs=outputs,
        read=read_values, write=write, back=view.back, restored=restored, going=view.going,
    )  # fmt: skip


def title_of(kept: Mapping[str, Any]) -> str:
    """What a chat that was kept is called; "" where nothing was said. Raises InvalidSetup for what is none."""
    chat = kept_chat.read(kept.get("chat"))
    if not chat.turns:
        return ""
    return f"{format_count(len(chat.turns), 'turn')}: {shorten(chat.turns[0].text, 50, placeholder=' ...')}"


def from_setup(setup: Setup) -> tuple[Chat, str]:
    """A setup of whatever technique as a chat, and the message that is to be sent in it: its turns, or examples."""
    shown = technique_of(setup).used_fields
    turns = setup.task.turns if "turns" in shown else ()
    if "examples" in shown:
        pairs = (((("user", one.input), ("assistant", one.output))) for one in setup.task.examples)
        turns = tuple(Turn(role=role, text=text) for pair in pairs for role, text in pair)  # type: ignore[arg-type]
    return chat_of(turns), with_material(setup.task).input


def as_setup(view: ChatView, values: Values, catalog: Catalog) -> Setup:
    """What is to be sent next, or with an empty box what was asked last. Raises InvalidSetup where nothing was said."""
    text, chat = view.typed(values), view.chat(values)
    asked = chat.last_question()
    if text.strip():
        return view.form.setup(values, chat.branch, text, catalog)
    if not asked:
        raise InvalidSetup("Nothing has been said yet; type a message first.")
    return view.form.setup(values, asked[:-1], asked[-1].text, catalog)


def said(view: ChatView, values: Values) -> tuple[ChatTurn, ...]:
    """The branch that is shown. Raises InvalidSetup where there is none."""
    branch = view.chat(values).branch
    if not branch:
        raise InvalidSetup("Nothing has been said yet; there is no chat to take away.")
    return branch


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidSetup(path=("setup",), value=value, rule="it must be a mapping.")
    return value
