"""A visitor's key is in no file, log line, answer or saved state, while the session lasts and after it."""

from pathlib import Path
from typing import Any

import pytest
from faulty import Faulty, serving
from patience import until

KEY = "sk-nobodyelses0123456789"


@pytest.fixture
def server() -> Any:
    with serving() as server:
        yield server


def test_a_key_is_nowhere(start: Any, server: Faulty, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    app = start(public=True, endpoints=(f"mine={server.url}",))
    visitor = app.browser()
    with app.page(visitor, "theirs"):
        told = app.ask(visitor, "theirs", "connect", "mine", server.url, KEY, "", 4, 0)
        assert "error" not in told, told
        assert all(KEY in str(seen.headers) for seen in server.seen)  # it went where it was to go
        for count in (0, 3, 6, 7):  # Gradio's own message for too few values repeats them
            app.join(visitor, "theirs", "connect", *["mine", server.url, KEY, "", 4, 0, KEY][:count])
            app.outcome(visitor, "theirs")
        run = {"model": "mine/tiny", "task": {"input": "Hello"}, "sampling": {"max_tokens": 5}}
        assert KEY not in str(app.ask(visitor, "theirs", "run", run))
        _nowhere(app, visitor, tmp_path, capfd)
    until(lambda: "theirs" not in app.app.app.state_holder.session_data)  # its page was closed
    _nowhere(app, visitor, tmp_path, capfd)


def _nowhere(app: Any, visitor: Any, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
    out, err = capfd.readouterr()
    assert KEY not in out + err
    assert KEY not in visitor.get("/config?deep_link=theirs").text
    assert visitor.get("/gradio_api/deep_link", params={"session_hash": "theirs"}).status_code == 404
    for state in app.app.app.state_holder.session_data.values():
        assert KEY not in repr(getattr(state, "config_values", "")) + repr(getattr(state, "blocks_config", ""))
        assert KEY not in repr(vars(state))
