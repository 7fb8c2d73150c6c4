"""LoRA adapters of rows in one batch, as one wide LoRA that is masked by row.

The matrices of all adapters on a module lie side by side, so that a step multiplies with all of them at once;
a mask of `[rows, sum of ranks]` holds scale times scaling in the columns of the row's own adapter and zero in all
others. Rows with any adapter, at any scale, and rows without share a batch and one copy of the weights.
Adapters beside one base: S-LoRA (Sheng et al. 2023, arXiv 2311.03285), Punica (Chen et al. 2023, arXiv 2310.18547);
their kernels gather each row's matrices, which pays for hundreds of adapters on a GPU. A few are better multiplied.
PEFT's own mixed batches (`adapter_names`) multiply the rows of each adapter apart, in transformers' layers: four rows
with three adapters take 1.8 times as long (benchmarks/adapters.py), and an adapter's scale is the same for all rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from playground.backends.local.transformers_internals import Conv1D
from playground.backends.local.weights.wide_bottleneck import BottleneckWeights
from playground.backends.local.weights.wide_lora import BASE, AdapterBlock, AdapterUse, RowMask, WideLora
from playground.backends.memory import return_freed_memory
from playground.errors import GenerationFailed, ModelUnavailable, UnknownModel

MAX_WEIGHT = (
    1e30  # a weight beyond it could overflow in a row that does not use it, and infinity times zero is no number
)


@dataclass(frozen=True, slots=True, eq=False)
class LoraWeights:
    """What an adapter adds to one module: `scaling * b @ a @ x`, with `a` `[rank, in]` and `b` `[out, rank]`."""

    wide: ClassVar[type[WideLora]] = WideLora
    a: Tensor
    b: Tensor
    scaling: float

    @property
    def rank(self) -> int:
        return len(self.a)

    @property
    def parts(self) -> tuple[Tensor, ...]:
        return self.a, self.b

    def fits(self, outputs: int, inputs: int) -> bool:
        """Whether its shapes are those for a module `[outputs, inputs]`."""
        return (list(self.a.shape), list(self.b.shape)) == ([len(self.a), inputs], [outputs, len(self.a)])

    def stacked(self) -> tuple[Tensor, ...]:
        """As `WideLora` keeps it: both with the rank first."""
        return self.a, self.b.T.contiguous()


@dataclass(frozen=True, slots=True, eq=False)
class LoraAdapter:
    """Weights by path of the module in the model: all of a LoRA, or all of bottleneck adapters, which share its place.

    `label` is what people read as the name of these weights.
    """

    name: str
    weights: Mapping[str, LoraWeights | BottleneckWeights]
    label: str


class LoraBank:
    """All adapters of one model that add to what modules put out. Used on the engine's thread, between passes."""

    def __init__(self, model: Any) -> None:
        self._model = model
        # By the product or the module whose output they add to, and by kind.
        self._wide: dict[tuple[Any, type[WideLora]], WideLora] = {}
        self._masks: list[RowMask] = []
        self._labels: dict[str, str] = {}
        self._uses: tuple[AdapterUse, ...] | None = None

    @property
    def labels(self) -> Mapping[str, str]:
        """Label by name of the adapters that are attached."""
        return self._labels

    @property
    def bytes(self) -> int:
        """Memory that the adapters take."""
        return sum(tensor.nbytes for wide in self._wide.values() for tensor in wide.tensors)

    def check(self, adapter: LoraAdapter) -> LoraAdapter:
        """The adapter in the model's precision. Raises ModelUnavailable naming a module that it does not fit."""
        if not adapter.weights:
            raise ModelUnavailable(f"{adapter.label} changes no module: there are no weights in it.")
        return LoraAdapter(
            adapter.name,
            {path: self._check(adapter.label, path, weights) for path, weights in adapter.weights.items()},
            adapter.label,
        )

    def _check(
        self, label: str, path: str, weights: LoraWeights | BottleneckWeights
    ) -> LoraWeights | BottleneckWeights:
        try:
            module = self._model.get_submodule(path)
        except AttributeError as error:
            raise ModelUnavailable(f"{label} is for another model: there is no {path} in this one.") from error
        shape = linear_shape(module)
        if shape is None:
            kind = type(module).__name__
            raise ModelUnavailable(f"{label} changes {path}, a {kind}; only linear layers can share a batch.")
        outputs, inputs = shape
        if not weights.fits(outputs, inputs):
            shapes = " and ".join(str(list(part.shape)) for part in weights.parts)
            raise ModelUnavailable(f"{label} has {shapes} for {path}; that module is [{outputs}, {inputs}].")
        parts = [part.detach().to(module.weight) for part in weights.parts]
        if not all(bool((part.abs() < MAX_WEIGHT).all()) for part in parts):
            raise ModelUnavailable(f"{label} has values for {path} that are not numbers.")
        if isinstance(weights, BottleneckWeights):
            return BottleneckWeights(*parts)
        return LoraWeights(parts[0], parts[1], weights.scaling)

    def attach(self, adapter: LoraAdapter) -> None:
        """Add what `check` returned; nothing of it if the memory runs out."""
        try:
            for path, weights in adapter.weights.items():
                module = self._model.get_submodule(path)
                block = AdapterBlock(adapter.name, weights.rank, weights.scaling)
                self._wide_of(module, weights.wide).add(_columns(module), block, *weights.stacked())
        except Exception:
            self.detach(adapter.name)
            raise
        self._labels = self._labels | {adapter.name: adapter.label}
        self._rebuild_masks()

    def detach(self, name: str) -> None:
        """Remove an adapter and free its memory."""
        for (site, kind), wide in list(self._wide.items()):
            wide.remove(name)
            if not wide.blocks:
                del self._wide[site, kind]
                self._put_in_place(site)
        self._labels = {known: label for known, label in self._labels.items() if known != name}
        self._rebuild_masks()

    def _wide_of(self, module: Any, kind: type[WideLora]) -> WideLora:
        """What adds adapters of a kind to a module's output; a new one is put in place."""
        site = getattr(module, "product", module)
        if (site, kind) not in self._wide:
            self._wide[site, kind] = kind()
            self._put_in_place(site)
        return self._wide[site, kind]

    def _put_in_place(self, site: Any) -> None:
        """Let all that is there for a product or a module add to its output, one after the other."""
        adding = tuple(wide for (place, _), wide in self._wide.items() if place is site)
        if not isinstance(site, nn.Module):
            site.adding = adding
            return
        vars(site).pop("forward", None)  # the class's own shows again
        if adding:
            own = site.forward

            def forward(x: Tensor) -> Tensor:
                y: Tensor = own(x)
                rows, inputs = y.view(-1, y.shape[-1]), x.flatten(0, -2)
                for wide in adding:
                    wide.add_to(rows, inputs)
                return y

            site.forward = forward

    def _rebuild_masks(self) -> None:
        masks: dict[tuple[AdapterBlock, ...], RowMask] = {}
        for wide in self._wide.values():
            wide.mask = masks.setdefault(wide.blocks, RowMask(wide.blocks, wide.tensors[0][:0]))
        self._masks, self._uses = list(masks.values()), None
        return_freed_memory()  # of matrices that were copied into larger or smaller ones

    def apply(self, uses: Iterable[AdapterUse]) -> None:
        """Let the rows of the next forward passes use these. Raises UnknownModel for one that is not attached."""
        uses = tuple(uses)
        for wide in self._wide.values():
            wide.added_in_pass = False
        if uses == self._uses:
            return
        self._uses = None
        for use in set(uses) - {BASE}:
            if use.adapter not in self._labels:
                raise UnknownModel(f"No adapter {use.adapter!r} is loaded on this model.")
        for mask in self._masks:
            mask.set_uses(uses)
        self._uses = uses

    def uses_of_last_pass(self, rows: int) -> list[AdapterUse]:
        """What was added to each of the rows in the last forward pass, whatever was asked for.

        Raises GenerationFailed where modules passed an adapter by, or took of several.
        """
        uses_by_row: list[set[AdapterUse]] = [set() for _ in range(rows)]
        acting = {id(wide.mask) for wide in self._wide.values() if wide.added_in_pass}
        if self.was_bypassed:
            raise GenerationFailed(
                "The adapter was not applied, or only in part, so the text is not shown. Unload it and load it again."
            )
        for mask in self._masks:
            if id(mask) not in acting:
                continue
            for uses, taken in zip(uses_by_row, mask.uses_in_effect(), strict=True):
                uses |= taken
        if any(len(uses) > 1 for uses in uses_by_row):
            raise GenerationFailed(
                "A row would mix several adapters, so its text is not shown. Try again; if it happens again, report it."
            )
        return [uses.pop() if uses else BASE for uses in uses_by_row]

    @property
    def was_bypassed(self) -> bool:
        """Whether modules that rows of the last pass use adapters on were passed by, though they act otherwise."""
        return any(
            wide.ever_added and not wide.added_in_pass and wide.mask is not None and wide.mask.values is not None
            for wide in self._wide.values()
        )


def linear_shape(module: nn.Module) -> tuple[int, int] | None:
    """Outputs and inputs of a module that LoRA knows; None for others."""
    if isinstance(module, Conv1D):
        return module.nf, module.nx
    if isinstance(module, nn.Linear):
        return module.out_features, module.in_features
    return None


def _columns(module: Any) -> slice:
    """A module's columns in the output that its wide LoRA adds to."""
    columns: slice = getattr(module, "columns", slice(0, None))
    return columns
