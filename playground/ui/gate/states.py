"""What Gradio keeps of a session: the values of its states, and nothing of what was typed."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from gradio.state_holder import SessionState, StateHolder


class States(StateHolder):  # type: ignore[misc]  # gradio is untyped
    """Keeps what belongs to open sessions only. The gate bounds their number, so none is dropped for another here."""

    def __init__(self, sessions: Container[str]) -> None:
        super().__init__()
        self._open = sessions

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            state = ForgetfulState(self.blocks)
            if session_id not in self._open:  # what still runs of a session that is over ends without leaving anything
                return state
            self.session_data[session_id] = state
        self.time_last_used[session_id] = datetime.now()
        return self.session_data[session_id]

    def update(self, session_id: str) -> None:
        """Gradio drops the oldest here."""

    def end(self, session_id: str) -> None:
        """Forget the session."""
        self.delete_state(session_id)
        self.session_data.pop(session_id, None)
        self.time_last_used.pop(session_id, None)


class ForgetfulState(SessionState):  # type: ignore[misc]
    """A session that does not keep what came in and went out: Gradio does for deep links, keys among it."""

    def __init__(self, blocks: Any) -> None:
        super().__init__(blocks)
        self.config_values: dict[int, Any] = {}

    def __setitem__(self, key: int, value: Any) -> None:
        super().__setitem__(key, value)
        self.config_values = {}

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass
