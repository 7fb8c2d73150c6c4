"""Settings come from the environment once, and a bad variable is named."""

import re
from pathlib import Path

import pytest

from playground.errors import InvalidSetup
from playground.settings import Settings


def test_defaults_are_private() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.public, settings.share) == ("127.0.0.1", False, False)


def test_each_field_is_a_variable() -> None:
    environ = {"PLAYGROUND_PORT": "8000", "PLAYGROUND_PUBLIC": "yes", "PLAYGROUND_CACHE": "/tmp/x", "HOME": "/"}
    settings = Settings.from_environment(environ)
    assert (settings.port, settings.public, settings.cache) == (8000, True, Path("/tmp/x"))


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PORT", "http", "a whole number"),
        ("PORT", "99999", "from 0 to 65535"),
        ("PUBLIC", "maybe", "1 or 0"),
        ("MAX_ROWS", "-1", "at least 1"),
        ("MEMORY_MEGABYTES", "-1", "at least 0"),
        ("TRAINING_MINUTES", "-1", "at least 0"),
        ("ADDRESS_TRAINING_MINUTES", "0", "at least 1"),
        ("TRAINING_MEGABYTES", "0", "at least 1"),
        ("TRAINING_WEIGHTS", "0", "at least 1"),
        ("MAX_PANES", "0", "at least 1"),
        ("MAX_PANES", "27", "at most 26"),
        ("PROXIES", "*", "an address or a network"),
        ("PROXIES", "proxy.example.org", "an address or a network"),
        ("FRAMED_BY", "https://a.org script-src *", "like https://example.org"),
        ("PRECISION", "int4", "auto, float32, bfloat16, int8"),
    ],
)
def test_a_bad_variable_is_named_with_what_it_must_be(name: str, value: str, wanted: str) -> None:
    with pytest.raises(InvalidSetup, match=f"PLAYGROUND_{name} is {re.escape(repr(value))}; it must be .*{wanted}"):
        Settings.from_environment({f"PLAYGROUND_{name}": value})


def test_a_space_is_public_and_listens_outside() -> None:
    settings = Settings.from_environment({"SPACE_ID": "someone/playground"})
    assert (settings.public, settings.host) == (True, "0.0.0.0")


def test_a_misspelt_variable_is_said(caplog: pytest.LogCaptureFixture) -> None:
    Settings.from_environment({"PLAYGROUND_PRECISON": "float32", "PLAYGROUND_X": "1", "PLAYGROUND_PORT": "8000"})
    assert "PLAYGROUND_PRECISON is no setting and changes nothing; is it PLAYGROUND_PRECISION" in caplog.text
    assert "PLAYGROUND_X is no setting" in caplog.text
    assert "PLAYGROUND_PORT is no" not in caplog.text


@pytest.mark.parametrize("key", ["short", "with spaces in it 123", "kl\u00e9-0123456789012345", "x" * 501])
def test_a_key_that_is_none_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(InvalidSetup, match="PLAYGROUND_SERVE_KEY must be 16 to 500 letters") as refused:
        Settings.from_environment({"PLAYGROUND_SERVE_KEY": key})
    assert key not in str(refused.value)
    assert key not in repr(Settings(serve_key=key))
