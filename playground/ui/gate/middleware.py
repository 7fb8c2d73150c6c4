"""The ASGI middleware that each request passes before Gradio sees it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.settings import Settings
from playground.ui.gate.visitors import NAME, Visitors


class Gate:
    """Marks each request with its visitor. Outermost of all, so that errors pass it too."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._visitors = Visitors(embedded=bool(settings.framed_by))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visitor, set_cookie = self._visitors.recognise(scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and set_cookie:
                MutableHeaders(scope=message).append("set-cookie", set_cookie)
            await send(message)

        await self._app({**scope, NAME: visitor}, receive, answer)
