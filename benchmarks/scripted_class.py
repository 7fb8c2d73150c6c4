"""The app over a scripted model, for the soak test of a class: `python -m benchmarks.scripted_class --class`."""

from unittest.mock import patch

from playground import deprecations

deprecations.hide()

# ruff: noqa: E402  # what comes now imports libraries, which may warn
import app
from playground.backends.catalog import ModelEntry
from playground.backends.scripted import ScriptedBackend, echo_prompt

if __name__ == "__main__":
    backend = ScriptedBackend(reply=echo_prompt, delay=0.01)
    scripted = ModelEntry(
        name="default", title="Scripted", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
    )
    with patch.object(app, "offered_entries", lambda settings: [scripted]):
        app.main()
