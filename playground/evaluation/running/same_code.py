"""Compares two processes by a digest of their code, libraries, settings and weights."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import playground
from playground.backends.catalog import Catalog
from playground.backends.entries import EntryKey
from playground.backends.offered_entries import offered_entries
from playground.errors import UnknownModel
from playground.evaluation.plan import Experiment
from playground.evaluation.store.identity import FORMAT
from playground.settings import Settings

LIBRARIES = ("torch", "transformers", "peft")  # whose versions decide what comes out of the same weights
SETTINGS = ("model", "models", "precision")  # which decide what a model's name stands for
FOLDER = Path(playground.__file__).parent


def models_of(experiment: Experiment) -> tuple[EntryKey, ...]:
    """The models and adapters that an experiment asks, its judge among them."""
    pairs = [(weights.model, weights.adapter) for weights in experiment.models] or [("default", "")]
    if experiment.scorer.name == "judge":
        options = experiment.scorer.options
        pairs.append((str(options.get("model", "default")), str(options.get("adapter", ""))))
    return tuple(dict.fromkeys(pairs))


def digest(models: tuple[EntryKey, ...] = ()) -> dict[str, str]:
    """`code_digest`, and the weights of these models and adapters that lie on this machine."""
    digests = code_digest()
    catalog = Catalog(offered_entries(Settings.from_environment()) if models else ())
    for model, adapter in models:
        for part in dict.fromkeys(("", adapter)):
            what = f"the weights of {part or model!a}" + (f" for {model!a}" if part else "")
            try:
                offer = catalog.entry(model, part)
            except UnknownModel:
                digests[what] = "not offered"
                continue
            if offer.contents and (weights := offer.contents()) is not None:
                digests[what] = weights
    return digests


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """What two digests say otherwise. What only one has is still to be fetched by the other, under a checksum."""
    return [what for what in ours if what in theirs and theirs[what] != ours[what]]


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
