"""Whether two processes would answer alike: a digest of the playground's code, its libraries and its settings."""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import playground
from playground.evaluation.store.identity import FORMAT
from playground.settings import Settings

LIBRARIES = ("torch", "transformers", "peft")  # whose versions decide what comes out of the same weights
SETTINGS = ("model", "models", "precision")  # which decide what a model's name stands for
FOLDER = Path(playground.__file__).parent


def code_digest() -> dict[str, str]:
    """What must be equal, each under a name for people. Raises InvalidSetup for settings that cannot be read."""
    settings, code = Settings.from_environment(), hashlib.sha256(str(FORMAT).encode())
    for path in sorted([*FOLDER.rglob("*.py"), *FOLDER.rglob("*.yaml")]):
        code.update(str(path.relative_to(FOLDER)).encode() + b"\0" + path.read_bytes())
    return {
        "the playground's code": code.hexdigest()[:12],
        **{library: _version(library) for library in LIBRARIES},
        **{f"PLAYGROUND_{name.upper()}": str(getattr(settings, name)) for name in SETTINGS},
    }


def _version(library: str) -> str:
    try:
        return version(library).partition("+")[0]  # one build for a card and one for a processor are of one version
    except PackageNotFoundError:
        return "not installed"
