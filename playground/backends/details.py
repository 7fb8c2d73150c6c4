"""Plain data about a loaded model or adapter, which the page shows without importing torch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDetails:
    """A fine-tuned adapter of one model. Counts are 0 and `kind` is empty until it was read.

    `shared`: its rows decode in one batch with those of the base and of other adapters, on one copy of the weights;
    otherwise it runs alone, on a copy of its own, and `why` says what it is that keeps it from sharing.
    `warnings` are what did not fit but does no harm, in words.
    """

    name: str
    title: str
    about: str = ""
    source: str = ""
    loaded: bool = False
    kind: str = ""
    rank: int | None = None
    parameters: int = 0
    bytes: int = 0  # in memory
    targets: tuple[str, ...] = ()
    shared: bool = True
    why: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0  # it took to load
    effect: float | None = None  # nats by which it changes a log-probability at most after a fixed prompt, if measured


@dataclass(frozen=True, slots=True, kw_only=True)
class FastPaths:
    """Which quick ways a language model takes here, as seen when each was tried, and why not the others.

    `fused` of its `layers` compute in a third of the operations. `shares`: rows that begin alike hold that beginning
    once. `joins`: short prompts are read in one pass. The reasons are empty where all is well. Of the `products` that
    were prepared, so many read weights of four or eight bits when there are few rows.
    """

    layers: int
    fused: int
    not_fused: str
    shares: bool
    not_shared: str
    joins: bool
    not_joined: str
    products: int
    four_bits: int
    eight_bits: int

    @property
    def slow_parts(self) -> str:
        """What is slower than it could be, in words; empty if nothing is."""
        parts = []
        if self.fused < self.layers:
            parts.append(f"{self.fused} of {self.layers} layers are fused ({self.not_fused})")
        if not self.shares:
            parts.append(f"rows that begin alike do not share that ({self.not_shared})")
        if not self.joins:
            parts.append(f"prompts are read one by one ({self.not_joined})")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDetails:
    """A loaded model. `stored` is the type of its numbers in the file, `precision` how they are multiplied."""

    source: str
    architecture: str
    parameters: int
    stored: str
    precision: str
    device: str
    memory_bytes: int  # weights and adapters; keys and values of running requests come on top
    context_length: int | None
    chat: bool  # has a chat template
    task: str = ""  # as in Capabilities
    licence: str = ""  # as its files state it, empty if they do not
    ways: FastPaths | None = None  # of a language model
    adapters: tuple[AdapterDetails, ...] = ()
    seconds: float = 0.0  # it took to load
