"""The Gradio page, which cannot be served but behind the gate."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import gradio as gr

from playground.settings import Settings
from playground.ui.gate.middleware import Gate


class Page(gr.Blocks):  # type: ignore[misc]  # gradio is untyped
    """`gr.Blocks` whose `launch` puts the gate in front."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(**options)
        self._settings = settings

    def launch(self, *args: Any, **options: Any) -> Any:
        @asynccontextmanager
        async def gated(app: Any) -> AsyncIterator[None]:
            # The stack has just been built. Gradio adds middleware of its own around any that is given to it, and
            # its error page would be outside too: this way all of them are inside.
            app.middleware_stack = Gate(app.middleware_stack, self._settings)
            yield

        # Where uvicorn reads which proxies may say for whom they ask: by default any on this machine.
        os.environ["FORWARDED_ALLOW_IPS"] = ",".join(self._settings.proxies)
        return super().launch(*args, **{**options, "app_kwargs": {"lifespan": gated}})
