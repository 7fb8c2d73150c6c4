"""A visitor who posts what the page would, and keeps all that the server sends."""

import json
from dataclasses import dataclass, replace
from typing import Any, Self

import httpx


@dataclass(frozen=True)
class Visitor:
    """One session of a page of this app. `client` has its cookies."""

    app: Any
    client: httpx.Client
    session: str

    def again(self) -> Self:
        """The same, with another page open."""
        return replace(self, session=f"{self.session}b")

    def handler(self, place: str) -> int:
        """The number of an endpoint of the API, as `/run`, or of what the button of this id or label starts."""
        for key, fn in self.app.fns.items():
            buttons = [self.app.blocks[of] for of, event in fn.targets if event == "click"]
            names = {name for b in buttons for name in (b.elem_id, getattr(b, "value", None)) if isinstance(name, str)}
            if place in {*names, f"/{fn.api_name}", fn.name} and fn.fn is not None and (fn.outputs or not buttons):
                return int(key)
        raise AssertionError(place)

    def join(
        self, place: str | int, given: list[Any] | None = None, event: Any = None, **values: Any
    ) -> httpx.Response:
        """Post it: with what is given, or with what the page holds but for `values`, by label or id."""
        number = place if isinstance(place, int) else self.handler(place)
        data = given if given is not None else [_held(c, values) for c in self.app.fns[number].inputs]
        body = {"data": data, "fn_index": number, "session_hash": self.session, "event_data": event}
        headers = {"content-type": "application/json"}
        return self.client.post("/gradio_api/queue/join", content=json.dumps(body, default=_unsent), headers=headers)

    def told(self) -> str:
        """All that the session is told until what was joined has ended."""
        said = []
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                news = json.loads(line[6:]) if line.startswith("data: ") else {}
                said.append(json.dumps(news.get("output", news.get("log")), ensure_ascii=False))
                if news.get("msg") == "process_completed":
                    return "\n".join(said)
        raise AssertionError("the session was told no end")

    def ask(self, place: str | int, given: list[Any] | None = None, event: Any = None, **values: Any) -> str:
        """All that the server answers to it."""
        self.join(place, given, event, **values).raise_for_status()
        return self.told()


def _unsent(memory: Any) -> None:
    """A session's memory, which no page sends."""


def _held(component: Any, values: dict[str, Any]) -> Any:
    names = (getattr(component, "elem_id", None), getattr(component, "label", None))
    return next((values[name] for name in names if name in values), getattr(component, "value", None))
